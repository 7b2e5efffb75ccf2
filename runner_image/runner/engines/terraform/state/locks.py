"""The lock of a state: reads who holds it, waits for it, and retries after a race in the backend.

`-lock-timeout` is not used. It does not show the holder before the time is over, does not retry after the two
races, and treats a lock that the backend refuses like one that is held.
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
    """Return the lock that the text of an error describes, or None if it names no holder."""
    if http := HTTP_LOCKED.pattern.search(text):
        return StateLock(http[1]) if http[1] else None
    matches = {name: re.search(_FIELD.format(name), text, re.MULTILINE) for name in _FIELDS}
    values = {_FIELDS[name]: match[1] for name, match in matches.items() if match}
    return StateLock(**values) if "id" in values else None


def describe_lock(lock: StateLock) -> str:
    """Return a text for people on who holds the lock."""
    parts = {"id": lock.id, "held by": lock.who, "for": lock.operation, "since": lock.created}
    return ", ".join(f"{name} '{value}'" for name, value in parts.items() if value)


def check_unlocked(session: TerraformSession, stream: JsonStream) -> None:
    """Raise StepFailed `state_locked` if another client holds the lock under which a new state is created.

    A first `init` or `plan` creates the state under a lock of its own. Only the tools of the storage can free
    that lock, because `force-unlock`, too, would create the state first.
    """
    summaries = (diagnostic["summary"] for diagnostic in stream.diagnostics)
    lock_error = next((summary for summary in summaries if LOCKED_WHILE_MADE.is_in(summary)), None)
    if lock_error is None:
        return
    lock = parse_lock(lock_error) or _UNNAMED
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
    """Run a command with `-json` that needs the state's lock, retrying while another client holds it.

    Returns the result of the last try. `run` gets a function that says whether a diagnostic was already
    logged by an earlier try. These errors mean that nothing was applied: StepFailed `state_locked` or
    `backend_unavailable` after the wait of the spec, `state_lock_race` after too many races, the failure of
    the command if the backend refuses the lock, and JobStopped.
    """
    retry = _LockRetry(session, time.monotonic() + session.settings.lock_wait_seconds)
    logged: set[str] = set()

    def was_logged(text: str) -> bool:
        return _log_key(text) in logged

    while True:
        result, stream = run(was_logged)
        if retry.should_retry(command, result, _lock_error_text(stream), stream.diagnostics):
            logged.update(map(_log_key, stream.logged))
            continue
        if not session.job.progress.applying:
            session.cli.check(result, command, stream)
        return result, stream


def run_text_command_with_lock(
    session: TerraformSession, command: str, run: Callable[[], tuple[CommandResult, str]]
) -> tuple[CommandResult, str]:
    """Run a command without `-json` like `run_with_lock`; if the lock is refused, return the failed result.

    A StepFailed from `run` means that nothing was applied. If it is `backend_unavailable`, wait and retry.
    """
    retry = _LockRetry(session, time.monotonic() + session.settings.lock_wait_seconds)
    while True:
        try:
            result, output = run()
        except StepFailed as error:
            retry.wait_after(error)
            continue
        lock_error = output if STATE_LOCKED.is_in(output) or is_backend_unavailable(output) else ""
        body = {"severity": "error", "summary": "Error acquiring the state lock", "detail": output}
        if not retry.should_retry(command, result, lock_error, (diagnostic_of(body, session.job.redact),)):
            return result, output


@dataclass
class _LockRetry:
    """Decides after each try of a command whether to retry it, and waits before that."""

    session: TerraformSession
    deadline: float
    races: int = 0
    is_unavailable: bool = False

    def should_retry(
        self, command: str, result: CommandResult, lock_error: str, diagnostics: tuple[dict[str, Any], ...]
    ) -> bool:
        """Return True once it is time to run the command again, False if its result is final.

        `lock_error` is the error about the lock, or empty; an error marks the job as not applied.
        """
        if result.returncode == 0 or not lock_error:
            self._show(None)
            return False
        self.session.job.progress.mark_not_applied()
        if result.stopped is not None:
            raise JobStopped(result.stopped, self.session.cli.name(command))
        if LOCK_RACE.is_in(lock_error):
            self._wait_after_race(diagnostics)
        elif (
            lock := parse_lock(lock_error) or (_UNNAMED if LOCK_HELD.is_in(lock_error) else None)
        ) is not None:
            self._wait_for_holder(lock, diagnostics)
        elif is_unreachable(lock_error):
            self._wait_for_backend(diagnostics)
        else:
            self._show(None)
            return False
        self.session.job.progress.mark_applying()
        return True

    def wait_after(self, error: StepFailed) -> None:
        """Return once it is time to retry after `backend_unavailable`. Raises any other error again."""
        self.session.job.progress.mark_not_applied()
        if error.failure.code is not FailureCode.BACKEND_UNAVAILABLE:
            self._show(None)
            raise error
        self._wait_for_backend(error.failure.diagnostics)
        self.session.job.progress.mark_applying()

    def _wait_after_race(self, diagnostics: tuple[dict[str, Any], ...]) -> None:
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
            message += "free the lock in the backend, which does not say whose it is"
        else:
            message += f"POST /deployments/{spec.deployment_id}/unlock with this lock_id"
        self._wait(Failure(FailureCode.STATE_LOCKED, message, diagnostics))

    def _wait_for_backend(self, diagnostics: tuple[dict[str, Any], ...]) -> None:
        self._show(None)
        if not self.is_unavailable:
            self.session.job.log.write("the state's backend does not answer; trying again")
        self.is_unavailable = True
        message = (
            "reading the state under its lock: the backend does not answer, still after "
            f"{self.session.settings.lock_wait_seconds} s; nothing was applied. Ask again once it does"
        )
        self._wait(Failure(FailureCode.BACKEND_UNAVAILABLE, message, diagnostics))

    def _wait(self, failure: Failure) -> None:
        """Wait for a moment. Raises StepFailed with the failure if the time is over."""
        remaining_seconds = self.deadline - time.monotonic()
        if remaining_seconds <= 0:
            raise StepFailed(failure)
        _sleep(self.session, min(_POLL_SECONDS, remaining_seconds))

    def _show(self, lock: StateLock | None) -> None:
        if self.session.job.progress.lock != lock:
            self.session.job.show_lock(lock)


def _lock_error_text(stream: JsonStream) -> str:
    """Return the errors on taking the lock or on reading the state under it; empty if there are none."""
    if stream.has_begun:
        return ""
    fields = ((item["summary"], item["detail"], item["address"]) for item in stream.diagnostics)
    return "\n".join(
        summary if STATE_NOT_READ.is_in(summary) else detail or summary
        for summary, detail, address in fields
        if STATE_LOCKED.is_in(summary) or (STATE_NOT_READ.is_in(summary) and not address)
    )


def _log_key(text: str) -> str:
    """Return the part of a diagnostic that is logged only once while the job waits for the lock.

    That is the holder of the lock, as the rest contains changing request ids, or else the whole text.
    """
    lock = parse_lock(text)
    return f"{text.partition(chr(10))[0]} {lock.id}" if lock else text


def _sleep(session: TerraformSession, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (remaining_seconds := deadline - time.monotonic()) > 0:
        if session.job.stop.reason is not None:
            raise JobStopped(session.job.stop.reason)
        time.sleep(min(remaining_seconds, 0.1))
