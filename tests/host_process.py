"""Starts the development host for tests, as a process, and stops it by its process id."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.paths import ROOT


@dataclass(frozen=True, slots=True)
class HostProcess:
    """A running host. The file `log` gets its stderr."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    def stop(self) -> int:
        """Stop the host with SIGTERM and return its exit code."""
        self.process.terminate()
        return self._wait()

    def kill(self) -> int:
        """Stop the host with SIGKILL and return its exit code."""
        self.process.kill()
        return self._wait()

    def _wait(self) -> int:
        code = self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        return code


def start_host(app: Path, settings: Mapping[str, str], log: Path, port: int = 0) -> HostProcess:
    """Start the host in folder `app` with only `settings` as app settings, and wait for its ready line.

    Raises RuntimeError with the log of the host if it does not start.
    """
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.host", "--port", str(port)],
            cwd=app,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    host = HostProcess(line.removeprefix("listening on ").strip(), process, log)
    if not line.startswith("listening on "):
        host.kill()
        raise RuntimeError(log.read_text())
    return host
