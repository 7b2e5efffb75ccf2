"""Saves the plan that somebody approves, sealed, and opens it again: the apply gets that very file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions.domain.clock import now
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.saved_plan import PlanRecord, identity_members, parameters_digest
from runner.errors import StepFailed
from runner.job import Job
from runner.sealed_blobs import SEALED_PLAN, open_sealed, save_sealed

# JSON escapes line ends, so the list of secrets contains none.
_SEPARATOR = b"\n"


def save_plan(job: Job, data: bytes, *, secrets: Sequence[str], identity: Mapping[str, Any]) -> None:
    """Seal the plan and the secret texts in it, and record what identifies it.

    `identity` is what the engine adds to that record.
    """
    spec = job.spec
    # The job that applies the plan must mask them, too.
    sealed = data + _SEPARATOR + json.dumps(secrets).encode()
    save_sealed(job, blob_names.saved_plan(spec.operation_id, spec.job), sealed)
    job.progress.plan = PlanRecord(
        job=spec.job,
        sha256=hashlib.sha256(data).hexdigest(),
        template_digest=spec.template_digest,
        engine_version=job.progress.engine_version,
        parameters_digest=parameters_digest(spec.parameters, spec.secrets),
        planned_at=now(),
        **identity_members(identity),
    )


def open_plan(job: Job, identity: Mapping[str, tuple[str, Any]]) -> bytes:
    """Return the approved plan, and mask the secrets in it.

    `identity` has the members of the engine's identity that must not have changed: each with the name that
    people see, and its current value. Raises StepFailed `plan_stale` if anything differs from what was
    approved, `plan_missing`, `plan_unreadable`.
    """
    plan = job.spec.plan
    if plan is None:
        raise StepFailed(Failure(FailureCode.PLAN_MISSING, "the job's spec names no saved plan"))
    sealed = open_sealed(job, blob_names.saved_plan(job.spec.operation_id, plan.job), SEALED_PLAN)
    data, _, secrets = sealed.rpartition(_SEPARATOR)
    approved_identity = plan.engine_identity
    compared = {
        "plan file": (hashlib.sha256(data).hexdigest(), plan.sha256),
        "template": (job.spec.template_digest, plan.template_digest),
        "engine version": (job.progress.engine_version, plan.engine_version),
        **{name: (value, approved_identity.get(member)) for member, (name, value) in identity.items()},
        "parameters": (parameters_digest(job.spec.parameters, job.spec.secrets), plan.parameters_digest),
    }
    differing = [name for name, (current, approved) in compared.items() if current != approved]
    if differing:
        raise stale(job, f"what was approved differs from what there is now: {', '.join(differing)}")
    job.redact.add(json.loads(secrets))
    return data


def stale(job: Job, why: str) -> StepFailed:
    """Return the error of a plan that must not be applied any more."""
    again = f"POST /operations/{job.spec.operation_id}/retry makes a new plan"
    return StepFailed(Failure(FailureCode.PLAN_STALE, f"{why}; nothing was applied. {again}"))
