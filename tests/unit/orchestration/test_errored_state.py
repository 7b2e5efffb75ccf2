"""A state that could not be written to its backend: what comes first, and how it is gone on from."""

from __future__ import annotations

import pytest

from functions.domain.errors import RequestRefused
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.status import DeploymentStatus, OperationKind, OperationStatus, Resources
from tests.world import World


def unwritten(world: World) -> JobResult:
    """The result of an apply whose state could not be written."""
    return world.success(
        outcome=Outcome.FAILED,
        errored_state="x",
        failure=Failure(FailureCode.APPLY_FAILED, "the backend is away"),
    )


def test_a_state_that_could_not_be_written_comes_first() -> None:
    world = World()
    failed = world.success(
        outcome=Outcome.FAILED,
        resources=Resources.UNKNOWN,
        errored_state="operations/op/1/errored-state",
        failure=Failure(FailureCode.APPLY_FAILED, "no"),
    )
    deployment = world.run(world.deploy().deployment, failed)

    with pytest.raises(RequestRefused) as refused:
        world.ask(deployment, OperationKind.DESTROY)
    assert refused.value.code == "recovery_needed"

    world.ask(deployment, OperationKind.RECOVER)
    recovered = world.run(deployment, world.success(outputs={}))
    assert (recovered.errored_state, recovered.resources) == (None, Resources.SOME)
    assert recovered.status is DeploymentStatus.FAILED
    world.ask(deployment, OperationKind.DESTROY)


def test_what_waited_behind_a_state_that_could_not_be_written_is_not_run_over_it() -> None:
    world = World()
    deployment = world.claimed()
    waiting = world.ask(deployment, OperationKind.DESTROY)
    world.claim_apply(deployment)
    failed = unwritten(world)
    world.write_result(deployment, failed)

    world.advance(deployment)

    ended = world.store.operation(waiting.id)
    assert ended is not None
    assert ended.error is not None
    assert (ended.status, ended.error.code) == (OperationStatus.FAILED, "recovery_needed")
    assert len(world.launcher.started) == 1


def test_a_state_that_cannot_be_recovered_can_be_gone_on_without() -> None:
    world = World()
    failed = unwritten(world)
    deployment = world.run(world.deploy().deployment, failed)

    world.ask(deployment, OperationKind.APPLY, discards_errored_state=True)

    assert world.run(deployment).errored_state is None


def test_a_state_that_was_gone_on_without_is_not_recovered_by_who_asked_before() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment, unwritten(world))
    world.ask(deployment, OperationKind.APPLY, discards_errored_state=True)
    recover = world.ask(deployment, OperationKind.RECOVER)

    world.run(deployment)

    ended = world.store.operation(recover.id)
    assert ended is not None
    assert ended.error is not None
    assert (ended.status, ended.error.code) == (OperationStatus.FAILED, "errored_state_missing")
    assert len(world.launcher.started) == 2
