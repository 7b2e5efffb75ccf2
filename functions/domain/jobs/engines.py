"""What each engine can do, as the app knows it without the runner: what it cannot do is refused at accept.

A test of the runner's registry holds this table against the engines themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.jobs.job_contract import Task
from functions.domain.status import OperationKind

_PLANNED = frozenset({Task.PLAN, Task.APPLY, Task.APPLY_PLAN})


@dataclass(frozen=True, slots=True)
class EngineAbilities:
    """One engine. `uses_backend` where its states lie in the environment's back end, in workspaces."""

    name: str
    tasks: frozenset[Task]
    uses_backend: bool = False

    def can(self, kind: OperationKind) -> bool:
        """True where it has every task that such an operation may need."""
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
    """Return the engine of a provider type, which is one that this version supports."""
    return ENGINES[PROVIDER_TYPES[provider_type].engine]
