"""Freeing a state's lock that nobody works under any more: the one that was named, and no other."""

from __future__ import annotations

from functions.domain.jobs.job_contract import Failure
from runner.engines.terraform.messages import NO_LOCK, OTHER_LOCK
from runner.engines.terraform.state.http_state import HttpState
from runner.engines.terraform.state.lock_advice import unnamed_lease_hint
from runner.engines.terraform.state.locks import in_words, lock_in
from runner.errors import JobStopped, StepFailed
from runner.job import Job


def unlock(job: Job) -> None:
    """Free the lock. Raises StepFailed `lock_not_held`, `lock_id_mismatch`, `unlock_failed`, and
    `backend_unavailable`.
    """
    if job.spec.backend.type == "local":
        raise StepFailed(_of_a_process())
    lock_id = job.spec.lock_id or ""
    try:
        _free(job, lock_id)
    except StepFailed as error:
        if error.failure.code != "lock_not_held" or job.spec.job == 1:
            raise
        # a job before this one may have freed it, and died before it could say so
        job.log.write(f"nobody holds the lock '{lock_id}' any more: an earlier try may have freed it")
    else:
        job.log.write(f"the lock '{lock_id}' is free")


def _free(job: Job, lock_id: str) -> None:
    if job.spec.backend.type == "http":
        HttpState(job).unlock(lock_id)
    else:
        _force_unlock(job, lock_id)


def _force_unlock(job: Job, lock_id: str) -> None:
    """These back ends compare the id themselves."""
    ended, said = job.engine.ask("force-unlock", "-force", "-no-color", lock_id, stop=job.stop)
    if ended.stopped is not None:
        raise JobStopped(ended.stopped, job.engine.name("force-unlock"))
    if ended.returncode == 0:
        return
    text = " ".join(job.redact(said).split())
    if NO_LOCK.is_in(text):
        message = f"nobody holds the lock '{lock_id}': {text}{unnamed_lease_hint(job)}"
        raise StepFailed(Failure("lock_not_held", message))
    if OTHER_LOCK.is_in(text):
        raise _mismatch(job, said, lock_id)
    raise StepFailed(Failure("unlock_failed", f"{job.engine.name('force-unlock')} {ended}: {text}"))


def _mismatch(job: Job, said: str, lock_id: str) -> StepFailed:
    job.findings.lock = lock_in(said)
    holder = in_words(job.findings.lock) if job.findings.lock else " ".join(job.redact(said).split())
    message = f"the lock '{lock_id}' is not the one that is held, which stays: {holder}"
    return StepFailed(Failure("lock_id_mismatch", message))


def _of_a_process() -> Failure:
    """The lock of the `local` back end is the operating system's, on the open file."""
    message = (
        "the local back end's lock belongs to a running process and ends with it, so there is none to free: "
        "a process that died holds nothing, and one that lives is to be ended on its machine"
    )
    return Failure("lock_not_held", message)
