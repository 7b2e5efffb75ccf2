"""Every code that an operation may end with: why it ended so, and what to do next.

It is the `code` of an `error` (job.py, class Failure); docs/api.md shows this table to callers. The message
beside it says what was the matter this time. Where `resources` is `unknown` then, a person looks first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One row of the table: `passes` where the cause may pass, so that a job that could apply nothing is
    tried again by itself.
    """

    cause: str
    next_step: str
    transient: bool = False


FAILURES: dict[str, Reason] = {
    "cancelled": Reason("somebody cancelled it", "nothing; `/retry` asks for the same once more"),
    "rejected": Reason(
        "who was to approve it said no; the message has the comment",
        "ask for something else, or for the same again by `/retry`",
    ),
    "approval_expired": Reason(
        "nobody decided within `SLIPWAY_APPROVAL_SECONDS`, or before the deployment's `ttl` was over",
        "`/retry` asks again",
    ),
    "plan_stale": Reason(
        "the plan is not of what there is now: the state, the template, the parameters or a version differ, "
        "or it is older than `SLIPWAY_PLAN_SECONDS`; nothing was applied",
        "`/retry` makes a new plan",
    ),
    "recovery_needed": Reason(
        "an earlier state could not be written, so the one that there is does not know all that was made",
        '`/recover` writes it; `"discard_errored_state": true` goes on without it',
    ),
    "superseded": Reason(
        "when the runner was about to apply, somebody else had ended the operation; it applied nothing",
        "the deployment's `/events` say who; then `/retry`",
    ),
    "job_start_failed": Reason(
        "no runner was started, or none claimed its job",
        "read the runner's last lines in the message, or look at what starts runners, then `/retry`",
        transient=True,
    ),
    "runner_lost": Reason(
        "the runner died without a result, or was silent until long past its time limit",
        "`/retry` where nothing was applied; else look into the cloud first",
        transient=True,
    ),
    "runner_stopped": Reason(
        "the runner was told to stop, by its machine or its platform",
        "`/retry` where nothing was applied; else look into the cloud first",
        transient=True,
    ),
    "result_unreadable": Reason(
        "the app cannot read the runner's result: the two are of different versions",
        "bring app and runner image to one version, then `/plan` shows what is missing",
    ),
    "command_time_limit": Reason(
        "one command ran longer than `SLIPWAY_COMMAND_SECONDS`, or than the template's own limit",
        "raise the limit or ask for less at a time, then `/retry`",
    ),
    "job_time_limit": Reason(
        "the job ran longer than `SLIPWAY_JOB_SECONDS`, or than the template's own limit",
        "raise the limit or ask for less at a time, then `/retry`",
    ),
    "storage_unavailable": Reason(
        "Slipway's storage did not answer the runner for minutes",
        "see that the runner reaches the storage account, then `/retry`",
        transient=True,
    ),
    "internal_error": Reason(
        "a fault of the runner's own",
        "tell the maintainers, with the log; `/retry` may do meanwhile",
    ),
    "spec_missing": Reason(
        "what the job was to do is not in storage any more",
        "see who removes blobs, then `/retry`",
    ),
    "spec_unreadable": Reason(
        "the runner cannot read what the job was to do: app and runner image are of different versions",
        "bring both to one version, then `/retry`",
    ),
    "template_missing": Reason(
        "the template's files are not in storage any more",
        "see who removes blobs, bring back the one that the message names, then `/retry`",
    ),
    "template_unreadable": Reason(
        "what storage has of the template is not what was accepted",
        "see who writes blobs, bring back the one that the message names, then `/retry`",
    ),
    "secrets_missing": Reason(
        "sealed parameters are not in storage any more",
        "see who removes blobs, then `/apply` with all parameters, the sensitive ones among them",
    ),
    "secrets_unreadable": Reason(
        "sealed parameters do not open: the runner has another key than the app, or somebody changed them",
        "give both the same `SLIPWAY_KEY_FILE`, then `/retry`; where that key is lost, `/apply` with all "
        "parameters, the sensitive ones among them",
    ),
    "secrets_unavailable": Reason(
        "the runner has no key to seal and open secrets with, or cannot read it",
        "set `SLIPWAY_KEY_FILE` for the runner, then `/retry`",
    ),
    "engine_missing": Reason(
        "there is no Terraform where the runner looks for it",
        "put it there, or set `SLIPWAY_ENGINE` for the runner, then `/retry`",
    ),
    "init_failed": Reason(
        "`init` did not get a provider, a module or the state's back end; the diagnostics say why",
        "set that right, then `/retry`; a template that is wrong itself is corrected and deployed anew",
    ),
    "registry_unavailable": Reason(
        "`init` did not reach a registry of providers or modules",
        "see that the runner reaches it, then `/retry`",
        transient=True,
    ),
    "backend_unavailable": Reason(
        "the state's back end did not answer; nothing was applied",
        "see that the runner reaches it, then `/retry`",
        transient=True,
    ),
    "plan_failed": Reason(
        "Terraform refused to plan; the diagnostics say why",
        "`/apply` with other parameters, or `/retry` once the cause is gone; a template that is wrong itself "
        "is corrected and deployed anew",
    ),
    "plan_missing": Reason("the saved plan is not in storage any more", "`/retry` makes a new plan"),
    "plan_unreadable": Reason(
        "the plan does not open, or Terraform could not show it",
        "`/retry` makes a new plan; where that does not help, see that every runner has the same key and "
        "Terraform",
    ),
    "apply_failed": Reason(
        "Terraform could not apply all of it; the diagnostics say why",
        "`/recover` first where the record says `recoverable`; then `/apply` goes on, and `/destroy` removes "
        "what was made",
    ),
    "outputs_failed": Reason(
        "everything was applied, but the outputs could not be read", "`/retry` reads them again"
    ),
    "state_locked": Reason(
        "somebody else held the state's lock for all of `SLIPWAY_LOCK_WAIT_SECONDS`; nothing was applied",
        "`/retry` when they are done; where nobody works under it any more, `/unlock` with its id first",
    ),
    "state_lock_race": Reason(
        "others took the state's lock at the same instant, again and again; nothing was applied",
        "`/retry`; where the message names a lease that nobody gives back, break it first",
    ),
    "lock_not_held": Reason(
        "there was no lock to free", "nothing: go on with what it was thought to be in the way of"
    ),
    "lock_id_mismatch": Reason(
        "another lock is held than the one that was named, and stays",
        "the message says whose it is; `/unlock` with that id where nobody works under it any more",
    ),
    "unlock_failed": Reason(
        "the back end did not free the lock; the message has its answer",
        "`/retry` once the cause is gone, or free it in the back end",
    ),
    "errored_state_missing": Reason(
        "the state that was to be recovered is not there, or is not what was left behind last",
        '`/recover` again where the record says `recoverable`, or go on by `"discard_errored_state": true`',
    ),
    "errored_state_unreadable": Reason(
        "the state that was to be recovered does not open, or is none",
        "give the runner the key that it was sealed with, then `/retry`, or go on by "
        '`"discard_errored_state": true`',
    ),
    "state_unreadable": Reason(
        "the state that there is could not be read, so the kept one was not written over it",
        "see what is in the back end, then `/recover`",
    ),
    "state_moved": Reason(
        "somebody has changed the state since, so the kept one was not written over it",
        '`"discard_errored_state": true` goes on without it; what only that one knew of is yours to remove',
    ),
    "recover_failed": Reason(
        "the back end did not take the kept state; the message has Terraform's words",
        "`/recover` once the cause is gone",
    ),
}
