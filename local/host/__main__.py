"""`python -m local.host --port N`: run the FunctionApp of the current folder until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

_GRACE_SECONDS = 5.0


def main() -> int:
    """Run the app, and print `listening on <url>` once everything runs.

    Returns 1 if the app is refused or the port is taken; ends the process with 0 after a signal.
    """
    parser = argparse.ArgumentParser(
        prog="python -m local.host", description="Run the FunctionApp of this folder."
    )
    parser.add_argument(
        "--port", type=int, default=7071, help="port on 127.0.0.1, 0 for a free one (default 7071)"
    )
    port = parser.parse_args().port
    stop_requested = _stop_signals()
    sys.path.insert(0, str(Path.cwd()))

    from local.host.development_host import DevelopmentHost
    from local.host.errors import AppRefusedError

    try:
        host = DevelopmentHost(Path.cwd(), os.environ, port)
    except AppRefusedError as error:
        return _print_error(str(error))
    except OSError as error:
        return _print_error(f"listening on port {port}: {error.strerror}; choose another with --port")
    if not logging.getLogger().handlers:
        logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    host.start()
    print(f"listening on {host.url}", flush=True)
    os.read(stop_requested, 1)
    is_idle = host.stop(_GRACE_SECONDS)
    if not is_idle:
        logging.getLogger("slipway.host").warning(
            "leaving functions that still run after %g s", _GRACE_SECONDS
        )
    logging.shutdown()
    # Not sys.exit: it aborts if a daemon thread holds the lock of a stream.
    os._exit(0)


def _stop_signals() -> int:
    """Return a pipe to which SIGTERM and SIGINT write.

    The interpreter writes to it in whichever thread the system gives the signal to. A handler of our own runs
    in the main thread alone, and does not interrupt its `read` if another thread got the signal.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return reader


def _print_error(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
