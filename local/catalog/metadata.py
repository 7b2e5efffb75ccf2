"""Reads slipway.yaml, which has what the code of a template cannot express."""

from __future__ import annotations

import json
from typing import Any

from functions.validation.models import parse_input
from local.catalog.problems import Problem
from local.catalog.slipway_yaml import TemplateMetadata


def read_metadata(file: str, content: bytes | None, problems: list[Problem]) -> TemplateMetadata:
    """Return the content of slipway.yaml, empty without a file. Add its problems to `problems`."""
    if content is None:
        return TemplateMetadata()
    try:
        data = load_yaml(content)
    except YamlProblem as problem:
        problems.append(Problem(file, problem.line, "the file is not valid YAML here"))
        return TemplateMetadata()
    metadata, input_problems = parse_input(TemplateMetadata, {} if data is None else data)
    details = [f"{problem.pointer or 'the file'} {problem.detail}" for problem in input_problems]
    problems += [Problem(file, None, detail) for detail in details]
    return TemplateMetadata() if metadata is None or input_problems else metadata


def schema_text() -> str:
    """Return the text of templates/slipway.schema.json, with which editors complete and check the file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "slipway.yaml",
        **{key: part for key, part in TemplateMetadata.input_schema().items() if key != "required"},
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


class YamlProblem(Exception):
    """The file is not YAML. `line` counts from 1, or is None."""

    def __init__(self, line: int | None) -> None:
        super().__init__(line)
        self.line = line


def load_yaml(content: bytes) -> Any:
    """Return the document. Raises YamlProblem."""
    import yaml

    try:
        return yaml.safe_load(content)
    except yaml.MarkedYAMLError as error:
        raise YamlProblem(error.problem_mark.line + 1 if error.problem_mark else None) from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlProblem(None) from error
