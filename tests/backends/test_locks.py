"""A state's lock: Slipway meets somebody else's, and somebody else meets Slipway's."""

from __future__ import annotations

import pytest

from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import Resources
from tests.backends.deployed import Deployed
from tests.runner.waiting import failure_of

everywhere = pytest.mark.parametrize("deployed", ["azurerm", "s3", "http", "local"], indirect=True)
in_a_cloud = pytest.mark.parametrize("deployed", ["azurerm", "s3"], indirect=True)


@everywhere
def test_a_lock_in_the_way_is_shown_and_named_in_the_failure_when_the_wait_is_over(
    deployed: Deployed,
) -> None:
    outside = deployed.outside(deployed.run(1), held=True)
    theirs = outside.start_held()

    job = deployed.start(2, parameters={"word": "two"}, lock_wait_seconds=4)
    shown = deployed.lock_shown(2)
    assert job.poll() is None
    job.wait(180)

    assert theirs.poll() is None
    result = deployed.result(2)
    failure = failure_of(result)
    assert failure.code == "state_locked"
    assert shown.id in failure.message
    assert result.lock == shown
    assert (result.applied, result.resources) == (False, Resources.NONE)
    assert f"the state is locked: id '{shown.id}'" in deployed.log(2)
    assert deployed.log(2).count("Error acquiring the state lock") == 1
    if deployed.stand.backend.type != "http":
        assert shown.who
        assert shown.created


@in_a_cloud
def test_a_job_goes_on_once_the_lock_is_free(deployed: Deployed) -> None:
    theirs = deployed.outside(deployed.run(1)).start_undecided()
    job = deployed.start(2, parameters={"word": "two"}, lock_wait_seconds=60)
    deployed.lock_shown(2)

    theirs.communicate(b"no\n", timeout=180)

    job.wait(180)
    result = deployed.result(2)
    assert (result.outcome, result.outputs) == (Outcome.SUCCEEDED, {"word": "two"}), deployed.log(2)
    assert result.lock is None


@in_a_cloud
def test_a_job_that_waited_while_the_state_was_changed_applies_nothing_of_what_it_had_planned(
    deployed: Deployed,
) -> None:
    theirs = deployed.outside(deployed.run(1), held=True).start_held()
    job = deployed.start(2, lock_wait_seconds=120)
    deployed.lock_shown(2)

    deployed.release()

    assert theirs.wait(180) == 0
    job.wait(180)
    result = deployed.result(2)
    assert "the state is locked" in deployed.log(2)
    assert failure_of(result).code == "plan_stale"
    assert result.applied is False
    assert deployed.run(3).outcome is Outcome.SUCCEEDED


@everywhere
def test_who_works_on_the_state_beside_slipway_is_told_that_it_is_locked(deployed: Deployed) -> None:
    outside = deployed.outside(deployed.run(1))
    ours = deployed.start_held(2)

    told = outside.run("apply", "-auto-approve", "-input=false", "-lock-timeout=0s")

    assert told.returncode == 1
    assert "Error acquiring the state lock" in told.stderr
    deployed.release()
    ours.wait(180)
    assert deployed.result(2).outcome is Outcome.SUCCEEDED


@in_a_cloud
def test_who_waits_beside_slipway_for_the_lock_gets_it(deployed: Deployed) -> None:
    outside = deployed.outside(deployed.run(1))
    ours = deployed.start_held(2)
    refused = outside.run("apply", "-auto-approve", "-input=false", "-lock-timeout=1s")
    assert "Error acquiring the state lock" in refused.stderr

    deployed.release()
    waited = outside.apply_when_free()

    assert waited.returncode == 0, waited.stderr
    ours.wait(180)
    assert deployed.result(2).outcome is Outcome.SUCCEEDED


@in_a_cloud
def test_many_that_want_the_lock_in_one_instant_all_get_it_in_turn(deployed: Deployed) -> None:
    """Jobs of one deployment never run at once, but nothing keeps others from the state. One job's plan is
    stale when another has applied before it: that is no failure of the lock.
    """
    deployed.run(1)

    jobs = [deployed.start(number, lock_wait_seconds=90) for number in range(2, 6)]

    assert all(job.wait(150) is not None for job in jobs)
    for number in range(2, 6):
        result = deployed.result(number)
        assert result.outcome is Outcome.SUCCEEDED, failure_of(result)
