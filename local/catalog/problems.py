"""What is wrong with a template, told with its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: `file` is relative to the folder above `templates/`; `line` counts from 1 where it
    is known.
    """

    file: str
    line: int | None
    detail: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.detail}"


class TemplateProblem(Exception):
    """Raised where one problem makes it useless to read on in the same template."""

    def __init__(self, file: str, detail: str, line: int | None = None) -> None:
        self.problem = Problem(file, line, detail)
        super().__init__(str(self.problem))
