"""Compares slipway.yaml with the code: requests, sizes and generated passwords."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from functions.services.admission.secret_parameters import alphabets
from functions.services.requests.submit_request import SIZE
from functions.validation.json_schema import validate
from local.catalog.problems import Problem
from local.catalog.slipway_yaml import TemplateMetadata
from local.catalog.terraform.interface import Interface


def without_generated(interface: Interface, metadata: TemplateMetadata) -> dict[str, Any]:
    """Return the parameter schema without the requirement of parameters that Slipway generates."""
    schema = dict(interface.parameters)
    generated = metadata.generate
    if "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in generated]
    return schema


def check_lifecycle_keys(file: str, interface: Interface, metadata: TemplateMetadata) -> list[Problem]:
    """Return every mistake in the keys `resource_type`, `name_parameter`, `sizes` and `generate`."""
    details = (
        *_check_names(interface, metadata),
        *_check_sizes(interface, metadata),
        *_check_generated(interface, metadata),
    )
    return [Problem(file, None, detail) for detail in details]


def _check_names(interface: Interface, metadata: TemplateMetadata) -> Iterator[str]:
    parameters = interface.parameters["properties"]
    name = metadata.name_parameter
    if name is not None and name not in parameters:
        yield f"/name_parameter: the template has no parameter '{name}'"
    elif name is not None and "string" not in parameters[name]["type"]:
        yield f"/name_parameter: parameter '{name}' does not take a text"
    if name in interface.sensitive_parameters:
        yield f"/name_parameter: parameter '{name}' is sensitive, but the name of a request is shown"
    if metadata.resource_type is not None and SIZE in parameters:
        yield f"/resource_type: in a user request '{SIZE}' is one of /sizes: give the parameter another name"


def _check_sizes(interface: Interface, metadata: TemplateMetadata) -> Iterator[str]:
    schema = {**interface.parameters, "required": []}
    for size, values in metadata.sizes.model_dump(exclude_none=True).items():
        for problem in validate(values, schema, root=f"/sizes/{size}"):
            yield f"{problem.pointer}: {problem.detail}"
        for name in sorted(values.keys() & set(interface.sensitive_parameters)):
            yield f"/sizes/{size}/{name}: the parameter is sensitive, but this file is not secret"


def _check_generated(interface: Interface, metadata: TemplateMetadata) -> Iterator[str]:
    for name, rule in metadata.passwords.items():
        if name not in interface.sensitive_parameters:
            yield f"/generate/{name}: the template has no sensitive parameter of that name"
            continue
        schema = interface.parameters["properties"][name]
        problems = next(filter(None, (validate(sample, schema, root="") for sample in _samples(rule))), [])
        for problem in problems:
            yield f"/generate/{name}: the parameter does not accept such a password: {problem.detail}"


def _samples(rule: Mapping[str, Any]) -> Iterator[str]:
    """Yield passwords of the rule that together have every character at every position."""
    classes = alphabets(rule)
    max_length = max(map(len, classes))
    # Interleaved, so that every part has characters of every class.
    characters = "".join(
        alphabet[index % len(alphabet)] for index in range(max_length) for alphabet in classes
    )
    for first in range(len(characters)):
        yield "".join(itertools.islice(itertools.cycle(characters), first, first + rule["length"]))
