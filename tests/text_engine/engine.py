"""The engine: it writes the template's `note.txt`, with the parameters filled in, to the state folder.

It uses only the runner's contract, like every engine. Tests copy this file into a runner.
"""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

from functions.domain.jobs.job_contract import Task
from functions.domain.status import Phase, Resources
from runner.contract.inputs import fetch_template
from runner.engines.base import Engine, Step, Steps
from runner.errors import JobStopped
from runner.job import Job
from runner.saved_plans import open_plan, save_plan
from runner.secrets import open_secrets
from runner.shared_steps import publish_outputs, publish_summary

_VERSION = "1"


@dataclass
class TextSession:
    """`planned` is the text that an apply writes, or None if it removes the note."""

    job: Job
    planned: str | None = None

    @property
    def note(self) -> Path:
        """Return the path of the deployed file."""
        return self.job.settings.state_dir / self.job.spec.deployment_id / "note.txt"

    @property
    def current(self) -> str | None:
        """Return the deployed text, or None."""
        return self.note.read_text(encoding="utf-8") if self.note.exists() else None

    @property
    def identity(self) -> str:
        """Return the digest of the deployed text; empty if there is none."""
        current = self.current
        return "" if current is None else hashlib.sha256(current.encode()).hexdigest()


def _prepare(session: TextSession) -> None:
    job = session.job
    job.progress.engine_version = _VERSION
    fetch_template(job.store, job.spec, job.workspace.template, job.stop)


def _plan(session: TextSession) -> None:
    job = session.job
    if not job.is_destroy:
        values = {**job.spec.parameters, **open_secrets(job).values}
        text = (job.workspace.template / "note.txt").read_text(encoding="utf-8")
        session.planned = text.format_map({"name": "world", **values})
    job.progress.plan_is_empty = session.planned == session.current
    job.progress.changes = _changes(session.current, session.planned)
    publish_summary(job, {"changes": job.progress.changes, "detail": "addresses", "resources": []})
    if job.spec.task is Task.PLAN and job.spec.kind.changes_resources and not job.should_apply:
        data = json.dumps(session.planned).encode()
        save_plan(job, data, secrets=[], identity={"note": session.identity})


def _changes(current: str | None, planned: str | None) -> dict[str, int]:
    return {
        "add": int(current is None and planned is not None),
        "change": int(current is not None and planned is not None and current != planned),
        "remove": int(current is not None and planned is None),
    }


def _fetch_plan(session: TextSession) -> None:
    session.planned = json.loads(open_plan(session.job, {"note": ("note", session.identity)}))


def _write(session: TextSession) -> None:
    """Write the note after the time in the parameter `seconds`. A stop before that applies nothing."""
    job = session.job
    job.show_progress(0, 1, ("note",))
    deadline = time.monotonic() + job.spec.parameters.get("seconds", 0)
    while time.monotonic() < deadline:
        if job.stop.reason is not None:
            job.progress.mark_not_applied()
            raise JobStopped(job.stop.reason)
        time.sleep(0.05)
    session.note.parent.mkdir(parents=True, exist_ok=True)
    session.note.write_text(session.planned or "", encoding="utf-8")
    job.progress.resources = Resources.SOME
    job.log.write("the note is written")


def _remove(session: TextSession) -> None:
    session.note.unlink(missing_ok=True)
    session.job.progress.resources = Resources.NONE


def _read_outputs(session: TextSession) -> None:
    publish_outputs(session.job, {"greeting": ((session.current or "").strip(), False)})


_WRITE: tuple[Step[TextSession], ...] = ((Phase.APPLYING, _write), (Phase.READING_OUTPUTS, _read_outputs))
_REMOVE: tuple[Step[TextSession], ...] = ((Phase.DESTROYING, _remove),)
_PLANNED = Steps(((Phase.PREPARING, _prepare), (Phase.PLANNING, _plan)), _WRITE, _REMOVE)
_APPROVED = Steps(((Phase.PREPARING, _prepare), (Phase.PLANNING, _fetch_plan)), _WRITE, _REMOVE)

TEXT = Engine("text", {Task.PLAN: _PLANNED, Task.APPLY: _PLANNED, Task.APPLY_PLAN: _APPROVED}, TextSession)
