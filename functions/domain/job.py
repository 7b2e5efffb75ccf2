"""The contract between the dispatcher and the runner: what a job is told, and what it says.

All four travel as JSON blobs (`artifacts.py` has their names). A reader ignores members it does not know,
so that an image and an app of neighbouring versions understand each other.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from functions.domain.clock import from_text, to_text
from functions.domain.plan import PlanRecord
from functions.domain.state import Backend, StateLock, StateRecord
from functions.domain.status import OperationKind, Phase, Resources


class Outcome(StrEnum):
    """How a job ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something ended badly. `diagnostics` are the engine's own: severity, summary, detail, file,
    line, address.

    `code` is one of failures.py. Nothing refuses another one here: an app has to read what a runner of
    another version wrote, so tests/unit/test_failures.py looks at the code instead.
    """

    code: str
    message: str
    diagnostics: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The `error` member of the API's answers."""
        return {"code": self.code, "message": self.message, "diagnostics": list(self.diagnostics)}

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> Failure:
        """The inverse of `to_dict`."""
        return cls(body["code"], body["message"], tuple(body.get("diagnostics") or ()))


class Task(StrEnum):
    """How far a job goes.

    `plan` ends with a saved plan, unless the operation would change something and the plan finds nothing to
    change: then there is nothing to approve, and the job goes on. `apply` plans and applies what it planned;
    `apply_plan` applies a saved plan.
    """

    PLAN = "plan"
    APPLY = "apply"
    APPLY_PLAN = "apply_plan"
    UNLOCK = "unlock"
    RECOVER = "recover"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What a job is to do; complete, so that the runner never reads a table. Limits are seconds.

    `secrets` is the name of a sensitive parameter -> the sealed blob that holds it; `former_secrets` are the
    blobs of what the deployment had before, which the state may still hold. `plan` is the saved plan
    of task `apply_plan`, `lock_id` the lock of `unlock`, `errored_state` the sealed blob of `recover`.
    """

    deployment_id: str
    operation_id: str
    job: int
    kind: OperationKind
    task: Task
    correlation_id: str
    provider_type: str
    template_name: str
    template_digest: str
    location: str | None
    parameters: dict[str, Any]
    secrets: dict[str, str]
    sensitive_outputs: tuple[str, ...]
    tags: dict[str, str]
    backend: Backend
    workspace: str
    command_seconds: int
    job_seconds: int
    lock_wait_seconds: int
    plan: PlanRecord | None = None
    lock_id: str | None = None
    errored_state: str | None = None
    former_secrets: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """The blob's bytes; the same spec gives the same bytes."""
        body = {**asdict(self), "plan": self.plan.to_dict() if self.plan else None}
        return json.dumps(body, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> JobSpec:
        """The inverse of `to_json`; raises KeyError or ValueError for anything else."""
        body = json.loads(data)
        values = {name: body[name] for name in cls.__dataclass_fields__}
        values["kind"] = OperationKind(values["kind"])
        values["task"] = Task(values["task"])
        values["plan"] = PlanRecord.from_dict(values["plan"]) if values["plan"] else None
        for name in ("sensitive_outputs", "former_secrets"):
            values[name] = tuple(values[name])
        values["backend"] = Backend(**values["backend"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a job or an operation's apply: an execution's name, or the one who ended it without one."""

    holder: str
    claimed_at: datetime
    job: int
    nonce: str

    def to_json(self) -> bytes:
        """The blob's bytes."""
        return json.dumps({**asdict(self), "claimed_at": to_text(self.claimed_at)}).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Claim:
        """The inverse of `to_json`."""
        body = json.loads(data)
        return cls(body["holder"], from_text(body["claimed_at"]), body["job"], body["nonce"])


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """That the runner lives, and how far it is. `total` is None until a plan says how many resources there
    are to do; `lock` is the state lock that it waits for.
    """

    phase: Phase
    done: int = 0
    total: int | None = None
    in_flight: tuple[str, ...] = ()
    lock: StateLock | None = None

    def to_json(self) -> bytes:
        """The blob's bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Heartbeat:
        """The inverse of `to_json`."""
        body = json.loads(data)
        lock = body.get("lock")
        return cls(
            Phase(body["phase"]),
            body["done"],
            body["total"],
            tuple(body["in_flight"]),
            StateLock(**lock) if lock else None,
        )


@dataclass(frozen=True, slots=True)
class JobResult:
    """The verdict on a job. `outputs` holds plain values only; a sensitive output is only named.

    `applied` says that something was, or may have been, applied: without it `resources`, `outputs` and
    `state` say nothing. `sealed_outputs`, `errored_state` and `state_copy` are names of sealed blobs: the
    sensitive outputs (a JSON object), a state that could not be written, and the last state before it was
    removed.
    """

    outcome: Outcome
    resources: Resources
    ended_at: datetime
    applied: bool = False
    phase: Phase = Phase.STARTING
    failure: Failure | None = None
    plan: PlanRecord | None = None
    lock: StateLock | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    sensitive_outputs: tuple[str, ...] = ()
    sealed_outputs: str | None = None
    changes: dict[str, int] | None = None
    state: StateRecord | None = None
    errored_state: str | None = None
    state_copy: str | None = None
    engine_version: str | None = None
    by: str = "runner"

    def to_json(self) -> bytes:
        """The blob's bytes."""
        body = {
            **asdict(self),
            "ended_at": to_text(self.ended_at),
            "failure": self.failure.to_dict() if self.failure else None,
            "state": self.state.to_dict() if self.state else None,
            "plan": self.plan.to_dict() if self.plan else None,
        }
        return json.dumps(body, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> JobResult:
        """The inverse of `to_json`; raises KeyError or ValueError for anything else."""
        body = json.loads(data)
        return cls(
            outcome=Outcome(body["outcome"]),
            resources=Resources(body["resources"]),
            ended_at=from_text(body["ended_at"]),
            applied=body["applied"],
            phase=Phase(body["phase"]),
            plan=PlanRecord.from_dict(body["plan"]) if body["plan"] else None,
            lock=StateLock(**body["lock"]) if body["lock"] else None,
            sealed_outputs=body["sealed_outputs"],
            errored_state=body["errored_state"],
            state_copy=body["state_copy"],
            failure=Failure.from_dict(body["failure"]) if body["failure"] else None,
            outputs=body["outputs"],
            sensitive_outputs=tuple(body["sensitive_outputs"]),
            changes=body["changes"],
            state=StateRecord.from_dict(body["state"]) if body["state"] else None,
            engine_version=body["engine_version"],
            by=body["by"],
        )
