"""Why an operation ended badly: the failure, and for every code its cause and what to do next.

docs/api.md shows the table to callers. The message of a failure says what was the matter this time. Where
`resources` is `unknown` then, a person looks first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType


class FailureCode(StrEnum):
    """Every code that an operation may end with."""

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
    """Why an operation ended badly."""

    code: FailureCode | UnknownCode
    message: str
    diagnostics: tuple[dict[str, Any], ...] = ()
    """The engine's own: severity, summary, detail, file, line, address."""


def cancelled_failure(by: str | None, comment: str | None = None) -> Failure:
    """The failure of an operation that was cancelled before it applied anything; `by` None is Slipway."""
    reason = f": {comment}" if comment else ""
    message = f"cancelled by '{by or 'slipway'}' before anything was applied{reason}"
    return Failure(FailureCode.CANCELLED, message)


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the table."""

    cause: str
    next_step: str
    transient: bool = False
    """True where the cause may pass: a job that applied nothing is retried without anybody asking
    (docs/rules.md rule 8).
    """


FAILURES: dict[FailureCode, Reason] = {
    FailureCode.CANCELLED: Reason("somebody cancelled it", "nothing; `/retry` asks for the same once more"),
    FailureCode.REJECTED: Reason(
        "who was to approve it said no; the message has the comment",
        "ask for something else, or for the same again by `/retry`",
    ),
    FailureCode.APPROVAL_EXPIRED: Reason(
        "nobody decided within `SLIPWAY_APPROVAL_SECONDS`, or before the deployment's `ttl` was over",
        "`/retry` asks again",
    ),
    FailureCode.PLAN_STALE: Reason(
        "the plan is not of what there is now: the state, the template, the parameters or a version differ, "
        "or it is older than `SLIPWAY_PLAN_SECONDS`; nothing was applied",
        "`/retry` makes a new plan",
    ),
    FailureCode.RECOVERY_NEEDED: Reason(
        "an earlier state could not be written, so the one that there is does not know all that was made",
        '`/recover` writes it; `"discard_errored_state": true` goes on without it',
    ),
    FailureCode.SUPERSEDED: Reason(
        "when the runner was about to apply, somebody else had ended the operation; it applied nothing",
        "the deployment's `/events` say who; then `/retry`",
    ),
    FailureCode.JOB_START_FAILED: Reason(
        "no runner was started, or none claimed its job",
        "read the runner's last lines in the message, or look at what starts runners, then `/retry`",
        transient=True,
    ),
    FailureCode.RUNNER_LOST: Reason(
        "the runner died without a result, or was silent until long past its time limit",
        "`/retry` where nothing was applied; else look into the cloud first",
        transient=True,
    ),
    FailureCode.RUNNER_STOPPED: Reason(
        "the runner was told to stop, by its machine or its platform",
        "`/retry` where nothing was applied; else look into the cloud first",
        transient=True,
    ),
    FailureCode.RESULT_UNREADABLE: Reason(
        "the app cannot read the runner's result: the two are of different versions",
        "bring app and runner image to one version, then `/plan` shows what is missing",
    ),
    FailureCode.COMMAND_TIME_LIMIT: Reason(
        "one command ran longer than `SLIPWAY_COMMAND_SECONDS`, or than the template's own limit",
        "raise the limit or ask for less at a time, then `/retry`",
    ),
    FailureCode.JOB_TIME_LIMIT: Reason(
        "the job ran longer than `SLIPWAY_JOB_SECONDS`, or than the template's own limit",
        "raise the limit or ask for less at a time, then `/retry`",
    ),
    FailureCode.STORAGE_UNAVAILABLE: Reason(
        "Slipway's storage did not answer the runner for minutes",
        "see that the runner reaches the storage account, then `/retry`",
        transient=True,
    ),
    FailureCode.INTERNAL_ERROR: Reason(
        "a fault of the runner's own",
        "tell the maintainers, with the log; `/retry` may do meanwhile",
    ),
    FailureCode.SPEC_MISSING: Reason(
        "what the job was to do is not in storage any more",
        "see who removes blobs, then `/retry`",
    ),
    FailureCode.SPEC_UNREADABLE: Reason(
        "the runner cannot read what the job was to do: app and runner image are of different versions",
        "bring both to one version, then `/retry`",
    ),
    FailureCode.TEMPLATE_MISSING: Reason(
        "the template's files are not in storage any more",
        "see who removes blobs, bring back the one that the message names, then `/retry`",
    ),
    FailureCode.TEMPLATE_UNREADABLE: Reason(
        "what storage has of the template is not what was accepted",
        "see who writes blobs, bring back the one that the message names, then `/retry`",
    ),
    FailureCode.SECRETS_MISSING: Reason(
        "sealed parameters are not in storage any more",
        "see who removes blobs, then `/apply` with all parameters, the sensitive ones among them",
    ),
    FailureCode.SECRETS_UNREADABLE: Reason(
        "sealed parameters do not open: the runner has another key than the app, or somebody changed them",
        "give both the same `SLIPWAY_KEY_FILE`, then `/retry`; where that key is lost, `/apply` with all "
        "parameters, the sensitive ones among them",
    ),
    FailureCode.SECRETS_UNAVAILABLE: Reason(
        "the runner has no key to seal and open secrets with, or cannot read it",
        "set `SLIPWAY_KEY_FILE` for the runner, then `/retry`",
    ),
    FailureCode.ENGINE_MISSING: Reason(
        "there is no Terraform where the runner looks for it",
        "put it there, or set `SLIPWAY_ENGINE` for the runner, then `/retry`",
    ),
    FailureCode.INIT_FAILED: Reason(
        "`init` did not get a provider, a module or the state's back end; the diagnostics say why",
        "set that right, then `/retry`; a template that is wrong itself is corrected and deployed anew",
    ),
    FailureCode.REGISTRY_UNAVAILABLE: Reason(
        "`init` did not reach a registry of providers or modules",
        "see that the runner reaches it, then `/retry`",
        transient=True,
    ),
    FailureCode.BACKEND_UNAVAILABLE: Reason(
        "the state's back end did not answer; nothing was applied",
        "see that the runner reaches it, then `/retry`",
        transient=True,
    ),
    FailureCode.PLAN_FAILED: Reason(
        "Terraform refused to plan; the diagnostics say why",
        "`/apply` with other parameters, or `/retry` once the cause is gone; a template that is wrong itself "
        "is corrected and deployed anew",
    ),
    FailureCode.PLAN_MISSING: Reason(
        "the saved plan is not in storage any more", "`/retry` makes a new plan"
    ),
    FailureCode.PLAN_UNREADABLE: Reason(
        "the plan does not open, or Terraform could not show it",
        "`/retry` makes a new plan; where that does not help, see that every runner has the same key and "
        "Terraform",
    ),
    FailureCode.APPLY_FAILED: Reason(
        "Terraform could not apply all of it; the diagnostics say why",
        "`/recover` first where the record says `recoverable`; then `/apply` goes on, and `/destroy` removes "
        "what was made",
    ),
    FailureCode.OUTPUTS_FAILED: Reason(
        "everything was applied, but the outputs could not be read", "`/retry` reads them again"
    ),
    FailureCode.STATE_LOCKED: Reason(
        "somebody else held the state's lock for all of `SLIPWAY_LOCK_WAIT_SECONDS`; nothing was applied",
        "`/retry` when they are done; where nobody works under it any more, `/unlock` with its id first",
    ),
    FailureCode.STATE_LOCK_RACE: Reason(
        "others took the state's lock at the same instant, again and again; nothing was applied",
        "`/retry`; where the message names a lease that nobody gives back, break it first",
    ),
    FailureCode.LOCK_NOT_HELD: Reason(
        "there was no lock to free", "nothing: go on with what it was thought to be in the way of"
    ),
    FailureCode.LOCK_ID_MISMATCH: Reason(
        "another lock is held than the one that was named, and stays",
        "the message says whose it is; `/unlock` with that id where nobody works under it any more",
    ),
    FailureCode.UNLOCK_FAILED: Reason(
        "the back end did not free the lock; the message has its answer",
        "`/retry` once the cause is gone, or free it in the back end",
    ),
    FailureCode.ERRORED_STATE_MISSING: Reason(
        "the state that was to be recovered is not there, or is not what was left behind last",
        '`/recover` again where the record says `recoverable`, or go on by `"discard_errored_state": true`',
    ),
    FailureCode.ERRORED_STATE_UNREADABLE: Reason(
        "the state that was to be recovered does not open, or is none",
        "give the runner the key that it was sealed with, then `/retry`, or go on by "
        '`"discard_errored_state": true`',
    ),
    FailureCode.STATE_UNREADABLE: Reason(
        "the state that there is could not be read, so the kept one was not written over it",
        "see what is in the back end, then `/recover`",
    ),
    FailureCode.STATE_MOVED: Reason(
        "somebody has changed the state since, so the kept one was not written over it",
        '`"discard_errored_state": true` goes on without it; what only that one knew of is yours to remove',
    ),
    FailureCode.RECOVER_FAILED: Reason(
        "the back end did not take the kept state; the message has Terraform's words",
        "`/recover` once the cause is gone",
    ),
}

TRANSIENT_CODES: frozenset[str] = frozenset(code for code, reason in FAILURES.items() if reason.transient)
