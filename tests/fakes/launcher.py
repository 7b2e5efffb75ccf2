from __future__ import annotations

from functions.domain.errors import LaunchRefused
from functions.ports import JobStart


class MemoryLauncher:
    """A launcher in memory. Every start raises `refuse`; with `die_at_start` the host is killed there.

    A `deaf` platform does not know if an execution has ended, and cannot stop it. `started` and `stopped` are
    the requests; `printed` has the output of each execution.
    """

    def __init__(self) -> None:
        self.started: list[JobStart] = []
        self.stopped: list[str] = []
        self.refuse: LaunchRefused | None = None
        self.die_at_start = False
        self.deaf = False
        self.printed: dict[str, str] = {}
        self._over: dict[str, bool] = {}

    def kill(self, execution: str | None) -> None:
        """End an execution, as if by itself."""
        assert execution in self._over
        self._over[execution] = True

    def start(self, job: JobStart) -> str:
        if self.die_at_start:
            raise KeyboardInterrupt
        if self.refuse:
            raise self.refuse
        self.started.append(job)
        execution = f"memory-{len(self.started)}"
        self._over[execution] = False
        return execution

    def is_over(self, execution: str) -> bool:
        return self._check_over(execution) and not self.deaf

    def stop(self, execution: str) -> None:
        if not self._check_over(execution):
            self.stopped.append(execution)
        if not self.deaf:
            self._over[execution] = True

    def log_end(self, execution: str) -> str:
        self._check_over(execution)
        return self.printed.get(execution, "")

    def sweep(self) -> None:
        """Do nothing: dead executions leave nothing."""

    def _check_over(self, execution: str) -> bool:
        if execution not in self._over:
            raise LaunchRefused(
                f"looking at execution '{execution}': it was not started here", transient=False
            )
        return self._over[execution]
