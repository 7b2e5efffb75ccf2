"""What an engine cannot do is refused before anything is stored."""

from __future__ import annotations

import pytest

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.errors import RequestRefused
from functions.domain.jobs.engines import ENGINES, EngineAbilities, engine_of
from functions.domain.jobs.job_contract import Task
from functions.domain.status import OperationKind
from functions.services.admission.engines import check_kind, check_workspace
from runner.engines.registry import ENGINES as RUNNER_ENGINES

PLAIN = EngineAbilities("plain", frozenset({Task.PLAN, Task.APPLY, Task.APPLY_PLAN}))


def test_the_table_says_what_the_engines_of_the_runner_can_do() -> None:
    assert {name: engine.tasks for name, engine in ENGINES.items()} == {
        name: frozenset(engine.tasks) for name, engine in RUNNER_ENGINES.items()
    }
    assert [engine.name for engine in RUNNER_ENGINES.values()] == list(RUNNER_ENGINES)
    assert [engine.name for engine in ENGINES.values()] == list(ENGINES)


def test_every_engine_has_what_any_deployment_needs() -> None:
    needed = (OperationKind.PLAN, OperationKind.APPLY, OperationKind.DESTROY)

    assert [engine.name for engine in ENGINES.values() if not all(map(engine.can, needed))] == []


def test_every_provider_type_that_is_supported_has_an_engine() -> None:
    for provider in PROVIDER_TYPES.values():
        assert not provider.supported or engine_of(provider.name).name == provider.engine


@pytest.mark.parametrize("kind", [OperationKind.UNLOCK, OperationKind.RECOVER])
def test_a_kind_whose_task_the_engine_has_not_is_refused(kind: OperationKind) -> None:
    with pytest.raises(RequestRefused, match=f"'plain' does not support '{kind}'") as refused:
        check_kind(PLAIN, kind)

    assert refused.value.code == "unsupported_by_engine"


@pytest.mark.parametrize("kind", OperationKind)
def test_terraform_does_every_kind(kind: OperationKind) -> None:
    check_kind(ENGINES["terraform"], kind)


def test_a_workspace_is_refused_where_the_engine_has_none() -> None:
    check_workspace(ENGINES["terraform"], "blue")
    check_workspace(PLAIN, "default")

    with pytest.raises(RequestRefused) as refused:
        check_workspace(PLAIN, "blue")

    (problem,) = refused.value.errors
    assert (refused.value.code, problem.pointer, problem.expected) == (
        "invalid_request",
        "/workspace",
        ["default"],
    )
