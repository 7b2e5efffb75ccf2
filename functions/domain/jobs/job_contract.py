"""The contract between the dispatcher and the runner: what a job is told, and what it says.

All four travel as JSON blobs (`blob_names.py` has their names). `codec.py` has the rules by which an image
and an app of neighbouring releases understand each other: a member that is added here needs a default, and
docs/job_contract.schema.json is written anew by `python -m local.docs.job_contract_schema`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from functions.domain.codec import JsonRecord
from functions.domain.failures import Failure as Failure  # noqa: PLC0414  # for runner.engines, until they import it there
from functions.domain.jobs.saved_plan import PlanRecord
from functions.domain.jobs.terraform_state import Backend, StateLock, StateRecord
from functions.domain.status import OperationKind, Phase, Resources


class Outcome(StrEnum):
    """How a job ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


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
class JobSpec(JsonRecord):
    """What a job is to do; complete, so that the runner never reads a table. Limits are seconds.

    `engine_settings` are for one engine alone, which reads them itself; `backend`, `workspace` and
    `lock_wait_seconds` repeat those of Terraform for runners of version 0.1 (terraform_settings.py).
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
    sensitive_outputs: tuple[str, ...]
    tags: dict[str, str]
    command_seconds: int
    job_seconds: int
    engine: str = "terraform"
    engine_settings: dict[str, Any] = field(default_factory=dict)
    subscription_id: str | None = None
    resource_group: str | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    """Sensitive parameter -> the sealed blob that holds its value."""
    backend: Backend | None = None
    workspace: str | None = None
    lock_wait_seconds: int = 300
    plan: PlanRecord | None = None
    """The saved plan of task `apply_plan`."""
    lock_id: str | None = None
    """The lock that task `unlock` frees."""
    errored_state: str | None = None
    """The sealed blob of the state that task `recover` writes."""
    former_secrets: tuple[str, ...] = ()
    """Sealed blobs of values that the deployment had before; the state may still hold them."""


@dataclass(frozen=True, slots=True)
class Claim(JsonRecord):
    """Who holds a job or an operation's apply: an execution's name, or the one who ended it without one."""

    holder: str
    claimed_at: datetime
    job: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Heartbeat(JsonRecord):
    """That the runner lives, and how far it is."""

    phase: Phase
    done: int = 0
    total: int | None = None
    """None until a plan tells how many resources are to be changed."""
    in_flight: tuple[str, ...] = ()
    lock: StateLock | None = None
    """The state lock that it waits for."""


@dataclass(frozen=True, slots=True)
class JobResult(JsonRecord):
    """How a job ended. A sensitive output is only named here."""

    outcome: Outcome
    resources: Resources
    ended_at: datetime
    applied: bool = False
    """True if something was, or may have been, applied; else ignore `resources`, `outputs` and `state`."""
    phase: Phase = Phase.STARTING
    failure: Failure | None = None
    plan: PlanRecord | None = None
    lock: StateLock | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    """The plain outputs with their values."""
    sensitive_outputs: tuple[str, ...] = ()
    """The names of the sensitive outputs."""
    sealed_outputs: str | None = None
    """The sealed blob of the sensitive outputs, a JSON object."""
    changes: dict[str, int] | None = None
    state: StateRecord | None = None
    errored_state: str | None = None
    """The sealed blob of a state that could not be written."""
    state_copy: str | None = None
    """The sealed blob of the last state before it was removed."""
    engine_version: str | None = None
    by: str = "runner"

    @classmethod
    def by_slipway(
        cls,
        outcome: Outcome,
        failure: Failure,
        *,
        ended_at: datetime,
        applied: bool,
        phase: Phase = Phase.STARTING,
    ) -> JobResult:
        """Return a result that Slipway gives to a job whose runner left none."""
        return cls(
            outcome=outcome,
            resources=Resources.UNKNOWN,
            ended_at=ended_at,
            applied=applied,
            phase=phase,
            failure=failure,
            by="slipway",
        )
