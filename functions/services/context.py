"""What every use case gets: the ports, the policy and the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from functions.domain.environments import Environments
from functions.domain.timers import DEFAULT_SCHEDULES, Timer
from functions.maintenance_ports import DueDeployments, TimerRuns
from functions.ports import (
    ArtifactStore,
    DeploymentIndex,
    DeploymentStore,
    DoorbellQueue,
    JobLauncher,
    SecretBox,
    TemplateCatalog,
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers and names that the owner decides; `functions/settings.py` says where each comes from.
    Times are seconds.

    `max_parallel` is soft: two dispatches at one instant may pass it by one.
    """

    max_parallel: int = 20
    max_attempts: int = 5
    watch_seconds: int = 60
    heartbeat_seconds: int = 15
    silent_seconds: int = 60
    start_seconds: int = 1800
    command_seconds: int = 3600
    job_seconds: int = 7200
    approval_seconds: int = 604_800
    plan_seconds: int = 86_400
    lock_wait_seconds: int = 300
    log_days: int = 90
    plan_days: int = 30
    state_copy_days: int = 90
    record_days: int = 365
    providers: frozenset[str] = frozenset({"terraform-local"})
    schedules: Mapping[Timer, str] = field(default_factory=lambda: dict(DEFAULT_SCHEDULES))


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every service as its first argument. `kept_templates` has the digests that this process
    knows to be stored; without a `box` nothing sensitive is taken on.
    """

    store: DeploymentStore
    index: DeploymentIndex
    artifacts: ArtifactStore
    wake_ups: DoorbellQueue
    launcher: JobLauncher
    catalog: TemplateCatalog
    policy: Policy
    environments: Environments
    timer_runs: TimerRuns
    due: DueDeployments
    now: Callable[[], datetime]
    box: SecretBox | None = None
    kept_templates: set[str] = field(default_factory=set)
