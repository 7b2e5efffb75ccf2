"""What every use case gets: the ports, the policy and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from functions.ports import (
    ArtifactStore,
    DeploymentIndex,
    DeploymentStore,
    DoorbellQueue,
    JobLauncher,
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
    providers: frozenset[str] = frozenset({"terraform-local"})


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every service as its first argument. `kept_templates` has the digests that this process
    knows to be stored.
    """

    store: DeploymentStore
    index: DeploymentIndex
    artifacts: ArtifactStore
    bells: DoorbellQueue
    launcher: JobLauncher
    catalog: TemplateCatalog
    policy: Policy
    now: Callable[[], datetime]
    kept_templates: set[str] = field(default_factory=set)
