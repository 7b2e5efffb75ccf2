"""Prints the figures as a table for people, or as a JSON document."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from local.bench.figure import Figure

_HEADINGS = ("figure", "value", "bound", "", "runs", "parts in ms")


def table(figures: Sequence[Figure]) -> str:
    """Return the table, with the note and the problems of each figure below its line."""
    rows = [_HEADINGS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = []
    for row, figure in zip(rows, [None, *figures], strict=True):
        lines.append("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
        if figure is not None:
            lines += [f"  {figure.note}"] if figure.note else []
            lines += [f"  not as promised: {problem}" for problem in figure.problems]
    return "\n".join(lines)


def document(figures: Sequence[Figure]) -> dict[str, Any]:
    """Return the figures as a JSON object, with data on the machine."""
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "processors": os.cpu_count(),
            "python": platform.python_version(),
        },
        "figures": [{**asdict(figure), "ok": figure.ok} for figure in figures],
    }


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        _amount(figure.value, figure.unit),
        _amount(figure.bound, figure.unit) if figure.bound is not None else "",
        "ok" if figure.ok else "over" if figure.is_over else "broken",
        str(figure.runs),
        ", ".join(f"{name} {time:.{_digits(time)}f}" for name, time in figure.parts.items()),
    )


def _amount(value: float, unit: str) -> str:
    return f"{value:.2f} {unit}"


def _digits(time: float) -> int:
    return 0 if time >= 100 else 1 if time >= 10 else 2
