"""Problems of a template, with file and line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem. `file` is relative to the folder above `templates/`; `line` counts from 1, or is None."""

    file: str
    line: int | None
    detail: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.detail}"


class TemplateProblem(Exception):
    """A problem because of which the rest of the template cannot be read."""

    def __init__(self, file: str, detail: str, line: int | None = None) -> None:
        self.problem = Problem(file, line, detail)
        super().__init__(str(self.problem))
