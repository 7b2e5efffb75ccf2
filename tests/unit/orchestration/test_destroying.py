"""Destroying: once, whoever asks how often, and again where something may be left."""

from __future__ import annotations

from functions.domain.status import Approval, DeploymentStatus, OperationKind, Resources
from tests.builders import a_state
from tests.unit.life import destroyed
from tests.world import World


def test_a_state_that_could_not_be_removed_is_what_a_further_destroy_is_for() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    first = world.ask(deployment, OperationKind.DESTROY)
    left = world.run(deployment, world.success(resources=Resources.NONE, outputs={}, state=a_state()))

    second = world.ask(deployment, OperationKind.DESTROY)

    assert (left.status, left.state) == (DeploymentStatus.DESTROYED, a_state())
    assert second.id != first.id
    assert world.run(deployment, destroyed(world)).state is None


def test_what_may_have_left_something_behind_can_be_destroyed_again() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    first = world.ask(deployment, OperationKind.DESTROY)
    left = world.run(deployment, world.success(resources=Resources.UNKNOWN, outputs={}, state=None))

    second = world.ask(deployment, OperationKind.DESTROY)

    assert (left.resources, left.state) == (Resources.UNKNOWN, deployment.state)
    assert second.id != first.id
    assert world.run(deployment, destroyed(world)).resources is Resources.NONE


def test_destroying_what_is_gone_answers_with_the_destroy_that_did_it() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    first = world.ask(deployment, OperationKind.DESTROY)
    world.run(deployment, destroyed(world))

    assert world.ask(deployment, OperationKind.DESTROY).id == first.id


def test_destroying_never_answers_with_something_that_is_no_destroy() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    world.ask(deployment, OperationKind.DESTROY)
    world.run(deployment, destroyed(world))
    world.ask(deployment, OperationKind.PLAN)
    world.run(deployment, world.plan_result(plan=None))

    assert world.ask(deployment, OperationKind.DESTROY).kind is OperationKind.DESTROY


def test_asking_for_a_destroy_twice_makes_one_whatever_else_awaits_approval() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    world.ask(deployment, OperationKind.APPLY, approval=Approval.PLAN)
    world.run(deployment, world.plan_result())

    first = world.ask(deployment, OperationKind.DESTROY)

    assert world.ask(deployment, OperationKind.DESTROY).id == first.id


def test_a_look_at_a_state_that_is_as_it_was_does_not_modify_it() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    world.pass_time(60)
    world.ask(deployment, OperationKind.APPLY)

    same = world.run(deployment).state
    world.ask(deployment, OperationKind.APPLY)
    moved = world.run(deployment, world.success(state=a_state(serial=2, last_modified=world.time))).state

    assert same == deployment.state
    assert moved is not None
    assert moved.last_modified == world.time
