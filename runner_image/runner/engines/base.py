"""What an engine is to the runner: a table of tasks, each with its steps.

The claims, the heartbeat, the log, the cancel watcher, masking, sealing and the result are the runner's. A
step works on its engine's session, which holds the job; steps that engines share are in shared_steps.py,
saved_plans.py, secrets.py and sealed_blobs.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from functions.domain.jobs.job_contract import Task
from functions.domain.status import Phase
from runner.job import Job

S = TypeVar("S")

Step = tuple[Phase, Callable[[S], None]]
"""What is done, after the phase that people see meanwhile."""


@dataclass(frozen=True, slots=True)
class Steps(Generic[S]):
    """The steps of one task.

    Where the job goes on after those `before_claim`, the runner claims the apply and does those
    `after_claim`, or of a destroy those `when_destroying`; a task without any claims nothing.
    """

    before_claim: tuple[Step[S], ...]
    after_claim: tuple[Step[S], ...] = ()
    when_destroying: tuple[Step[S], ...] = ()


@dataclass(frozen=True, slots=True)
class Engine(Generic[S]):
    """An engine. It cannot do a task that `tasks` has not; `open` makes a job's session."""

    name: str
    tasks: Mapping[Task, Steps[S]]
    open: Callable[[Job], S]


Engines = Mapping[str, Engine[Any]]
"""Engines by the name that a spec gives."""
