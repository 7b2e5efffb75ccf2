from __future__ import annotations

from functions.domain.errors import LaunchRefused
from functions.ports import JobStart


class MemoryLauncher:
    """`refuse` is raised by every start; `die_at_start` is a host that is killed there.

    A `deaf` platform knows nothing of its executions and cannot stop any. `started` and `stopped` are what it
    was asked for; `printed` is what an execution printed.
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
        """The execution ends by itself, whatever the reason."""
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
        return self._known(execution) and not self.deaf

    def stop(self, execution: str) -> None:
        if not self._known(execution):
            self.stopped.append(execution)
        if not self.deaf:
            self._over[execution] = True

    def log_end(self, execution: str) -> str:
        self._known(execution)
        return self.printed.get(execution, "")

    def sweep(self) -> None:
        """Dead executions leave nothing behind here."""

    def _known(self, execution: str) -> bool:
        if execution not in self._over:
            raise LaunchRefused(
                f"looking at execution '{execution}': it was not started here", transient=False
            )
        return self._over[execution]
