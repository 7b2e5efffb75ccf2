"""Reads the interface of a Terraform module from its blocks: parameters, outputs, providers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from functions.domain.catalog.template_entry import TemplateOutput
from local.catalog.problems import Problem
from local.catalog.terraform.conditions import bounds
from local.catalog.terraform.expressions import UnsupportedExpression
from local.catalog.terraform.hcl import Block, expression, literal, string
from local.catalog.terraform.types import Schema, schema_of, with_null

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ANY: Schema = {"type": ["string", "number", "boolean", "array", "object"]}
_MARKS = ("sensitive", "ephemeral")


@dataclass(slots=True)
class Interface:
    """The interface of a module. It is incomplete if there are `problems`."""

    parameters: Schema
    sensitive_parameters: list[str] = field(default_factory=list)
    outputs: list[TemplateOutput] = field(default_factory=list)
    required_providers: dict[str, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_interface(blocks: list[Block]) -> Interface:
    """Return the interface that the blocks of a module declare, in the order of names."""
    problems = [*_duplicates(blocks), *_unclear_marks(blocks)]
    variables = sorted((block for block in blocks if block.type == "variable"), key=_name)
    outputs = [_output(block) for block in sorted(blocks, key=_name) if block.type == "output"]
    properties = {_name(block): _parameter(block, problems) for block in variables}
    parameters: Schema = {
        "$schema": DRAFT,
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    if required := [_name(block) for block in variables if "default" not in block.body]:
        parameters["required"] = required
    sensitive = [name for name, schema in properties.items() if schema.get("x-sensitive")]
    return Interface(parameters, sensitive, outputs, _providers(blocks), problems)


def _name(block: Block) -> str:
    return block.labels[0] if block.labels else ""


def _duplicates(blocks: list[Block]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Block] = {}
    for block in blocks:
        key = (block.type, _name(block))
        if block.labels and key in first:
            other_file = first[key].file
            detail = f"{block.type} {key[1]!r} is already declared in {other_file}"
            yield Problem(block.file, block.line, detail)
        first.setdefault(key, block)


def _output(block: Block) -> TemplateOutput:
    return TemplateOutput(_name(block), string(block.body, "description"), _is_sensitive(block))


def _is_sensitive(block: Block) -> bool:
    """Return True for a sensitive or ephemeral value. Neither may be stored in plain."""
    return any(block.body.get(mark, False) is not False for mark in _MARKS)


def _unclear_marks(blocks: list[Block]) -> Iterator[Problem]:
    """Yield a problem for marks that are not literal: to Terraform, `"true"` and `!false` mean true, too."""
    for block in blocks:
        for mark in _MARKS if block.type in ("variable", "output") else ():
            if not isinstance(block.body.get(mark, False), bool):
                detail = f"{mark} of {block.type} {_name(block)!r} must be true or false, written as such"
                yield Problem(block.file, block.line, detail)


def _parameter(block: Block, problems: list[Problem]) -> Schema:
    schema = _type(block, problems)
    for condition, message in _validations(block):
        for keywords in bounds(condition, _name(block), schema):
            schema = _narrowed(schema, keywords, message)
    schema = schema if block.body.get("nullable") is False else with_null(schema)
    if description := string(block.body, "description"):
        schema["description"] = description.strip()
    if _is_sensitive(block):
        return {**schema, "x-sensitive": True}
    return {**schema, **_default(block)}


def _type(block: Block, problems: list[Problem]) -> Schema:
    if "type" not in block.body:
        # Terraform gets a secret from its environment, where a value without a type is a text.
        return {"type": "string"} if _is_sensitive(block) else dict(_ANY)
    try:
        return schema_of(expression(block.body["type"]))
    except UnsupportedExpression as reason:
        problems.append(
            Problem(block.file, block.line, f"reading the type of variable {_name(block)!r}: {reason}")
        )
        return dict(_ANY)


def _default(block: Block) -> dict[str, Any]:
    try:
        return {"default": literal(expression(block.body["default"]))} if "default" in block.body else {}
    except UnsupportedExpression:
        return {}


def _validations(block: Block) -> Iterator[tuple[Any, str | None]]:
    for validation in block.body.get("validation", []):
        try:
            condition = expression(validation.get("condition"))
        except UnsupportedExpression:
            continue
        yield condition, string(validation, "error_message")


def _narrowed(schema: Schema, keywords: Schema, message: str | None) -> Schema:
    """Return the schema with the keywords, or with another part of `allOf` if it already has them."""
    messages = dict.fromkeys(keywords, message) if message else {}
    has_none = all(key not in schema or key == "type" for key in keywords)
    if has_none:
        merged = {**schema, **keywords}
        error_messages = {**schema.get("x-error-messages", {}), **messages}
        return {**merged, "x-error-messages": error_messages} if error_messages else merged
    part = {**keywords, "x-error-messages": messages} if messages else keywords
    return {**schema, "allOf": [*schema.get("allOf", []), part]}


def _providers(blocks: list[Block]) -> dict[str, str | None]:
    """Return the version constraint for each source address in the `required_providers` blocks."""
    constraints: dict[str, str | None] = {}
    for block in blocks:
        for requirements in block.body.get("required_providers", []) if block.type == "terraform" else []:
            for name, requirement in requirements.items():
                table = requirement if isinstance(requirement, dict) else {"version": requirement}
                constraints[string(table, "source") or f"hashicorp/{name}"] = string(table, "version")
    return dict(sorted(constraints.items()))
