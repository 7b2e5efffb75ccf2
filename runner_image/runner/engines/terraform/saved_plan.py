"""The plan that somebody approves, kept sealed, and its return: what is applied is that file and no other."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path

from functions.domain.clock import now
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Failure
from functions.domain.jobs.saved_plan import PlanRecord, parameters_digest
from runner.engines.terraform.lock_file import LOCK_FILE
from runner.errors import StepFailed
from runner.job import Job
from runner.secrets import keep_sealed, open_sealed

_PROVIDER = re.compile(r'^provider "([^"]+)" \{(.*?)^\}', re.MULTILINE | re.DOTALL)
_VERSION = re.compile(r'^\s*version\s*=\s*"([^"]+)"', re.MULTILINE)

# no JSON holds a line end that is not escaped
_SEPARATOR = b"\n"


def keep_plan(job: Job, marked: list[str]) -> None:
    """Seal the plan file and the texts that it marks as sensitive, and note what identifies it."""
    spec = job.spec
    data = job.workspace.plan.read_bytes()
    serial, lineage = _state_of(job.workspace.plan)
    # the apply must hide them too, and a command that shows a plan would cost it another start of a provider
    sealed = data + _SEPARATOR + json.dumps(marked).encode()
    keep_sealed(job, blob_names.saved_plan(spec.operation_id, spec.job), sealed)
    job.findings.plan = PlanRecord(
        job=spec.job,
        sha256=hashlib.sha256(data).hexdigest(),
        template_digest=spec.template_digest,
        engine_version=job.findings.engine_version,
        providers=_providers(job.workspace.template),
        parameters_digest=parameters_digest(spec.parameters, spec.secrets),
        serial=serial,
        lineage=lineage,
        planned_at=now(),
    )


def fetch_plan(job: Job) -> None:
    """Put the approved plan into the work folder, and hide what it marks as sensitive. Raises StepFailed
    `plan_stale` where anything differs from what was approved, `plan_missing`, `plan_unreadable`.
    """
    plan = job.spec.plan
    if plan is None:
        raise StepFailed(Failure("plan_missing", "the job's spec names no saved plan"))
    sealed = open_sealed(job, blob_names.saved_plan(job.spec.operation_id, plan.job), "plan")
    data, _, marked = sealed.rpartition(_SEPARATOR)
    found = {
        "plan file": (hashlib.sha256(data).hexdigest(), plan.sha256),
        "template": (job.spec.template_digest, plan.template_digest),
        "engine version": (job.findings.engine_version, plan.engine_version),
        "provider versions": (_providers(job.workspace.template), plan.providers),
        "parameters": (parameters_digest(job.spec.parameters, job.spec.secrets), plan.parameters_digest),
    }
    differing = [name for name, (now_, then) in found.items() if now_ != then]
    if differing:
        raise stale(job, f"what was approved differs from what there is now: {', '.join(differing)}")
    job.redact.add(json.loads(marked))
    job.workspace.plan.write_bytes(data)


def stale(job: Job, why: str) -> StepFailed:
    """The failure of a plan that may not be applied any more."""
    again = f"POST /operations/{job.spec.operation_id}/retry makes a new plan"
    return StepFailed(Failure("plan_stale", f"{why}; nothing was applied. {again}"))


def state_in_plan(plan: Path) -> bytes | None:
    """The state that the plan was made from, as its refresh left it; the plan file, a zip, holds it. None
    where it cannot be read.
    """
    try:
        with zipfile.ZipFile(plan) as archive:
            return archive.read("tfstate")
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _state_of(plan: Path) -> tuple[int | None, str | None]:
    """Serial and lineage of the state that the plan was made from."""
    try:
        state = json.loads(state_in_plan(plan) or b"{}")
        return state.get("serial"), state.get("lineage")
    except (ValueError, AttributeError):
        return None, None


def _providers(folder: Path) -> dict[str, str]:
    path = folder / LOCK_FILE
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    versions = {name: _VERSION.search(body) for name, body in _PROVIDER.findall(text)}
    return {name: match[1] for name, match in versions.items() if match}
