"""The contract between the app and the runner: the job's spec, claim, heartbeat and result.

All four are JSON blobs (`blob_names.py`). `codec.py` has the rules by which an app and a runner image of
adjacent releases understand each other. A new member needs a default. After a change, run
`python -m local.docs.job_contract_schema`, which writes docs/job_contract.schema.json.
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
    """The task of a job.

    `plan` ends with a saved plan. If an apply or destroy has an empty plan, there is nothing to approve, and
    the job continues. `apply` makes a plan and applies it. `apply_plan` applies a saved plan.
    """

    PLAN = "plan"
    APPLY = "apply"
    APPLY_PLAN = "apply_plan"
    UNLOCK = "unlock"
    RECOVER = "recover"


@dataclass(frozen=True, slots=True)
class JobSpec(JsonRecord):
    """The job's task and all its inputs, so that the runner never reads a table. Limits are in seconds.

    `engine_settings` are the settings of one engine, which reads them itself. `backend`, `workspace` and
    `lock_wait_seconds` repeat Terraform's settings for runners of version 0.1 (terraform_settings.py).
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
    """Sensitive parameter -> the sealed blob of its value."""
    backend: Backend | None = None
    workspace: str | None = None
    lock_wait_seconds: int = 300
    plan: PlanRecord | None = None
    """The saved plan of task `apply_plan`."""
    lock_id: str | None = None
    """The id of the lock that task `unlock` releases."""
    errored_state: str | None = None
    """The sealed blob of the state that task `recover` writes."""
    former_secrets: tuple[str, ...] = ()
    """The sealed blobs of values that the deployment had before. The state may still contain them."""


@dataclass(frozen=True, slots=True)
class Claim(JsonRecord):
    """Who holds a job or an operation's apply: the name of an execution, or `slipway`."""

    holder: str
    claimed_at: datetime
    job: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Heartbeat(JsonRecord):
    """The runner's sign of life, with its progress."""

    phase: Phase
    done: int = 0
    total: int | None = None
    """None until the plan tells how many resources will be changed."""
    in_flight: tuple[str, ...] = ()
    lock: StateLock | None = None
    """The state lock for which the runner waits."""


@dataclass(frozen=True, slots=True)
class JobResult(JsonRecord):
    """How a job ended. It names the sensitive outputs and does not contain their values."""

    outcome: Outcome
    resources: Resources
    ended_at: datetime
    applied: bool = False
    """True if something was, or may have been, applied. If False, ignore `resources`, `outputs`, `state`."""
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
        """Return the result that the app gives to a job whose runner wrote none."""
        return cls(
            outcome=outcome,
            resources=Resources.UNKNOWN,
            ended_at=ended_at,
            applied=applied,
            phase=phase,
            failure=failure,
            by="slipway",
        )
