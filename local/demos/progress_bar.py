"""Shows the progress of a deployment on a terminal, or in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

_WIDTH = 24


class ProgressBar:
    """Updates one line on a terminal; elsewhere writes a line whenever the phase changes."""

    def __init__(self, name: str, output: IO[str]) -> None:
        self._name = name
        self._output = output
        self._terminal = output.isatty()
        self._last = ""

    def show(self, status: Mapping[str, Any]) -> None:
        """Show a status document."""
        is_unfinished = status["status"] in ("pending", "running")
        words = str(status["phase"] if is_unfinished else status["status"]).replace("_", " ")
        if self._terminal:
            seconds = f", {elapsed:.0f} s" if (elapsed := status["duration_seconds"]) is not None else ""
            self._write(f"\r\x1b[2K  {self._name} {_bar(status)} {words}{seconds}")
        elif words != self._last:
            self._write(f"  {self._name}: {words}\n")
        self._last = words

    def close(self) -> None:
        """End the line."""
        if self._terminal:
            self._write("\n")

    def _write(self, text: str) -> None:
        self._output.write(text)
        self._output.flush()


def _bar(status: Mapping[str, Any]) -> str:
    progress = status.get("progress") or {}
    done, total = progress.get("done") or 0, progress.get("total") or 0
    share = done / total if total else 0
    filled = round(_WIDTH * (1 if status["status"] == "completed" else min(share, 1)))
    counts = f" {done}/{total}" if total else ""
    return f"[{'#' * filled}{'.' * (_WIDTH - filled)}]{counts}"
