"""The lock of a state: seeing who holds it, waiting for it, and getting past the races of the back ends.

Waiting is done here and not by `-lock-timeout`: so the holder is shown as soon as it is met, and so the two
races are tried again, which that option does not do.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from typing import Any

from functions.domain.job import Failure
from functions.domain.state import StateLock
from runner.errors import JobStopped, StepFailed
from runner.job import Job
from runner.json_stream import JsonStream
from runner.process import Ended

# What Terraform 1.11 says; tests/backends have it from the real binary.
_LOCKED = "Error acquiring the state lock"
_FIELD = r"^\s*{}:\s+(\S.*?)\s*$"
# the http back end prints its caller's own lock info; who holds the lock stands here
_HTTP_HOLDER = re.compile(r"state already locked: ID=([^\s]+)")
_RACES = (
    # azurerm: two that take the lease in one instant
    re.compile(r'blob metadata "terraformlockid" was empty', re.IGNORECASE),
    # s3: the lock was gone between the refusal and the look at its holder
    re.compile(r"(failed to retrieve|reading) lock (info|file)|NoSuchKey", re.IGNORECASE),
)
_RACE_TRIES = 6
_POLL_SECONDS = 2.0


def read_lock(diagnostics: tuple[dict[str, Any], ...]) -> StateLock | None:
    """The lock that a command met, from the engine's own words, or None where it met none."""
    for diagnostic in diagnostics:
        if diagnostic["summary"] == _LOCKED:
            return _lock_in(diagnostic["detail"] or "")
    return None


def is_race(text: str) -> bool:
    """True where a lock was neither taken nor held, but two came at one instant."""
    return any(pattern.search(text) for pattern in _RACES)


def run_past_races(job: Job, run: Callable[[], tuple[Ended, str]]) -> tuple[Ended, str]:
    """Run a command that says little, again while it meets a race; gives its last end and words."""
    ended, said = run()
    for attempt in range(1, _RACE_TRIES):
        if ended.returncode == 0 or ended.stopped or not is_race(said):
            break
        _pause(job, attempt)
        ended, said = run()
    return ended, said


def run_with_lock(job: Job, run: Callable[[], tuple[Ended, JsonStream]]) -> tuple[Ended, JsonStream]:
    """Run a command that takes the state's lock, again while somebody else holds it.

    Raises StepFailed `state_locked` once the spec's wait is over, `state_lock_race` where races do not end,
    JobStopped: nothing was applied then.
    """
    deadline = time.monotonic() + job.spec.lock_wait_seconds
    races = 0
    while True:
        ended, stream = run()
        lock = read_lock(stream.diagnostics) if ended.returncode != 0 else None
        text = " ".join(str(each["detail"] or "") for each in stream.diagnostics)
        if lock is None:
            job.show_lock(None)
            return ended, stream
        job.findings.nothing_applied()
        if is_race(text):
            races += 1
            if races >= _RACE_TRIES:
                message = f"{stream.first_error}: others took the lock at the same instant, {races} times"
                raise StepFailed(Failure("state_lock_race", message, stream.diagnostics))
            _pause(job, races)
        else:
            _wait(job, lock, stream, deadline)
        job.findings.may_apply()


def _wait(job: Job, lock: StateLock, stream: JsonStream, deadline: float) -> None:
    if job.findings.lock != lock:
        job.show_lock(lock)
        job.log.write(f"the state is locked: {_in_words(lock)}; waiting for it")
    if time.monotonic() + _POLL_SECONDS > deadline:
        message = (
            f"the state is locked by somebody else, still after {job.spec.lock_wait_seconds} s: "
            f"{_in_words(lock)}; nothing was applied. If nobody works on it any more, POST "
            f"/deployments/{job.spec.deployment_id}/unlock with this lock_id"
        )
        raise StepFailed(Failure("state_locked", message, stream.diagnostics))
    _sleep(job, _POLL_SECONDS)


def _pause(job: Job, attempt: int) -> None:
    _sleep(job, min(0.2 * 2**attempt, 5.0) * random.uniform(0.5, 1.5))  # noqa: S311  # spreads retries


def _sleep(job: Job, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if job.stop.reason is not None:
            raise JobStopped(job.stop.reason)
        time.sleep(0.1)


def _in_words(lock: StateLock) -> str:
    parts = {"id": lock.id, "held by": lock.who, "for": lock.operation, "since": lock.created}
    return ", ".join(f"{name} '{value}'" for name, value in parts.items() if value)


def _lock_in(detail: str) -> StateLock:
    holder = _HTTP_HOLDER.search(detail)
    if holder:
        return StateLock(holder[1])
    found = {name: re.search(_FIELD.format(name), detail, re.MULTILINE) for name in _NAMES}
    values = {_NAMES[name]: match[1] for name, match in found.items() if match}
    return StateLock(**{"id": "unknown", **values})


_NAMES = {"ID": "id", "Who": "who", "Operation": "operation", "Created": "created"}
