"""The failures of operations, and for every code its cause and the next step.

docs/api.md shows the table to callers. A failure's message has the details of the case. If `resources` is
`unknown`, a person has to check the cloud first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType


class FailureCode(StrEnum):
    """Every code with which an operation may fail."""

    CANCELLED = "cancelled"
    REJECTED = "rejected"
    APPROVAL_EXPIRED = "approval_expired"
    PLAN_STALE = "plan_stale"
    RECOVERY_NEEDED = "recovery_needed"
    SUPERSEDED = "superseded"
    JOB_START_FAILED = "job_start_failed"
    RUNNER_LOST = "runner_lost"
    RUNNER_STOPPED = "runner_stopped"
    RESULT_UNREADABLE = "result_unreadable"
    COMMAND_TIME_LIMIT = "command_time_limit"
    JOB_TIME_LIMIT = "job_time_limit"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    INTERNAL_ERROR = "internal_error"
    SPEC_MISSING = "spec_missing"
    SPEC_UNREADABLE = "spec_unreadable"
    TEMPLATE_MISSING = "template_missing"
    TEMPLATE_UNREADABLE = "template_unreadable"
    SECRETS_MISSING = "secrets_missing"
    SECRETS_UNREADABLE = "secrets_unreadable"
    SECRETS_UNAVAILABLE = "secrets_unavailable"
    ENGINE_MISSING = "engine_missing"
    INIT_FAILED = "init_failed"
    REGISTRY_UNAVAILABLE = "registry_unavailable"
    BACKEND_UNAVAILABLE = "backend_unavailable"
    PLAN_FAILED = "plan_failed"
    PLAN_MISSING = "plan_missing"
    PLAN_UNREADABLE = "plan_unreadable"
    APPLY_FAILED = "apply_failed"
    OUTPUTS_FAILED = "outputs_failed"
    STATE_LOCKED = "state_locked"
    STATE_LOCK_RACE = "state_lock_race"
    LOCK_NOT_HELD = "lock_not_held"
    LOCK_ID_MISMATCH = "lock_id_mismatch"
    UNLOCK_FAILED = "unlock_failed"
    ERRORED_STATE_MISSING = "errored_state_missing"
    ERRORED_STATE_UNREADABLE = "errored_state_unreadable"
    STATE_UNREADABLE = "state_unreadable"
    STATE_MOVED = "state_moved"
    RECOVER_FAILED = "recover_failed"


UnknownCode = NewType("UnknownCode", str)
"""A code that another version of the app or the runner wrote. Only the codec makes one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason why an operation failed, was cancelled or was rejected."""

    code: FailureCode | UnknownCode
    message: str
    diagnostics: tuple[dict[str, Any], ...] = ()
    """The engine's diagnostics: severity, summary, detail, file, line, address."""


def cancelled_failure(by: str | None, comment: str | None = None) -> Failure:
    """Return the failure of an operation that was cancelled before it applied anything.

    `by` is None if Slipway cancelled it.
    """
    reason = f": {comment}" if comment else ""
    message = f"cancelled by '{by or 'slipway'}' before anything was applied{reason}"
    return Failure(FailureCode.CANCELLED, message)


@dataclass(frozen=True, slots=True)
class Reason:
    """A row of the table: the cause of a failure, and the next step."""

    cause: str
    next_step: str
    transient: bool = False
    """True if a retry may succeed. A job that applied nothing is then retried automatically (rule 8)."""


FAILURES: dict[FailureCode, Reason] = {
    FailureCode.CANCELLED: Reason(
        "a caller cancelled it",
        "nothing; `/retry` repeats the operation",
    ),
    FailureCode.REJECTED: Reason(
        "the approver rejected it; the message has the comment",
        "request something else, or the same again by `/retry`",
    ),
    FailureCode.APPROVAL_EXPIRED: Reason(
        "it was not approved within `SLIPWAY_APPROVAL_SECONDS`, or before the deployment's `ttl` ended",
        "`/retry` requests approval again",
    ),
    FailureCode.PLAN_STALE: Reason(
        "the plan does not match any more: the state, the template, the parameters or a version differ, or "
        "it is older than `SLIPWAY_PLAN_SECONDS`; nothing was applied",
        "`/retry` makes a new plan",
    ),
    FailureCode.RECOVERY_NEEDED: Reason(
        "an earlier state could not be written, so the current one does not list all resources",
        '`/recover` writes it; `"discard_errored_state": true` continues without it',
    ),
    FailureCode.SUPERSEDED: Reason(
        "the operation was ended before the runner applied; it applied nothing",
        "the deployment's `/events` show who ended it; then `/retry`",
    ),
    FailureCode.JOB_START_FAILED: Reason(
        "no runner was started, or none claimed its job",
        "read the runner's last lines in the message, or check the platform that starts runners, then "
        "`/retry`",
        transient=True,
    ),
    FailureCode.RUNNER_LOST: Reason(
        "the runner died without a result, or was silent until long after its time limit",
        "`/retry` if nothing was applied; else check the cloud first",
        transient=True,
    ),
    FailureCode.RUNNER_STOPPED: Reason(
        "the machine or the platform stopped the runner",
        "`/retry` if nothing was applied; else check the cloud first",
        transient=True,
    ),
    FailureCode.RESULT_UNREADABLE: Reason(
        "the app cannot read the runner's result: the two have different versions",
        "bring app and runner image to the same version, then `/plan` shows what is missing",
    ),
    FailureCode.COMMAND_TIME_LIMIT: Reason(
        "one command ran longer than `SLIPWAY_COMMAND_SECONDS`, or than the template's own limit",
        "raise the limit, or request less at a time, then `/retry`",
    ),
    FailureCode.JOB_TIME_LIMIT: Reason(
        "the job ran longer than `SLIPWAY_JOB_SECONDS`, or than the template's own limit",
        "raise the limit, or request less at a time, then `/retry`",
    ),
    FailureCode.STORAGE_UNAVAILABLE: Reason(
        "Slipway's storage did not respond to the runner for minutes",
        "check that the runner reaches the storage account, then `/retry`",
        transient=True,
    ),
    FailureCode.INTERNAL_ERROR: Reason(
        "an error in the runner itself",
        "report it to the maintainers, with the log; `/retry` may succeed meanwhile",
    ),
    FailureCode.SPEC_MISSING: Reason(
        "the job's spec is not in storage any more",
        "find out who deletes blobs, then `/retry`",
    ),
    FailureCode.SPEC_UNREADABLE: Reason(
        "the runner cannot read the job's spec: app and runner image have different versions",
        "bring both to the same version, then `/retry`",
    ),
    FailureCode.TEMPLATE_MISSING: Reason(
        "the template's files are not in storage any more",
        "find out who deletes blobs, restore the one that the message names, then `/retry`",
    ),
    FailureCode.TEMPLATE_UNREADABLE: Reason(
        "the template's files in storage are not those that were accepted",
        "find out who writes blobs, restore the one that the message names, then `/retry`",
    ),
    FailureCode.SECRETS_MISSING: Reason(
        "sealed parameters are not in storage any more",
        "find out who deletes blobs, then `/apply` with all parameters, including the sensitive ones",
    ),
    FailureCode.SECRETS_UNREADABLE: Reason(
        "sealed parameters cannot be opened: the runner has another key than the app, or they were changed",
        "give both the same `SLIPWAY_KEY_FILE`, then `/retry`; if that key is lost, `/apply` with all "
        "parameters, including the sensitive ones",
    ),
    FailureCode.SECRETS_UNAVAILABLE: Reason(
        "the runner has no key for secrets, or cannot read it",
        "set `SLIPWAY_KEY_FILE` for the runner, then `/retry`",
    ),
    FailureCode.ENGINE_MISSING: Reason(
        "the runner does not find Terraform",
        "install it there, or set `SLIPWAY_ENGINE` for the runner, then `/retry`",
    ),
    FailureCode.INIT_FAILED: Reason(
        "`init` did not get a provider, a module or the state's backend; the diagnostics say why",
        "correct the cause, then `/retry`; if the template itself is wrong, correct it and deploy it again",
    ),
    FailureCode.REGISTRY_UNAVAILABLE: Reason(
        "`init` did not reach a registry of providers or modules",
        "check that the runner reaches it, then `/retry`",
        transient=True,
    ),
    FailureCode.BACKEND_UNAVAILABLE: Reason(
        "the state's backend did not respond; nothing was applied",
        "check that the runner reaches it, then `/retry`",
        transient=True,
    ),
    FailureCode.PLAN_FAILED: Reason(
        "Terraform could not make a plan; the diagnostics say why",
        "`/apply` with other parameters, or `/retry` once the cause is corrected; if the template itself "
        "is wrong, correct it and deploy it again",
    ),
    FailureCode.PLAN_MISSING: Reason(
        "the saved plan is not in storage any more",
        "`/retry` makes a new plan",
    ),
    FailureCode.PLAN_UNREADABLE: Reason(
        "the plan cannot be opened, or Terraform could not show it",
        "`/retry` makes a new plan; if that does not help, check that every runner has the same key and "
        "Terraform",
    ),
    FailureCode.APPLY_FAILED: Reason(
        "Terraform could not apply everything; the diagnostics say why",
        "`/recover` first if the record has `recoverable`; then `/apply` continues, and `/destroy` removes "
        "the resources",
    ),
    FailureCode.OUTPUTS_FAILED: Reason(
        "everything was applied, but the outputs could not be read",
        "`/retry` reads them again",
    ),
    FailureCode.STATE_LOCKED: Reason(
        "another client held the state lock for all of `SLIPWAY_LOCK_WAIT_SECONDS`; nothing was applied",
        "`/retry` when the lock is released; if its holder does not work any more, `/unlock` with its id "
        "first",
    ),
    FailureCode.STATE_LOCK_RACE: Reason(
        "other clients took the state lock at the same time, repeatedly; nothing was applied",
        "`/retry`; if the message names a lease that nobody releases, break it first",
    ),
    FailureCode.LOCK_NOT_HELD: Reason(
        "there was no lock to release",
        "nothing: continue with the operation that the lock seemed to block",
    ),
    FailureCode.LOCK_ID_MISMATCH: Reason(
        "the held lock has another id than the given one, and was not released",
        "the message names its holder; `/unlock` with that id if the holder does not work any more",
    ),
    FailureCode.UNLOCK_FAILED: Reason(
        "the backend did not release the lock; the message has its response",
        "`/retry` once the cause is corrected, or release it in the backend",
    ),
    FailureCode.ERRORED_STATE_MISSING: Reason(
        "the state to recover does not exist, or is not the last one that could not be written",
        '`/recover` again if the record has `recoverable`, or continue with `"discard_errored_state": true`',
    ),
    FailureCode.ERRORED_STATE_UNREADABLE: Reason(
        "the state to recover cannot be opened, or is not a state",
        "give the runner the key with which it was sealed, then `/retry`, or continue with "
        '`"discard_errored_state": true`',
    ),
    FailureCode.STATE_UNREADABLE: Reason(
        "the current state could not be read, so the state to recover was not written over it",
        "check the state in the backend, then `/recover`",
    ),
    FailureCode.STATE_MOVED: Reason(
        "the state was changed since, so the state to recover was not written over it",
        '`"discard_errored_state": true` continues without it; resources that only that state lists must '
        "be removed by hand",
    ),
    FailureCode.RECOVER_FAILED: Reason(
        "the backend did not accept the state to recover; the message has Terraform's error",
        "`/recover` once the cause is corrected",
    ),
}

TRANSIENT_CODES: frozenset[str] = frozenset(code for code, reason in FAILURES.items() if reason.transient)
