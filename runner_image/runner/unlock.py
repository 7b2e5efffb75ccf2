"""Freeing a state's lock that nobody works under any more: the one that was named, and no other."""

from __future__ import annotations

import re

from functions.domain.job import Failure
from runner.errors import JobStopped, StepFailed
from runner.http_state import HttpState
from runner.job import Job

# What Terraform 1.11 says where the lock is another one's, or there is none; tests/backends have it from the
# real binary.
_OTHER = re.compile(r"does not match existing lock|lock id .* does not match", re.IGNORECASE)
_NONE = re.compile(
    r"(LocalState not locked|failed to retrieve lock info|cannot be unlocked by another process|NoSuchKey|"
    r"not locked|state is not locked|no lock)",
    re.IGNORECASE,
)


def unlock(job: Job) -> None:
    """Free the lock. Raises StepFailed `lock_not_held`, `lock_id_mismatch`, `unlock_failed`."""
    lock_id = job.spec.lock_id or ""
    if job.spec.backend.type == "http":
        HttpState(job).unlock(lock_id)
    else:
        _force_unlock(job, lock_id)
    job.log.write(f"the lock '{lock_id}' is free")


def _force_unlock(job: Job, lock_id: str) -> None:
    """These back ends compare the id themselves."""
    ended, said = job.engine.ask("force-unlock", "-force", lock_id, stop=job.stop)
    if ended.stopped is not None:
        raise JobStopped(ended.stopped, job.engine.name("force-unlock"))
    if ended.returncode == 0:
        return
    text = " ".join(job.redact(said).split())
    if _OTHER.search(text):
        raise StepFailed(Failure("lock_id_mismatch", f"the state is locked with another id: {text}"))
    if _NONE.search(text):
        raise StepFailed(Failure("lock_not_held", f"nobody holds the lock '{lock_id}': {text}"))
    raise StepFailed(Failure("unlock_failed", f"{job.engine.name('force-unlock')} {ended}: {text}"))
