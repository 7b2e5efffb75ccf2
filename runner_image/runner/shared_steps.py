"""Steps that are the same whatever the engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from functions.domain.jobs import blob_names
from runner.contract.claims import claim_apply
from runner.contract.storage_retry import retry_until_available
from runner.errors import JobStopped
from runner.job import Job
from runner.sealed_blobs import save_sealed

_CANCEL_TIMEOUT_SECONDS = 300.0
_SUMMARY_TIMEOUT_SECONDS = 300.0


def take_apply_claim(job: Job) -> None:
    """Make sure that nobody wants it stopped, then claim the apply: from here on it counts as applying."""
    retry_until_available(job.cancel.look, seconds=_CANCEL_TIMEOUT_SECONDS, stop=job.stop)
    if job.stop.reason is not None:
        raise JobStopped(job.stop.reason)
    claim_apply(job.store, job.spec.operation_id, job.spec.job, job.holder, job.stop)
    job.progress.mark_applying()


def publish_summary(job: Job, summary: Mapping[str, object]) -> None:
    """Keep what people are shown of the plan."""
    data = json.dumps(summary, ensure_ascii=False).encode("utf-8", "replace")
    name = blob_names.plan_summary(job.spec.operation_id, job.spec.job)
    retry_until_available(
        lambda: job.store.create(name, data), seconds=_SUMMARY_TIMEOUT_SECONDS, stop=job.stop
    )


def publish_outputs(job: Job, outputs: Mapping[str, tuple[Any, bool]]) -> None:
    """Report the outputs, each with whether its engine calls it sensitive; such a one is sealed, and so is
    one that the template declares as sensitive.
    """
    declared = set(job.spec.sensitive_outputs)
    hidden = {name: value for name, (value, sensitive) in outputs.items() if sensitive or name in declared}
    job.redact.add(hidden.values())
    plain = {name: value for name, (value, _) in outputs.items() if name not in hidden}
    job.progress.outputs = {name: job.redact.all_in(value) for name, value in plain.items()}
    job.progress.sensitive_outputs = tuple(sorted(hidden))
    # without a key they are in the state only
    if hidden and job.secret_box is not None:
        blob = blob_names.sealed_outputs(job.spec.operation_id, job.spec.job)
        job.progress.sealed_outputs = save_sealed(job, blob, json.dumps(hidden).encode())
