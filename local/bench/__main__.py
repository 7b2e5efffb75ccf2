"""`./dev bench`: measure the promised figures and print a table; exit 1 if a promise is not kept."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from local.bench import (
    accept,
    approval,
    cold_import,
    first_command,
    operations,
    reads,
    report,
    start_among,
    unfinished_list,
    whole_deployment,
)
from local.bench.figure import Figure, Say
from local.errors import LocalError
from local.stack.signals import Stopped, raise_stopped_on_signals

Measure = Callable[[Path, Say], list[Figure]]


def main() -> None:
    """Measure all figures, or only the named ones."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(_measures(0)), help="may be repeated")
    parser.add_argument(
        "--size",
        type=int,
        default=reads.LARGE,
        help="deployments in the larger table of `reads` (%(default)s)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to this file")
    arguments = parser.parse_args()
    if arguments.size <= reads.SMALL:
        parser.error(f"--size {arguments.size}: must be more than {reads.SMALL}")
    raise_stopped_on_signals()
    try:
        figures = measure_all(_measures(arguments.size), arguments.only)
    except Stopped:
        sys.exit(130)
    except LocalError as error:
        _say(str(error))
        sys.exit(1)
    print(report.table(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps(report.document(figures), indent=2) + "\n", encoding="utf-8")
    sys.exit(0 if all(figure.ok for figure in figures) else 1)


def measure_all(measures: dict[str, Measure], only: list[str] | None) -> list[Figure]:
    """Measure the figures one after the other, each in its own folder."""
    figures: list[Figure] = []
    for name, measure in measures.items():
        if only and name not in only:
            continue
        _say(f"measuring {name}")
        with tempfile.TemporaryDirectory(prefix="slipway-bench-") as folder:
            figures += measure(Path(folder), lambda line: _say(f"  {line}"))
    return figures


def _measures(size: int) -> dict[str, Measure]:
    return {
        "accept": accept.measure,
        "first_command": first_command.measure,
        "whole_deployment": whole_deployment.measure,
        "operations": operations.measure,
        "approval": approval.measure,
        "start_among": start_among.measure,
        "reads": partial(reads.measure, size=size),
        "unfinished_list": unfinished_list.measure,
        "cold_import": cold_import.measure,
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
