"""`./dev up`: run Slipway on this machine until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from local.errors import LocalError
from local.paths import DATA, ROOT
from local.stack.local_settings import write_local_settings
from local.stack.signals import Stopped, raise_stopped_on_signals
from local.stack.stack import Stack, start_run

DEFAULT_PORT = 7071  # as in the Functions Core Tools


def main() -> None:
    """Run Slipway. Exit with 1 if a process does not start, or ends by itself."""
    parser = argparse.ArgumentParser(prog="./dev up", description=__doc__)
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=f"port of the API, 0 for a free one (default {DEFAULT_PORT})",
    )
    sys.exit(up(DATA, parser.parse_args().port, ROOT / "local.settings.json"))


def up(data_dir: Path, port: int, settings_file: Path) -> int:
    """Start everything, print the addresses and wait for a signal. Return the exit code."""
    raise_stopped_on_signals()
    try:
        with start_run(data_dir, port, say=_say) as stack:
            _announce(stack, data_dir, write_local_settings(settings_file, stack.settings))
            stack.watch()
    except Stopped:
        _say("stopped")
    except LocalError as error:
        _say(str(error))
        return 1
    return 0


def _announce(stack: Stack, data_dir: Path, notice: str | None) -> None:
    print(f"slipway is ready at {stack.url}", flush=True)
    _say(f"  try it          curl {stack.url}/templates")
    _say(f"  its addresses   in {data_dir / 'env'}, to source in a shell")
    _say(f"  its logs        in {data_dir / 'logs'}")
    _say(f"  Ctrl-C stops it. '{data_dir}' keeps the deployments; moto's buckets do not survive a restart.")
    if notice:
        _say(f"  {notice}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
