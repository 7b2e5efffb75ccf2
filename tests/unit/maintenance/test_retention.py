"""What goes with time, and what never does."""

from __future__ import annotations

import pytest

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import RequestRefused
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.status import OperationKind, Resources
from functions.services.deployments.purge_deployment import ALONE, purge_deployment
from functions.services.maintenance.reconcile import reconcile
from functions.services.maintenance.retention import apply_retention
from tests.world import World

DAY = 86_400


def ended_with_nothing(world: World) -> Deployment:
    """A dry run, with a log and a plan."""
    deployment = world.run(world.deploy(dry_run=True).deployment, world.plan_result())
    plan = (blob_names.saved_plan, blob_names.saved_init, blob_names.plan_summary)
    for name in (*plan, blob_names.log, blob_names.state_copy):
        world.artifacts.create(name(deployment.task_id, 1), b"x")
    return deployment


def exists(world: World, name: str) -> bool:
    return world.artifacts.size(name) is not None


def test_logs_and_plans_go_each_at_its_own_time() -> None:
    world = World(plan_days=10, log_days=20, state_copy_days=30, record_days=40)
    deployment = ended_with_nothing(world)
    run = deployment.task_id

    world.pass_time(11 * DAY)
    apply_retention(world.ctx)
    assert not exists(world, blob_names.saved_plan(run, 1))
    assert not exists(world, blob_names.saved_init(run, 1))
    assert exists(world, blob_names.log(run, 1))

    world.pass_time(10 * DAY)
    apply_retention(world.ctx)
    assert not exists(world, blob_names.log(run, 1))
    assert exists(world, blob_names.state_copy(run, 1))


def test_what_was_removed_is_an_event_and_is_not_looked_for_again() -> None:
    world = World(plan_days=10, log_days=20)
    deployment = ended_with_nothing(world)
    world.pass_time(11 * DAY)

    assert apply_retention(world.ctx) == 1
    assert apply_retention(world.ctx) == 0
    assert world.event_names(deployment)[-1] == "pruned"


def test_a_record_goes_whole_in_the_end() -> None:
    world = World(record_days=40)
    deployment = ended_with_nothing(world)
    world.pass_time(41 * DAY)

    apply_retention(world.ctx)

    assert world.store.get(deployment.deployment_id) is None
    assert world.artifacts.names(blob_names.operation_prefix(deployment.task_id)) == []


@pytest.mark.parametrize("resources", [Resources.SOME, Resources.UNKNOWN])
def test_nothing_ever_goes_of_a_deployment_that_has_or_may_have_resources(resources: Resources) -> None:
    world = World()
    deployment = world.run(world.deploy().deployment, world.success(resources=resources))
    world.artifacts.create(blob_names.log(deployment.task_id, 1), b"x")
    world.pass_time(10_000 * DAY)

    assert apply_retention(world.ctx) == 0
    assert exists(world, blob_names.log(deployment.task_id, 1))


def test_a_forgotten_deployment_leaves_no_trace() -> None:
    world = World()
    deployment = ended_with_nothing(world)

    purge_deployment(world.ctx, deployment.deployment_id, caller="ada")

    assert world.store.get(deployment.deployment_id) is None
    assert world.artifacts.names("operations/") == []
    assert world.index.active(due_before=world.time) == []
    with pytest.raises(RequestRefused) as refused:
        purge_deployment(world.ctx, deployment.deployment_id, caller="ada")
    assert refused.value.code == "deployment_not_found"


@pytest.mark.parametrize("step", ["names", "delete", "purge", "remove_list_rows"])
def test_a_purge_that_was_cut_anywhere_is_ended_by_reconcile(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    deployment = ended_with_nothing(world)
    owner = next(port for port in (world.artifacts, world.store, world.index) if hasattr(port, step))

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, cut)
        with pytest.raises(KeyboardInterrupt):
            purge_deployment(world.ctx, deployment.deployment_id, caller="ada")

    # whoever was at it may be at it still: nobody else goes on before that is out of the question
    reconcile(world.ctx)
    assert world.store.get(deployment.deployment_id) is not None

    world.pass_time(ALONE.total_seconds())
    reconcile(world.ctx)
    assert world.store.get(deployment.deployment_id) is None
    assert world.artifacts.names("operations/") == []
    assert world.index.active(due_before=world.time) == []


def test_what_has_resources_is_not_forgotten() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)

    with pytest.raises(RequestRefused) as refused:
        purge_deployment(world.ctx, deployment.deployment_id, caller="ada")

    assert refused.value.code == "has_resources"


def test_what_is_under_way_is_not_forgotten() -> None:
    world = World()
    deployment = world.started()

    with pytest.raises(RequestRefused) as refused:
        purge_deployment(world.ctx, deployment.deployment_id, caller="ada")

    assert refused.value.code == "deployment_busy"


def test_a_lost_destroy_is_no_reason_to_forget() -> None:
    world = World()
    deployment = world.run(world.deploy().deployment)
    world.ask(deployment, OperationKind.DESTROY)
    lost = world.success(resources=Resources.UNKNOWN, failure=Failure(FailureCode.RUNNER_LOST, "gone"))
    world.run(deployment, lost)

    with pytest.raises(RequestRefused) as refused:
        purge_deployment(world.ctx, deployment.deployment_id, caller="ada")

    assert refused.value.code == "has_resources"
