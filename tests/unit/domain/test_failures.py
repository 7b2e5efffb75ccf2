"""The codes that an operation may end with."""

from __future__ import annotations

import json

import pytest

from functions.domain.codec import DecodeError, from_plain, to_plain
from functions.domain.failures import FAILURES, Failure, FailureCode
from functions.domain.jobs.job_contract import JobResult
from runner.process.stop import StopReason


def test_every_code_has_a_cause_and_a_next_step() -> None:
    assert set(FAILURES) == set(FailureCode)


def test_whatever_stops_a_job_is_the_code_of_a_failure() -> None:
    assert {reason.value for reason in StopReason} <= set(FailureCode)


def test_a_known_code_is_read_as_a_member_of_the_enum() -> None:
    failure = from_plain(Failure, {"code": "plan_stale", "message": "no"})

    assert failure.code is FailureCode.PLAN_STALE


def test_a_code_of_another_version_is_kept_as_it_is() -> None:
    body = {"code": "not_of_this_version", "message": "no", "diagnostics": []}

    assert to_plain(from_plain(Failure, body)) == body


def test_a_stored_result_keeps_a_code_of_another_version() -> None:
    failure = {"code": "not_of_this_version", "message": "no", "diagnostics": []}
    stored = {"outcome": "failed", "resources": "none", "ended_at": "2026-11-27T20:27:37.567Z"}

    result = JobResult.from_json(json.dumps({**stored, "failure": failure}))

    assert json.loads(result.to_json())["failure"] == failure
    assert JobResult.from_json(result.to_json()) == result


@pytest.mark.parametrize("code", [None, 1, ["plan_stale"]])
def test_a_code_that_is_no_text_is_refused(code: object) -> None:
    with pytest.raises(DecodeError, match="code"):
        from_plain(Failure, {"code": code, "message": "no"})
