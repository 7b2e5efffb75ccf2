"""Slipway on a machine that cannot see the runner: all it can go by is how long ago things happened."""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.adapters.configuration.packaged_catalog import PackagedCatalog
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.domain import clock
from functions.domain.deployments.deployment import Deployment
from functions.ports import Artifact, ArtifactStore
from functions.services.context import Context
from functions.services.orchestration.advance import advance
from functions.services.policy_settings import Policy
from local.paths import ROOT
from tests.builders import an_environment_set
from tests.fakes import MemoryDueDeployments, MemoryLauncher, MemoryTimerRuns, MemoryWakeUpQueue
from tests.faults.plant import Plant

_THREE_HOURS = 3 * 3600.0


@dataclass(frozen=True)
class AgedArtifacts:
    """The real blobs, as they will look three hours from now."""

    real: ArtifactStore

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    def read(self, name: str) -> Artifact | None:
        artifact = self.real.read(name)
        return replace(artifact, age_seconds=artifact.age_seconds + _THREE_HOURS) if artifact else None


def give_up_from_another_machine(plant: Plant, deployment_id: str) -> Deployment:
    """Advance the deployment where its execution is unknown and its time limit long past; gives what came
    of it.
    """
    ctx = Context(
        store=plant.truth,
        index=TableDeploymentIndex(plant.clients.index),
        artifacts=AgedArtifacts(plant.artifacts),  # type: ignore[arg-type]  # it hands on what it does not age
        wake_ups=MemoryWakeUpQueue(),
        launcher=MemoryLauncher(),
        catalog=PackagedCatalog(ROOT),
        policy=Policy(),
        environments=an_environment_set(),
        timer_runs=MemoryTimerRuns(),
        due=MemoryDueDeployments(),
        now=clock.now,
    )
    advance(ctx, deployment_id)
    return plant.deployment(deployment_id)
