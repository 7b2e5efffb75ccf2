"""The backend goes away in the middle of an apply: what was made is not forgotten."""

from __future__ import annotations

import json

import pytest

from functions.domain.jobs.job_contract import Outcome, Task
from functions.domain.status import OperationKind, Resources
from tests.backends.deployed import Deployed
from tests.eventually import eventually
from tests.runner.waiting import failure_of
from tests.state_servers.http_server import HttpStates
from tests.state_servers.stand import RemoteStand

remote = pytest.mark.parametrize("deployed", ["azurerm", "s3", "http"], indirect=True)
on_http = pytest.mark.parametrize("deployed", ["http"], indirect=True)


def lose_the_back_end(deployed: Deployed, number: int) -> str:
    """Run an apply whose backend becomes unavailable in its middle, and return the id of the lock that stays.

    The backend is available again afterwards.
    """
    stand = deployed.stand
    assert isinstance(stand, RemoteStand)
    job = deployed.start_held(number)
    stand.cut()
    deployed.release()
    job.wait(180)
    stand.mend()
    met = deployed.run(number + 1, lock_wait_seconds=0)
    assert met.lock is not None, failure_of(met)
    return met.lock.id


@remote
def test_a_state_that_could_not_be_written_is_kept_sealed_recovered_and_can_be_destroyed(
    deployed: Deployed,
) -> None:
    lock_id = lose_the_back_end(deployed, 1)
    failed = deployed.result(1)
    assert (failed.outcome, failed.applied, failed.resources) == (Outcome.FAILED, True, Resources.UNKNOWN)
    assert failed.errored_state is not None
    assert f"POST /deployments/{deployed.runner.deployment_id}/recover" in failure_of(failed).message
    assert b"lineage" not in (deployed.runner.blob(failed.errored_state) or b"lineage")
    # whoever recovers before the lock is freed is told of it
    locked = deployed.recover(3, failed.errored_state)
    assert failure_of(locked).code == "state_locked"
    assert (locked.lock and locked.lock.id, locked.applied) == (lock_id, False)
    deployed.unlock(4, lock_id)

    recovered = deployed.recover(5, failed.errored_state)

    assert (recovered.outcome, recovered.resources) == (Outcome.SUCCEEDED, Resources.SOME), deployed.log(5)
    state = json.loads(deployed.outside(recovered).run("state", "pull").stdout)
    assert sorted(resource["name"] for resource in state["resources"]) == ["held", "word"]
    assert recovered.state is not None
    assert (recovered.state.serial, recovered.state.lineage) == (state["serial"], state["lineage"])
    destroyed = deployed.destroy(6)
    assert (destroyed.outcome, destroyed.resources) == (Outcome.SUCCEEDED, Resources.NONE), deployed.log(6)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []


@pytest.mark.parametrize("deployed", ["azurerm"], indirect=True)
def test_a_state_that_has_moved_on_is_not_overwritten(deployed: Deployed) -> None:
    lock_id = lose_the_back_end(deployed, 1)
    errored = deployed.result(1).errored_state
    deployed.unlock(3, lock_id)
    moved = deployed.run(4, parameters={"word": "meanwhile"})
    moved = deployed.run(5, parameters={"word": "and again"})

    result = deployed.recover(6, errored)

    assert failure_of(result).code == "state_moved"
    assert result.applied is False
    assert moved.state is not None
    assert f"serial {moved.state.serial}" in failure_of(result).message
    assert deployed.run(7, parameters={"word": "and again"}).changes == {
        "add": 0,
        "change": 0,
        "import": 0,
        "remove": 0,
    }


@on_http
def test_what_somebody_made_since_is_not_forgotten_however_far_ahead_the_serial_of_the_kept_state_is(
    deployed: Deployed,
) -> None:
    outside = deployed.outside(deployed.run(1))
    lock_id = lose_the_back_end(deployed, 2)
    deployed.unlock(4, lock_id)
    kept = deployed.kept(deployed.result(2).errored_state or "")
    state = json.loads(kept.state)
    # as when Terraform tried to save it in the middle of the apply too
    further = deployed.keep(2, {**state, "serial": state["serial"] + 1}, json.loads(kept.base_state or b""))
    (outside.folder / "extra.tf").write_text('resource "terraform_data" "extra" {}\n')
    assert outside.run("apply", "-auto-approve", "-input=false").returncode == 0

    result = deployed.recover(5, further)

    assert failure_of(result).code == "state_moved", deployed.log(5)
    assert "somebody has changed terraform_data.extra" in failure_of(result).message
    assert (result.applied, result.resources) == (False, Resources.NONE)
    assert "terraform_data.extra" in outside.run("state", "list").stdout


@on_http
def test_what_the_apply_itself_saved_on_its_way_is_replaced(deployed: Deployed, http: HttpStates) -> None:
    deployed.run(1)
    (path,) = http.traces(deployed.runner.deployment_id)
    base_state = json.loads(http.states[path])
    made = json.dumps(base_state["resources"][0])
    first, second = (json.loads(made.replace('"word"', f'"{name}"')) for name in ("first", "second"))
    resources, serial = base_state["resources"], base_state["serial"]
    saved = {**base_state, "serial": serial + 1, "resources": [*resources, first]}
    http.states[path] = json.dumps(saved).encode()
    kept = {**base_state, "serial": serial + 2, "resources": [*resources, first, second]}

    result = deployed.recover(2, deployed.keep(2, kept, base_state))

    assert result.outcome is Outcome.SUCCEEDED, failure_of(result)
    names = {resource["name"] for resource in json.loads(http.states[path])["resources"]}
    assert names == {"word", "first", "second"}


@on_http
def test_what_somebody_writes_while_a_recovery_waits_for_the_lock_is_not_overwritten(
    deployed: Deployed, http: HttpStates
) -> None:
    deployed.run(1)
    (path,) = http.traces(deployed.runner.deployment_id)
    base_state = json.loads(http.states[path])
    kept = {**base_state, "serial": base_state["serial"] + 9, "outputs": {}}
    errored = deployed.keep(1, kept, base_state)
    http.locks[path] = {"ID": "theirs", "Operation": "apply"}
    job = deployed.start(
        2, kind=OperationKind.RECOVER, task=Task.RECOVER, errored_state=errored, lock_wait_seconds=60
    )
    assert deployed.lock_shown(2).id == "theirs"

    extra = {**base_state["resources"][0], "name": "extra"}
    moved = {**base_state, "serial": base_state["serial"] + 1, "resources": [*base_state["resources"], extra]}
    http.states[path] = json.dumps(moved).encode()
    del http.locks[path]

    job.wait(180)
    result = deployed.result(2)
    assert failure_of(result).code == "state_moved", failure_of(result)
    assert "terraform_data.extra" in failure_of(result).message
    assert (result.applied, result.resources, result.lock) == (False, Resources.NONE, None)
    assert json.loads(http.states[path]) == moved


@on_http
def test_a_recovery_waits_for_a_back_end_that_goes_away_once_more(
    deployed: Deployed, http: HttpStates
) -> None:
    state = {"version": 4, "serial": 1, "lineage": "made-up", "resources": [], "outputs": {}}
    errored = deployed.keep(1, state, {})
    with http.answering_lock_with(503):
        job = deployed.start(
            1, kind=OperationKind.RECOVER, task=Task.RECOVER, errored_state=errored, lock_wait_seconds=60
        )
        eventually(lambda: "the state's backend does not answer" in deployed.log(1))
        refused_before = http.refused_reads
        http.read_status = 503
    eventually(lambda: http.refused_reads > refused_before)
    http.behave()

    job.wait(180)
    result = deployed.result(1)
    assert result.outcome is Outcome.SUCCEEDED, failure_of(result)
    # of what was being made when the state was lost not even that state may know
    assert result.resources is Resources.UNKNOWN


@on_http
@pytest.mark.parametrize(("status", "code"), [(503, "backend_unavailable"), (401, "recover_failed")])
def test_a_recovery_that_the_back_end_refuses_the_lock_writes_nothing(
    deployed: Deployed, http: HttpStates, status: int, code: str
) -> None:
    state = {"version": 4, "serial": 1, "lineage": "made-up", "resources": [], "outputs": {}}
    errored = deployed.keep(1, state, {})

    with http.answering_lock_with(status):
        result = deployed.recover(1, errored)

    assert failure_of(result).code == code, failure_of(result)
    assert (result.applied, result.resources, result.lock) == (False, Resources.NONE, None)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []


@pytest.mark.parametrize("deployed", ["azurerm"], indirect=True)
def test_recovering_twice_is_harmless(deployed: Deployed) -> None:
    lock_id = lose_the_back_end(deployed, 1)
    errored = deployed.result(1).errored_state
    deployed.unlock(3, lock_id)
    once = deployed.recover(4, errored)

    twice = deployed.recover(5, errored)

    assert (twice.outcome, twice.resources) == (Outcome.SUCCEEDED, Resources.SOME), deployed.log(5)
    assert once.state is not None
    assert twice.state is not None
    assert (twice.state.serial, twice.state.lineage) == (once.state.serial, once.state.lineage)


@pytest.mark.parametrize("deployed", ["azurerm"], indirect=True)
def test_a_back_end_that_is_away_before_the_apply_is_said_to_be(deployed: Deployed) -> None:
    stand = deployed.stand
    assert isinstance(stand, RemoteStand)
    stand.cut()
    try:
        result = deployed.run(1)
    finally:
        stand.mend()

    assert failure_of(result).code == "backend_unavailable"
    assert (result.applied, result.resources) == (False, Resources.NONE)
