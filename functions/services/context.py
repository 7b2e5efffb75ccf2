"""What every use case gets: the ports, the policy and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from functions.domain.environments import Environments
from functions.maintenance_ports import DueDeployments, TimerRuns
from functions.ports import (
    ArtifactStore,
    DeploymentIndex,
    DeploymentStore,
    JobLauncher,
    SecretBox,
    TemplateCatalog,
    WakeUpQueue,
)
from functions.services.policy import Policy


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every service as its first argument. `kept_templates` has the digests that this process
    knows to be stored; without a `box` nothing sensitive is taken on.
    """

    store: DeploymentStore
    index: DeploymentIndex
    artifacts: ArtifactStore
    wake_ups: WakeUpQueue
    launcher: JobLauncher
    catalog: TemplateCatalog
    policy: Policy
    environments: Environments
    timer_runs: TimerRuns
    due: DueDeployments
    now: Callable[[], datetime]
    box: SecretBox | None = None
    kept_templates: set[str] = field(default_factory=set)
