"""The contract between the dispatcher and the runner: what a job is told, and what it says.

All four travel as JSON blobs (`artifacts.py` has their names). `codec.py` has the rules by which an image and
an app of neighbouring releases understand each other: a member that is added here needs a default, and
docs/job_contract.schema.json is written anew by `python -m local.docs.job_contract_schema`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from functions.domain.codec import JsonRecord
from functions.domain.jobs.saved_plan import PlanRecord
from functions.domain.jobs.terraform_state import Backend, StateLock, StateRecord
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
    another version wrote, so tests/unit/domain/test_failures.py looks at the code instead.
    """

    code: str
    message: str
    diagnostics: tuple[dict[str, Any], ...] = ()


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
    sensitive_outputs: tuple[str, ...]
    tags: dict[str, str]
    backend: Backend
    workspace: str
    command_seconds: int
    job_seconds: int
    secrets: dict[str, str] = field(default_factory=dict)
    lock_wait_seconds: int = 300
    plan: PlanRecord | None = None
    lock_id: str | None = None
    errored_state: str | None = None
    former_secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim(JsonRecord):
    """Who holds a job or an operation's apply: an execution's name, or the one who ended it without one."""

    holder: str
    claimed_at: datetime
    job: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Heartbeat(JsonRecord):
    """That the runner lives, and how far it is. `total` is None until a plan says how many resources there
    are to do; `lock` is the state lock that it waits for.
    """

    phase: Phase
    done: int = 0
    total: int | None = None
    in_flight: tuple[str, ...] = ()
    lock: StateLock | None = None


@dataclass(frozen=True, slots=True)
class JobResult(JsonRecord):
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
