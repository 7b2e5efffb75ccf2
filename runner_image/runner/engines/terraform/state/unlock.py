"""Frees the lock that a caller named, and no other one."""

from __future__ import annotations

from functions.domain.failures import Failure, FailureCode
from runner.engines.terraform.messages import NO_LOCK, OTHER_LOCK
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.http_state import HttpState
from runner.engines.terraform.state.lock_advice import unnamed_lease_hint
from runner.engines.terraform.state.locks import describe_lock, parse_lock
from runner.errors import JobStopped, StepFailed


def unlock(session: TerraformSession) -> None:
    """Free the lock.

    Raises StepFailed `lock_not_held`, `lock_id_mismatch`, `unlock_failed`, `backend_unavailable`.
    """
    job = session.job
    if session.settings.backend.type == "local":
        raise StepFailed(_process_lock_failure())
    lock_id = job.spec.lock_id or ""
    try:
        _free(session, lock_id)
    except StepFailed as error:
        if error.failure.code is not FailureCode.LOCK_NOT_HELD or job.spec.job == 1:
            raise
        # An earlier job of this operation may have freed the lock and died before it reported that.
        job.log.write(f"nobody holds the lock '{lock_id}' any more: an earlier try may have freed it")
    else:
        job.log.write(f"the lock '{lock_id}' is free")


def _free(session: TerraformSession, lock_id: str) -> None:
    if session.settings.backend.type == "http":
        HttpState(session).unlock(lock_id)
    else:
        _force_unlock(session, lock_id)


def _force_unlock(session: TerraformSession, lock_id: str) -> None:
    """Free the lock with Terraform's command, in backends that compare the id themselves."""
    job = session.job
    result, output = session.cli.run_text("force-unlock", "-force", "-no-color", lock_id, stop=job.stop)
    if result.stopped is not None:
        raise JobStopped(result.stopped, session.cli.name("force-unlock"))
    if result.returncode == 0:
        return
    text = " ".join(job.redact(output).split())
    if NO_LOCK.is_in(text):
        message = f"nobody holds the lock '{lock_id}': {text}{unnamed_lease_hint(session)}"
        raise StepFailed(Failure(FailureCode.LOCK_NOT_HELD, message))
    if OTHER_LOCK.is_in(text):
        raise _mismatch(session, output, lock_id)
    raise StepFailed(
        Failure(FailureCode.UNLOCK_FAILED, f"{session.cli.name('force-unlock')} {result}: {text}")
    )


def _mismatch(session: TerraformSession, output: str, lock_id: str) -> StepFailed:
    job = session.job
    job.progress.lock = parse_lock(output)
    holder = describe_lock(job.progress.lock) if job.progress.lock else " ".join(job.redact(output).split())
    message = f"the lock '{lock_id}' is not the one that is held, which stays: {holder}"
    return StepFailed(Failure(FailureCode.LOCK_ID_MISMATCH, message))


def _process_lock_failure() -> Failure:
    """Return the failure for the `local` backend, where the operating system locks an open file."""
    message = (
        "the local backend's lock belongs to a running process and ends with it, so there is none to free: "
        "a process that died holds nothing, and one that lives is to be ended on its machine"
    )
    return Failure(FailureCode.LOCK_NOT_HELD, message)
