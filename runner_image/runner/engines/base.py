"""The interface of an engine: a table of tasks, each with its steps.

The runner itself does the claims, the heartbeat, the log, the cancel watcher, masking, sealing and the
result. A step gets its engine's session, which holds the job. What engines share is in shared_steps.py,
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
"""The phase that people see, and the function that does the work."""


@dataclass(frozen=True, slots=True)
class Steps(Generic[S]):
    """The steps of one task.

    After the steps `before_claim`, a job that applies its plan claims the apply. Then it runs the steps
    `after_claim`, or `when_destroying` if it is a destroy. A task without such steps claims nothing.
    """

    before_claim: tuple[Step[S], ...]
    after_claim: tuple[Step[S], ...] = ()
    when_destroying: tuple[Step[S], ...] = ()


@dataclass(frozen=True, slots=True)
class Engine(Generic[S]):
    """An engine. It does the tasks that `tasks` lists; `open` makes the session of a job."""

    name: str
    tasks: Mapping[Task, Steps[S]]
    open: Callable[[Job], S]


Engines = Mapping[str, Engine[Any]]
"""Engines, by the name that a spec contains."""
