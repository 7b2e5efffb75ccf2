"""The ports in memory. They pass the contract tests of the real adapters, and have more methods for tests."""

from __future__ import annotations

from tests.fakes.artifacts import MemoryArtifactStore
from tests.fakes.calls import Calls
from tests.fakes.catalog import MemoryCatalog
from tests.fakes.deployments import MemoryDeploymentStore
from tests.fakes.due import MemoryDueDeployments
from tests.fakes.index import MemoryDeploymentIndex
from tests.fakes.launcher import MemoryLauncher
from tests.fakes.secret_box import MemorySecretBox
from tests.fakes.timer_runs import MemoryTimerRuns
from tests.fakes.wake_ups import MemoryWakeUpQueue

__all__ = [
    "Calls",
    "MemoryArtifactStore",
    "MemoryCatalog",
    "MemoryDeploymentIndex",
    "MemoryDeploymentStore",
    "MemoryDueDeployments",
    "MemoryLauncher",
    "MemorySecretBox",
    "MemoryTimerRuns",
    "MemoryWakeUpQueue",
]
