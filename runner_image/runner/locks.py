"""The lock of a state: seeing who holds it, waiting for it, and getting past the races of the back ends.

Waiting is done here and not by `-lock-timeout`: so the holder is shown as soon as it is met, and so the two
races are tried again, which that option does not do.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from functions.domain.job import Failure
from functions.domain.state import StateLock
from runner.errors import JobStopped, StepFailed
from runner.job import Job
from runner.json_stream import JsonStream
from runner.process import Ended

T = TypeVar("T")

# What Terraform 1.11 says; tests/backends have it from the real binary.
_LOCKED = "Error acquiring the state lock"
_FIELD = r"^[ \t]*{}:[ \t]+(\S.*?)[ \t]*$"
_FIELDS = {"ID": "id", "Who": "who", "Operation": "operation", "Created": "created"}
# the http back end prints its caller's own lock info; who holds the lock stands here
_HTTP_HOLDER = re.compile(r"state already locked:\s+ID=(\S+)")
_RACES = (
    # azurerm: somebody has the lease and has not yet written, or has just removed, who they are
    re.compile(r'blob metadata\s+"terraformlockid"\s+was\s+empty', re.IGNORECASE),
    # s3: the lock was gone between the refusal and the look at its holder
    re.compile(r"PreconditionFailed.*NoSuchKey", re.DOTALL),
)
_RACE_TRIES = 6
_POLL_SECONDS = 2.0


def lock_in(text: str) -> StateLock | None:
    """The holder of a lock, from an error's text, or None where it names none."""
    if holder := _HTTP_HOLDER.search(text):
        return StateLock(holder[1])
    found = {name: re.search(_FIELD.format(name), text, re.MULTILINE) for name in _FIELDS}
    values = {_FIELDS[name]: match[1] for name, match in found.items() if match}
    return StateLock(**values) if "id" in values else None


def in_words(lock: StateLock) -> str:
    """Who holds the lock, for people."""
    parts = {"id": lock.id, "held by": lock.who, "for": lock.operation, "since": lock.created}
    return ", ".join(f"{name} '{value}'" for name, value in parts.items() if value)


def run_with_lock(job: Job, run: Callable[[], tuple[Ended, JsonStream]]) -> tuple[Ended, JsonStream]:
    """Run a command with `-json` that takes the state's lock, again while somebody else holds it; gives its
    last end.

    Raises StepFailed `state_locked` once the spec's wait is over, `state_lock_race` where races do not end,
    and JobStopped: nothing was applied then.
    """
    return _again_while_locked(
        job, run, lambda stream: _said_of_lock(stream.diagnostics), lambda stream: stream.diagnostics
    )


def ask_with_lock(job: Job, ask: Callable[[], tuple[Ended, str]]) -> tuple[Ended, str]:
    """The same for a command that has no `-json`."""
    return _again_while_locked(job, ask, lambda said: said if _LOCKED in said else "", lambda _: ())


def _again_while_locked(
    job: Job,
    run: Callable[[], tuple[Ended, T]],
    said_of_lock: Callable[[T], str],
    diagnostics: Callable[[T], tuple[dict[str, Any], ...]],
) -> tuple[Ended, T]:
    deadline = time.monotonic() + job.spec.lock_wait_seconds
    races = 0
    while True:
        ended, result = run()
        said = "" if ended.returncode == 0 else said_of_lock(result)
        if not said:
            if job.findings.lock is not None:
                job.show_lock(None)
            return ended, result
        job.findings.nothing_applied()
        if ended.stopped is not None:
            raise JobStopped(ended.stopped)
        if any(race.search(said) for race in _RACES):
            races += 1
            _past_race(job, races, diagnostics(result))
        else:
            _wait(job, lock_in(said) or StateLock("unknown"), diagnostics(result), deadline)
        job.findings.may_apply()


def _said_of_lock(diagnostics: Sequence[dict[str, Any]]) -> str:
    return "\n".join(each["detail"] or _LOCKED for each in diagnostics if each["summary"] == _LOCKED)


def _past_race(job: Job, races: int, diagnostics: tuple[dict[str, Any], ...]) -> None:
    if races >= _RACE_TRIES:
        message = f"taking the state's lock: others took it at the same instant, {races} times in a row"
        raise StepFailed(Failure("state_lock_race", message, diagnostics))
    job.log.write("others took the state's lock at the same instant; trying again")
    _sleep(job, min(0.2 * 2**races, 5.0) * random.uniform(0.5, 1.5))  # noqa: S311  # spreads retries


def _wait(job: Job, lock: StateLock, diagnostics: tuple[dict[str, Any], ...], deadline: float) -> None:
    if job.findings.lock != lock:
        job.show_lock(lock)
        job.log.write(f"the state is locked: {in_words(lock)}; waiting for it")
    left = deadline - time.monotonic()
    if left <= 0:
        message = (
            f"the state is locked by somebody else, still after {job.spec.lock_wait_seconds} s: "
            f"{in_words(lock)}; nothing was applied. If nobody works on it any more, POST "
            f"/deployments/{job.spec.deployment_id}/unlock with this lock_id"
        )
        raise StepFailed(Failure("state_locked", message, diagnostics))
    _sleep(job, min(_POLL_SECONDS, left))


def _sleep(job: Job, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if job.stop.reason is not None:
            raise JobStopped(job.stop.reason)
        time.sleep(min(left, 0.1))
