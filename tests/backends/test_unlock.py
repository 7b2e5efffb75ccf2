"""Freeing the lock that a killed Terraform left."""

from __future__ import annotations

import pytest

from functions.domain.jobs.job_contract import Outcome, Task
from functions.domain.jobs.terraform_state import StateLock
from functions.domain.status import OperationKind, Resources
from tests.backends.deployed import Deployed
from tests.runner.waiting import failure_of
from tests.state_servers.http_server import HttpStates

remote = pytest.mark.parametrize("deployed", ["azurerm", "s3", "http"], indirect=True)
OTHER_ID = "11111111-2222-3333-4444-555555555555"


def lock_of(deployed: Deployed, number: int) -> StateLock:
    """Return the lock that an apply meets at once."""
    result = deployed.run(number, lock_wait_seconds=0)
    assert failure_of(result).code == "state_locked", failure_of(result)
    assert result.lock is not None
    return result.lock


@remote
def test_the_lock_of_a_killed_terraform_is_freed_by_its_id_and_then_all_can_be_destroyed(
    deployed: Deployed,
) -> None:
    deployed.kill_engine(1)
    killed = deployed.result(1)
    assert (killed.outcome, killed.applied, killed.resources) == (Outcome.FAILED, True, Resources.UNKNOWN)
    lock = lock_of(deployed, 2)

    assert deployed.unlock(3, lock.id).outcome is Outcome.SUCCEEDED, deployed.log(3)

    destroyed = deployed.destroy(4)
    assert (destroyed.outcome, destroyed.resources) == (Outcome.SUCCEEDED, Resources.NONE), deployed.log(4)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []


@remote
def test_a_lock_of_another_id_stays_and_its_holder_is_named(deployed: Deployed) -> None:
    deployed.kill_engine(1)
    lock = lock_of(deployed, 2)

    result = deployed.unlock(3, OTHER_ID)

    assert failure_of(result).code == "lock_id_mismatch"
    assert lock.id in failure_of(result).message
    assert result.lock is not None
    assert result.lock.id == lock.id
    assert result.lock.who
    assert result.applied is False
    assert lock_of(deployed, 4) == lock


@remote
def test_a_lock_that_nobody_holds_is_not_freed(deployed: Deployed) -> None:
    deployed.run(1)

    result = deployed.unlock(2, OTHER_ID)

    failure = failure_of(result)
    assert failure.code == "lock_not_held", failure
    # a lease may be there that says of nobody that it is theirs
    is_azurerm = deployed.stand.backend.type == "azurerm"
    assert ("az storage blob lease break" in failure.message) == is_azurerm
    assert deployed.run(3).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("deployed", ["s3", "http"], indirect=True)
def test_an_unlock_that_is_tried_again_after_it_freed_the_lock_ends_well(deployed: Deployed) -> None:
    # the first job died before it could say so
    result = deployed.unlock(1, OTHER_ID, job=2)

    assert result.outcome is Outcome.SUCCEEDED, failure_of(result)
    assert f"nobody holds the lock '{OTHER_ID}' any more" in deployed.log(1, job=2)


@pytest.mark.parametrize("deployed", ["http"], indirect=True)
def test_a_lock_that_the_server_freed_although_it_said_otherwise_is_free(
    deployed: Deployed, http: HttpStates
) -> None:
    path = f"/states/{deployed.runner.deployment_id}/slipway"
    http.locks[path] = {"ID": OTHER_ID, "Who": "somebody"}
    http.unlock_statuses = [502]

    result = deployed.unlock(1, OTHER_ID)

    assert result.outcome is Outcome.SUCCEEDED, failure_of(result)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []


@pytest.mark.parametrize("deployed", ["http"], indirect=True)
def test_a_lock_is_freed_by_the_methods_that_the_environment_has_for_terraform(
    deployed: Deployed, http: HttpStates
) -> None:
    http.locks[f"/states/{deployed.runner.deployment_id}/slipway"] = {"ID": OTHER_ID}
    methods = {"TF_HTTP_LOCK_METHOD": "PUT", "TF_HTTP_UNLOCK_METHOD": "PATCH"}

    result = deployed.run(1, kind=OperationKind.UNLOCK, task=Task.UNLOCK, lock_id=OTHER_ID, at=methods)

    assert result.outcome is Outcome.SUCCEEDED, failure_of(result)
    assert http.lock_methods[-2:] == ["PUT", "PATCH"]


@pytest.mark.parametrize("deployed", ["http"], indirect=True)
def test_a_server_that_frees_no_lock_is_said_to_hold_it_still(deployed: Deployed, http: HttpStates) -> None:
    http.unlock_statuses = [403]

    result = deployed.unlock(1, OTHER_ID)

    assert failure_of(result).code == "unlock_failed"
    assert "answered 403 to UNLOCK; the lock" in failure_of(result).message


@pytest.mark.parametrize("deployed", ["local"], indirect=True)
def test_a_killed_terraform_leaves_no_lock_on_the_local_back_end(deployed: Deployed) -> None:
    deployed.kill_engine(1)

    assert failure_of(deployed.unlock(2, OTHER_ID)).code == "lock_not_held"

    destroyed = deployed.destroy(3)
    assert (destroyed.outcome, destroyed.resources) == (Outcome.SUCCEEDED, Resources.NONE), deployed.log(3)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []
