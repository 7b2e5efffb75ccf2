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


@dataclass(frozen=True, slots=True)
class Backend:
    """Where Terraform keeps its state; a relative `path` of `local` lies below the runner's state folder."""

    type: str
    config: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What a job is to do; complete, so that the runner never reads a table. Limits are seconds."""

    deployment_id: str
    operation_id: str
    job: int
    kind: OperationKind
    correlation_id: str
    provider_type: str
    template_name: str
    template_digest: str
    location: str | None
    parameters: dict[str, Any]
    sensitive_outputs: tuple[str, ...]
    tags: dict[str, str]
    backend: Backend
    workspace: str
    command_seconds: int
    job_seconds: int

    def to_json(self) -> bytes:
        """The blob's bytes; the same spec gives the same bytes."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> JobSpec:
        """The inverse of `to_json`; raises KeyError or ValueError for anything else."""
        body = json.loads(data)
        values = {name: body[name] for name in cls.__dataclass_fields__}
        values["kind"] = OperationKind(values["kind"])
        values["sensitive_outputs"] = tuple(values["sensitive_outputs"])
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
    are to do.
    """

    phase: Phase
    done: int = 0
    total: int | None = None
    in_flight: tuple[str, ...] = ()

    def to_json(self) -> bytes:
        """The blob's bytes."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Heartbeat:
        """The inverse of `to_json`."""
        body = json.loads(data)
        return cls(Phase(body["phase"]), body["done"], body["total"], tuple(body["in_flight"]))


@dataclass(frozen=True, slots=True)
class StateRecord:
    """Where the state lies and which one it is, as read from the state itself after the last job."""

    backend_type: str
    backend_config: dict[str, Any]
    workspace: str
    serial: int | None = None
    lineage: str | None = None
    last_modified: datetime | None = None

    def to_dict(self) -> dict[str, Any]:
        """A JSON object, as stored and as shown."""
        return {**asdict(self), "last_modified": to_text(self.last_modified) if self.last_modified else None}

    @classmethod
    def from_dict(cls, body: dict[str, Any]) -> StateRecord:
        """The inverse of `to_dict`."""
        moment = body.get("last_modified")
        return cls(**{**body, "last_modified": from_text(moment) if moment else None})


@dataclass(frozen=True, slots=True)
class JobResult:
    """The verdict on a job. `outputs` holds plain values only; a sensitive output is only named."""

    outcome: Outcome
    resources: Resources
    ended_at: datetime
    phase: Phase = Phase.STARTING
    failure: Failure | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    sensitive_outputs: tuple[str, ...] = ()
    changes: dict[str, int] | None = None
    state: StateRecord | None = None
    engine_version: str | None = None
    by: str = "runner"

    def to_json(self) -> bytes:
        """The blob's bytes."""
        body = {
            **asdict(self),
            "ended_at": to_text(self.ended_at),
            "failure": self.failure.to_dict() if self.failure else None,
            "state": self.state.to_dict() if self.state else None,
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
            phase=Phase(body["phase"]),
            failure=Failure.from_dict(body["failure"]) if body["failure"] else None,
            outputs=body["outputs"],
            sensitive_outputs=tuple(body["sensitive_outputs"]),
            changes=body["changes"],
            state=StateRecord.from_dict(body["state"]) if body["state"] else None,
            engine_version=body["engine_version"],
            by=body["by"],
        )
