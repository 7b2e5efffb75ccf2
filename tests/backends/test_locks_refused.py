"""A lock that nobody holds and that the backend does not give all the same."""

from __future__ import annotations

import pytest

from functions.domain.failures import TRANSIENT_CODES
from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import Resources
from tests.backends.deployed import Deployed
from tests.eventually import eventually
from tests.runner.waiting import failure_of
from tests.state_servers.http_server import HttpStates

on_http = pytest.mark.parametrize("deployed", ["http"], indirect=True)
TRYING_AGAIN = "the state's backend does not answer; trying again"


@on_http
def test_a_back_end_that_gives_no_lock_for_a_while_is_waited_for(
    deployed: Deployed, http: HttpStates
) -> None:
    with http.answering_lock_with(503):
        job = deployed.start(1, lock_wait_seconds=60)
        eventually(lambda: TRYING_AGAIN in deployed.log(1))

    job.wait(180)
    assert deployed.result(1).outcome is Outcome.SUCCEEDED, deployed.log(1)


@on_http
def test_a_back_end_that_gives_no_lock_in_the_time_there_is_has_the_job_tried_again(
    deployed: Deployed, http: HttpStates
) -> None:
    with http.answering_lock_with(503):
        result = deployed.run(1, lock_wait_seconds=1)

    failure = failure_of(result)
    assert failure.code == "backend_unavailable"
    assert failure.code in TRANSIENT_CODES
    assert "giving up after 1 attempt" in failure.diagnostics[0]["detail"]
    assert (result.applied, result.resources, result.lock) == (False, Resources.NONE, None)
    assert deployed.log(1).count(TRYING_AGAIN) == 1


@on_http
@pytest.mark.parametrize("status", [400, 401])
def test_a_back_end_that_refuses_the_lock_ends_the_job_at_once_with_terraforms_own_words(
    deployed: Deployed, http: HttpStates, status: int
) -> None:
    deployed.run(1)
    asked_before = http.lock_methods.count("LOCK")
    with http.answering_lock_with(status):
        result = deployed.run(2, parameters={"word": "two"}, lock_wait_seconds=90)

    assert http.lock_methods.count("LOCK") - asked_before == 1
    failure = failure_of(result)
    assert failure.code == "apply_failed"
    assert failure.diagnostics[0]["summary"] == "Error acquiring the state lock"
    assert (result.applied, result.resources, result.state) == (False, Resources.NONE, None)
    assert result.lock is None


@on_http
def test_a_lock_whose_holder_the_back_end_does_not_name_is_still_said_to_be_held(
    deployed: Deployed, http: HttpStates
) -> None:
    with http.answering_lock_with(423):
        result = deployed.run(1, lock_wait_seconds=1)

    failure = failure_of(result)
    assert failure.code == "state_locked", failure
    assert "free the lock in the backend, which does not say whose it is" in failure.message
    assert result.applied is False


@on_http
def test_a_state_that_cannot_be_read_under_its_lock_is_waited_for(
    deployed: Deployed, http: HttpStates
) -> None:
    http.on_lock = lambda _path, _operation: setattr(http, "read_status", 503)
    job = deployed.start(1, lock_wait_seconds=60)
    eventually(lambda: TRYING_AGAIN in deployed.log(1))

    http.behave()

    job.wait(180)
    assert deployed.result(1).outcome is Outcome.SUCCEEDED, deployed.log(1)


@on_http
@pytest.mark.parametrize(("status", "code"), [(503, "backend_unavailable"), (403, "apply_failed")])
def test_a_state_that_cannot_be_read_under_its_lock_ends_the_job_with_nothing_applied(
    deployed: Deployed, http: HttpStates, status: int, code: str
) -> None:
    http.on_lock = lambda _path, _operation: setattr(http, "read_status", status)

    result = deployed.run(1, lock_wait_seconds=1)

    assert failure_of(result).code == code, failure_of(result)
    assert (result.applied, result.resources, result.lock) == (False, Resources.NONE, None)
