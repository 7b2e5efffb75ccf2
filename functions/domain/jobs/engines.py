"""The tasks of each engine. The app refuses a request that the engine does not support.

A test compares this table with the runner's registry of engines.
"""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.jobs.job_contract import Task
from functions.domain.status import OperationKind

_PLANNED = frozenset({Task.PLAN, Task.APPLY, Task.APPLY_PLAN})


@dataclass(frozen=True, slots=True)
class EngineAbilities:
    """One engine. `uses_backend` is True if its states are in workspaces of the environment's backend."""

    name: str
    tasks: frozenset[Task]
    uses_backend: bool = False

    def can(self, kind: OperationKind) -> bool:
        """Return True if the engine has every task that such an operation may need."""
        return _NEEDED[kind] <= self.tasks


_NEEDED: dict[OperationKind, frozenset[Task]] = {
    OperationKind.PLAN: frozenset({Task.PLAN}),
    OperationKind.APPLY: _PLANNED,
    OperationKind.DESTROY: _PLANNED,
    OperationKind.UNLOCK: frozenset({Task.UNLOCK}),
    OperationKind.RECOVER: frozenset({Task.RECOVER}),
}

ENGINES: dict[str, EngineAbilities] = {
    "terraform": EngineAbilities("terraform", _PLANNED | {Task.UNLOCK, Task.RECOVER}, uses_backend=True),
}


def engine_of(provider_type: str) -> EngineAbilities:
    """Return the engine of a provider type that this version supports."""
    return ENGINES[PROVIDER_TYPES[provider_type].engine]
