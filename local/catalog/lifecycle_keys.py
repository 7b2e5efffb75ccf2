"""What template.yaml says about requests, sizes and generated passwords: checked against the template's code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from functions.services.validation import validate
from local.catalog.interface import Interface
from local.catalog.problems import Problem


def without_generated(interface: Interface, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The parameter schema, in which nobody is asked for what Slipway generates."""
    schema = dict(interface.parameters)
    generated = metadata.get("generate", {})
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in generated]
    return schema


def check_lifecycle_keys(file: str, interface: Interface, metadata: Mapping[str, Any]) -> list[Problem]:
    """Every mistake in the keys `resource_type`, `name_parameter`, `sizes` and `generate`."""
    found = (
        *_check_names(interface, metadata),
        *_check_sizes(interface, metadata),
        *_check_generated(interface, metadata),
    )
    return [Problem(file, None, detail) for detail in found]


def _check_names(interface: Interface, metadata: Mapping[str, Any]) -> Iterator[str]:
    known = interface.parameters.get("properties", {})
    name = metadata.get("name_parameter")
    if name is not None and name not in known:
        yield f"/name_parameter: the template has no parameter '{name}'"
    if ("resource_type" in metadata) != (name is not None):
        yield "/resource_type and /name_parameter belong together: give both or none"


def _check_sizes(interface: Interface, metadata: Mapping[str, Any]) -> Iterator[str]:
    known = {**interface.parameters, "required": []}
    for size, values in metadata.get("sizes", {}).items():
        for problem in validate(values, known, root=f"/sizes/{size}"):
            yield f"{problem.pointer}: {problem.detail}"


def _check_generated(interface: Interface, metadata: Mapping[str, Any]) -> Iterator[str]:
    for name, rule in metadata.get("generate", {}).items():
        if name not in interface.sensitive_parameters:
            yield f"/generate/{name}: the template has no sensitive parameter of that name"
        if "symbols" in rule and "symbols" not in rule["classes"]:
            yield f"/generate/{name}/symbols: 'symbols' is not among the classes"
