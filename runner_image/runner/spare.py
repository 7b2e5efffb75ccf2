"""`python -m runner.spare`: a runner that imports everything first and then waits for its job.

The process launcher keeps one (functions/adapters/launchers/spare_runner.py), so no job waits for imports.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
from pathlib import Path

_MAX_MESSAGE_BYTES = 64 * 1024
# The job that was started just before this process needs the processors more, until its first command runs.
_HEAD_START_SECONDS = 0.25


def main() -> int:
    """Import the runner's code, take a job from standard input, and run it."""
    channel = socket.socket(fileno=os.dup(0))
    select.select([channel], [], [], _HEAD_START_SECONDS)
    # What the runner imports at its end is imported now, too.
    from functions.adapters.storage import queue_wake_ups  # noqa: F401
    from functions.adapters.storage.clients import import_sdks
    from runner.__main__ import main as run

    import_sdks()
    return run() if wait_for_job(channel) else 0


def wait_for_job(channel: socket.socket) -> bool:
    """Wait for a job and enter its environment, folder and log; return False if the launcher has ended."""
    with channel, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        message, logs, *_ = socket.recv_fds(channel, _MAX_MESSAGE_BYTES, 1)
    if not message:
        return False
    job = json.loads(message)
    os.environ.update(job["variables"])
    os.chdir(job["folder"])
    # The log's descriptor shares the launcher's lock: the lock is held without a gap, whoever dies.
    for output in (1, 2):
        os.dup2(logs[0], output)
    os.close(logs[0])
    return True


if __name__ == "__main__":
    sys.exit(main())
