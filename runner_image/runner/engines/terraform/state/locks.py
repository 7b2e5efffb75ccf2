"""The lock of a state: seeing who holds it, waiting for it, and getting past the races of the back ends.

Waiting is done here and not by `-lock-timeout`: so the holder is shown as soon as it is met, and so the two
races are tried again, which that option does not do. Nor does it tell a lock that is held from one that the
back end refuses to give.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.terraform_state import StateLock
from runner.engines.terraform.json_stream import JsonStream, diagnostic_of
from runner.engines.terraform.messages import (
    HTTP_LOCKED,
    LOCK_HELD,
    LOCK_RACE,
    LOCKED_WHILE_MADE,
    STATE_LOCKED,
    STATE_NOT_READ,
)
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.lock_advice import break_lock_command, unnamed_lease_hint
from runner.engines.terraform.transient_errors import is_backend_unavailable, is_unreachable
from runner.errors import JobStopped, StepFailed
from runner.process.command import CommandResult

T = TypeVar("T")

_FIELD = r"^[ \t]*{}:[ \t]+(\S.*?)[ \t]*$"
_FIELDS = {"ID": "id", "Who": "who", "Operation": "operation", "Created": "created"}
_UNNAMED = StateLock("unknown")
_MAX_RACES = 6
_POLL_SECONDS = 2.0


def parse_lock(text: str) -> StateLock | None:
    """The holder of a lock, from an error's text, or None where it names none."""
    if http := HTTP_LOCKED.pattern.search(text):
        return StateLock(http[1]) if http[1] else None
    found = {name: re.search(_FIELD.format(name), text, re.MULTILINE) for name in _FIELDS}
    values = {_FIELDS[name]: match[1] for name, match in found.items() if match}
    return StateLock(**values) if "id" in values else None


def describe_lock(lock: StateLock) -> str:
    """Who holds the lock, for people."""
    parts = {"id": lock.id, "held by": lock.who, "for": lock.operation, "since": lock.created}
    return ", ".join(f"{name} '{value}'" for name, value in parts.items() if value)


def check_unlocked(session: TerraformSession, stream: JsonStream) -> None:
    """Return where nobody is in the way of making the state, which a first `init` or `plan` does under a lock
    of its own. Raises StepFailed `state_locked`: only the storage's own tools free that, as `force-unlock`
    would make the state first, too.
    """
    said = next(
        (each["summary"] for each in stream.diagnostics if LOCKED_WHILE_MADE.is_in(each["summary"])), None
    )
    if said is None:
        return
    lock = parse_lock(said) or _UNNAMED
    session.job.show_lock(lock)
    message = (
        f"making the state: somebody else has locked it: {describe_lock(lock)}. "
        "Ask again when they are done; where nobody works on it any more, as when the making of it was "
        "cut off, free it with "
        f"{break_lock_command(session)}: /unlock cannot, while there is no state"
    )
    raise StepFailed(Failure(FailureCode.STATE_LOCKED, message, stream.diagnostics))


def run_with_lock(
    session: TerraformSession,
    command: str,
    run: Callable[[Callable[[str], bool]], tuple[CommandResult, JsonStream]],
) -> tuple[CommandResult, JsonStream]:
    """Run a command with `-json` that takes the state's lock, again while somebody else holds it; gives its
    last end. `run` is given what tells whether the log has a diagnostic already, of a try before.

    Raises StepFailed `state_locked` or `backend_unavailable` once the spec's wait is over, `state_lock_race`
    where races do not end, `<command>_failed` where the back end refuses the lock, and JobStopped: nothing
    was applied then.
    """
    tries = _LockRetry(session, time.monotonic() + session.settings.lock_wait_seconds)
    logged: set[str] = set()

    def was_logged(text: str) -> bool:
        return _log_key(text) in logged

    while True:
        ended, stream = run(was_logged)
        if tries.should_retry(command, ended, _lock_error_text(stream), stream.diagnostics):
            logged.update(map(_log_key, stream.logged))
            continue
        if not session.job.progress.applying:
            session.cli.check(ended, command, stream)
        return ended, stream


def run_text_command_with_lock(
    session: TerraformSession, command: str, ask: Callable[[], tuple[CommandResult, str]]
) -> tuple[CommandResult, str]:
    """The same for a command that has no `-json`; one that is refused the lock is given back as it ended.
    Where `ask` raises StepFailed nothing was applied either, and `backend_unavailable` is waited for.
    """
    tries = _LockRetry(session, time.monotonic() + session.settings.lock_wait_seconds)
    while True:
        try:
            ended, said = ask()
        except StepFailed as error:
            tries.retry_after(error)
            continue
        of_lock = said if STATE_LOCKED.is_in(said) or is_backend_unavailable(said) else ""
        body = {"severity": "error", "summary": "Error acquiring the state lock", "detail": said}
        if not tries.should_retry(command, ended, of_lock, (diagnostic_of(body, session.job.redact),)):
            return ended, said


@dataclass
class _LockRetry:
    """One command's tries to get the lock."""

    session: TerraformSession
    deadline: float
    races: int = 0
    is_away: bool = False

    def should_retry(
        self, command: str, ended: CommandResult, said: str, diagnostics: tuple[dict[str, Any], ...]
    ) -> bool:
        """True once it is time to run the command again; False where its end is final. `said` is what it said
        of the lock, if anything; findings then have it that nothing was applied.
        """
        if ended.returncode == 0 or not said:
            self._show(None)
            return False
        self.session.job.progress.mark_not_applied()
        if ended.stopped is not None:
            raise JobStopped(ended.stopped, self.session.cli.name(command))
        if LOCK_RACE.is_in(said):
            self._past_race(diagnostics)
        elif (lock := parse_lock(said) or (_UNNAMED if LOCK_HELD.is_in(said) else None)) is not None:
            self._wait_for_holder(lock, diagnostics)
        elif is_unreachable(said):
            self._wait_for_back_end(diagnostics)
        else:
            self._show(None)
            return False
        self.session.job.progress.mark_applying()
        return True

    def retry_after(self, error: StepFailed) -> None:
        """Return once it is time to try again after a look that found the back end away; raises any other
        error.
        """
        self.session.job.progress.mark_not_applied()
        if error.failure.code is not FailureCode.BACKEND_UNAVAILABLE:
            self._show(None)
            raise error
        self._wait_for_back_end(error.failure.diagnostics)
        self.session.job.progress.mark_applying()

    def _past_race(self, diagnostics: tuple[dict[str, Any], ...]) -> None:
        self.races += 1
        if self.races >= _MAX_RACES:
            message = (
                f"taking the state's lock: others took it at the same instant, {self.races} times in a row"
                f"{unnamed_lease_hint(self.session)}"
            )
            raise StepFailed(Failure(FailureCode.STATE_LOCK_RACE, message, diagnostics))
        self.session.job.log.write("others took the state's lock at the same instant; trying again")
        pause = min(0.2 * 2**self.races, 5.0)
        _sleep(self.session, pause * random.uniform(0.5, 1.5))  # noqa: S311  # spreads retries

    def _wait_for_holder(self, lock: StateLock, diagnostics: tuple[dict[str, Any], ...]) -> None:
        if self.session.job.progress.lock != lock:
            self.session.job.log.write(f"the state is locked: {describe_lock(lock)}; waiting for it")
        self._show(lock)
        spec = self.session.job.spec
        message = (
            f"the state is locked by somebody else, still after {spec.lock_wait_seconds} s: "
            f"{describe_lock(lock)}; nothing was applied. If nobody works on it any more, "
        )
        if lock == _UNNAMED:
            message += "free the lock in the back end, which does not say whose it is"
        else:
            message += f"POST /deployments/{spec.deployment_id}/unlock with this lock_id"
        self._wait(Failure(FailureCode.STATE_LOCKED, message, diagnostics))

    def _wait_for_back_end(self, diagnostics: tuple[dict[str, Any], ...]) -> None:
        self._show(None)
        if not self.is_away:
            self.session.job.log.write("the state's back end does not answer; trying again")
        self.is_away = True
        message = (
            "reading the state under its lock: the back end does not answer, still after "
            f"{self.session.settings.lock_wait_seconds} s; nothing was applied. Ask again once it does"
        )
        self._wait(Failure(FailureCode.BACKEND_UNAVAILABLE, message, diagnostics))

    def _wait(self, in_the_end: Failure) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise StepFailed(in_the_end)
        _sleep(self.session, min(_POLL_SECONDS, left))

    def _show(self, lock: StateLock | None) -> None:
        if self.session.job.progress.lock != lock:
            self.session.job.show_lock(lock)


def _lock_error_text(stream: JsonStream) -> str:
    """Why the command could not have the lock, or not read the state under it; empty where it had both."""
    if stream.has_begun:
        return ""
    return "\n".join(
        each["summary"] if STATE_NOT_READ.is_in(each["summary"]) else each["detail"] or each["summary"]
        for each in stream.diagnostics
        if STATE_LOCKED.is_in(each["summary"])
        or (STATE_NOT_READ.is_in(each["summary"]) and not each["address"])
    )


def _log_key(text: str) -> str:
    """What of a diagnostic is logged once while the lock is waited for: the holder, whatever request ids
    stand beside it, or the whole text.
    """
    lock = parse_lock(text)
    return f"{text.partition(chr(10))[0]} {lock.id}" if lock else text


def _sleep(session: TerraformSession, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if session.job.stop.reason is not None:
            raise JobStopped(session.job.stop.reason)
        time.sleep(min(left, 0.1))
