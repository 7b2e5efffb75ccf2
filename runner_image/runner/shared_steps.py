"""Steps that all engines share."""

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
    """Check for a cancel request, then claim the apply. From then on the job counts as applying.

    Raises JobStopped if the job is to stop, StepFailed `superseded`, and StorageUnavailable.
    """
    retry_until_available(job.cancel.look, seconds=_CANCEL_TIMEOUT_SECONDS, stop=job.stop)
    if job.stop.reason is not None:
        raise JobStopped(job.stop.reason)
    claim_apply(job.store, job.spec.operation_id, job.spec.job, job.holder, job.stop)
    job.progress.mark_applying()


def publish_summary(job: Job, summary: Mapping[str, object]) -> None:
    """Store the summary of the plan that people are shown."""
    data = json.dumps(summary, ensure_ascii=False).encode("utf-8", "replace")
    name = blob_names.plan_summary(job.spec.operation_id, job.spec.job)
    retry_until_available(
        lambda: job.store.create(name, data), seconds=_SUMMARY_TIMEOUT_SECONDS, stop=job.stop
    )


def publish_outputs(job: Job, outputs: Mapping[str, tuple[Any, bool]]) -> None:
    """Report the outputs. Each comes as its value and whether the engine calls it sensitive.

    An output is sealed if the engine calls it sensitive, or if the template declares it so.
    """
    declared = set(job.spec.sensitive_outputs)
    sensitive = {
        name: value for name, (value, is_sensitive) in outputs.items() if is_sensitive or name in declared
    }
    job.redact.add(sensitive.values())
    plain = {name: value for name, (value, _) in outputs.items() if name not in sensitive}
    job.progress.outputs = {name: job.redact.all_in(value) for name, value in plain.items()}
    job.progress.sensitive_outputs = tuple(sorted(sensitive))
    # Without a key, sensitive outputs are only in the state.
    if sensitive and job.secret_box is not None:
        blob = blob_names.sealed_outputs(job.spec.operation_id, job.spec.job)
        job.progress.sealed_outputs = save_sealed(job, blob, json.dumps(sensitive).encode())
