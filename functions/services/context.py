"""The context of every use case: the ports, the policy and the clock."""

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
from functions.services.policy_settings import Policy


@dataclass(frozen=True, slots=True)
class Context:
    """The first argument of every use case.

    Without a `box` sensitive parameters are refused. `stored_templates` has the digests of the templates that
    this process has stored.
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
    stored_templates: set[str] = field(default_factory=set)
