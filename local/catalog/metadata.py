"""Reads template.yaml, which says of a template what its code cannot."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from functions.services.validation import validate
from local.catalog.problems import Problem

# It stands beside the templates that its authors edit, where their editors find it.
SCHEMA_FILE = Path(__file__).parents[2] / "templates" / "template.schema.json"


def read_metadata(file: str, content: bytes | None, problems: list[Problem]) -> dict[str, Any]:
    """The keys of template.yaml, {} if there is none; every wrong one is added to the problems."""
    if content is None:
        return {}
    try:
        data = _load(content)
    except _YamlProblem as problem:
        problems.append(Problem(file, problem.line, "the file is not valid YAML here"))
        return {}
    wrong = validate({} if data is None else data, _schema(), root="")
    problems += [
        Problem(file, None, f"{problem.pointer or 'the file'} {problem.detail}") for problem in wrong
    ]
    return data if isinstance(data, dict) and not wrong else {}


class _YamlProblem(Exception):
    def __init__(self, line: int | None) -> None:
        super().__init__(line)
        self.line = line


def _load(content: bytes) -> Any:
    import yaml

    try:
        return yaml.safe_load(content)
    except yaml.MarkedYAMLError as error:
        raise _YamlProblem(error.problem_mark.line + 1 if error.problem_mark else None) from error
    except (yaml.YAMLError, ValueError) as error:
        raise _YamlProblem(None) from error


@functools.cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema
