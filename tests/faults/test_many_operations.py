"""Six deployments with five operations each, all asked for at once, on one machine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from functions.domain.deployments.operation import Operation
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim
from functions.domain.status import OperationStatus, Resources
from tests.faults.lifecycle import asked
from tests.faults.plant import Plant

_DEPLOYMENTS = 6
_KINDS = ["apply", "plan", "apply", "apply", "destroy"]
_SECONDS = 240


def test_six_deployments_with_five_operations_each_all_end_and_in_order_within_each(
    plant: Plant,
) -> None:
    # a host that looks at everything each second would do little else
    plant.kill()
    plant.restart(SLIPWAY_WATCH_SECONDS="5", SLIPWAY_RECONCILE_SCHEDULE="*/5 * * * * *")
    with ThreadPoolExecutor(_DEPLOYMENTS) as pool:
        ids = list(pool.map(lambda number: _ask_for_five(plant, number), range(_DEPLOYMENTS)))

    for deployment_id in ids:
        ended = plant.ended(deployment_id, _SECONDS)
        assert (ended.status, ended.resources) == ("destroyed", Resources.NONE), ended.error
        _check_order(plant, plant.truth.operations(deployment_id))
        assert plant.engine_starts(deployment_id, "apply") == 4
    assert plant.host_log().count('"message":"started job') == _DEPLOYMENTS * len(_KINDS)


def _ask_for_five(plant: Plant, number: int) -> str:
    deployment_id = plant.accepted(name=f"n{number}")
    asked(plant, deployment_id, "plan", parameters={"name": "looked at only"})
    asked(plant, deployment_id, "apply", parameters={"name": "second"})
    asked(plant, deployment_id, "apply", parameters={"name": "third"})
    asked(plant, deployment_id, "destroy")
    return deployment_id


def _check_order(plant: Plant, operations: list[Operation]) -> None:
    """Each operation succeeded, and its one runner began only once the one before it had ended."""
    assert [operation.kind.value for operation in operations] == _KINDS
    for operation in operations:
        assert operation.status is OperationStatus.SUCCEEDED, operation
        assert operation.job == 1
    for before, after in pairwise(operations):
        claim = plant.artifacts.read(blob_names.job_claim(after.id, 1))
        assert claim is not None
        assert before.completed_at is not None
        assert after.started_at is not None
        assert before.completed_at <= Claim.from_json(claim.data).claimed_at
        assert before.completed_at <= after.started_at
