"""What the demos share: a running Slipway, an output, and a function that follows a deployment to its end."""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from local.api_client import ApiClient
from local.demos.progress_bar import ProgressBar
from local.errors import LocalError
from local.stack.ownership import holder
from local.stack.stack import start_run

_POLL_SECONDS = 0.2
_LOG_LINES = 20
_UNFINISHED_STATUSES = frozenset({"pending", "running"})


@dataclass(frozen=True)
class DemoSlipway:
    """A running Slipway: its address, the connection string of its storage, and its data folder."""

    url: str
    storage: str
    folder: Path


class DemoSession:
    """Finds or starts a Slipway for a demo in `data_dir`, and prints to `output` what happens."""

    def __init__(self, data_dir: Path, output: IO[str]) -> None:
        self._data_dir = data_dir
        self._logs = data_dir / "logs"
        self._output = output

    @contextlib.contextmanager
    def running_slipway(self, port: int) -> Iterator[DemoSlipway]:
        """Yield the Slipway of `./dev up` if it runs, else a Slipway for the time of the demo."""
        running = holder(self._data_dir)
        if running and running.url:
            self.say(f"using the Slipway that runs at {running.url}")
            yield DemoSlipway(running.url, _storage_of(self._data_dir), self._data_dir)
            return
        folder = self._data_dir / "demo"
        self._logs = folder / "logs"
        with start_run(folder, port, say=self.say) as stack:
            self.say(f"slipway is ready at {stack.url}")
            yield DemoSlipway(stack.url, stack.storage, folder)

    def say(self, line: str) -> None:
        """Print a line."""
        print(line, file=self._output, flush=True)

    def follow(self, api: ApiClient, path: str, name: str, *, until: str) -> dict[str, Any]:
        """Wait until the deployment is idle and return its status. Raises LocalError if it is not `until`."""
        bar = ProgressBar(name, self._output)
        try:
            while True:
                status = api.get(f"{path}/status")
                bar.show(status)
                if status["status"] not in _UNFINISHED_STATUSES:
                    break
                time.sleep(_POLL_SECONDS)
        finally:
            bar.close()
        if status["status"] != until:
            raise self.failure(error_report(status, api.text(f"{path}/logs")))
        return status

    def failure(self, report: str) -> LocalError:
        """Return an error that says what went wrong and which log to read."""
        return LocalError(f"{report}\nthe logs of the host and the emulators are in '{self._logs}'")


def error_report(status: dict[str, Any], log: str) -> str:
    """Return the error, the diagnostics and the log of a deployment that did not succeed."""
    error = status.get("error") or {}
    reason = error.get("message", "no reason is recorded")
    lines = [f"\n'{status['deployment_id']}' ended as '{status['status']}', {reason}"]
    for diagnostic in error.get("diagnostics") or []:
        place = " ".join(
            str(diagnostic[key]) for key in ("address", "file", "line") if diagnostic.get(key) is not None
        )
        lines.append(f"  {diagnostic.get('summary', '')} {place}".rstrip())
        lines += [f"    {line}" for line in str(diagnostic.get("detail") or "").splitlines()]
    lines += ["the end of its log:", *(f"  {line}" for line in log.splitlines()[-_LOG_LINES:])]
    return "\n".join(lines)


def _storage_of(data_dir: Path) -> str:
    """Return the connection string that `./dev up` recorded."""
    lines = (data_dir / "env").read_text(encoding="utf-8").splitlines()
    values = dict(shlex.split(line)[0].split("=", 1) for line in lines)
    return values["SLIPWAY_STORAGE"]
