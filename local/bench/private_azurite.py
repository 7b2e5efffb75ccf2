"""An Azurite for one measurement, in memory and on free ports."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from local.bench.figure import Say
from local.errors import LocalError
from local.stack.environment import plain_environment
from local.stack.processes import Processes
from local.stack.storage import connection_string, create_storage
from local.toolchain.toolchain import ensure_toolchain

_NAME = "azurite"
_SERVICES = ("blob", "queue", "table")
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at http://\S+:(\d+)\s")
_START_SECONDS = 60
# 100,000 deployments need more than the default limit of Node.js.
_NODE_MEMORY = "--max-old-space-size=8192"


@contextlib.contextmanager
def private_azurite(folder: Path, say: Say) -> Iterator[str]:
    """Start an Azurite and yield its connection string. Raises LocalError if it does not start."""
    tools = ensure_toolchain(say=say)
    command = [str(tools.node), _NODE_MEMORY, str(tools.azurite), "--silent", "--disableTelemetry"]
    command += ["--skipApiVersionCheck", "--inMemoryPersistence"]
    for service in _SERVICES:
        # Port 0, because another Azurite may take a port that was found free beforehand.
        command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", "0"]
    processes = Processes(folder)
    log = folder / "azurite.log"
    child = processes.start(_NAME, command, log=log, environment=plain_environment(os.environ), folder=folder)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while len(ports := _ports(log)) < len(_SERVICES):
            if child.poll() is not None or time.monotonic() > deadline:
                raise LocalError(f"starting Azurite:\n{log.read_text(errors='replace')}")
            time.sleep(0.02)
        storage = connection_string(**ports)
        create_storage(storage)
        yield storage
    finally:
        processes.stop(_NAME)
        child.wait()


def _ports(log: Path) -> dict[str, int]:
    return {name.lower(): int(port) for name, port in _LISTENING.findall(log.read_text(errors="replace"))}
