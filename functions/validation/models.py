"""The base of all models of input: request bodies, `slipway.yaml`, files of settings.

A value is first checked against its model's JSON Schema, in the same way and with the same texts as template
parameters (decision 0005); the model then converts it to typed values. Import this only where a value is
checked, as pydantic takes about 100 ms to import.
"""

# pydantic evaluates real annotations faster than texts: no `__future__` import here, nor in the models.

import functools
import os
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

# pydantic looks for plugins in the metadata of every installed package, before it builds its first model.
os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"

from pydantic import BaseModel, ConfigDict, ValidationError, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from functions.domain.errors import FieldProblem
from functions.validation.json_schema import validate

Schema = dict[str, Any]
Omitted = SkipJsonSchema[None]
"""A member that may be left out: null itself is refused."""


class InputModel(BaseModel):
    """A JSON object; members that the model does not name are refused. Patterns are ECMAScript's."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    @classmethod
    @functools.cache
    def input_schema(cls) -> Schema:
        """Return the JSON Schema (draft 2020-12) of valid input, without references."""
        schema = cls.model_json_schema()
        definitions = schema.pop("$defs", {})
        return {"required": [], **_plain(schema, definitions)}


M = TypeVar("M", bound=InputModel)


def parse_input(model: type[M], value: object) -> tuple[M | None, list[FieldProblem]]:
    """Return the typed value, or None if it is wrong, and every wrong field."""
    problems = validate(value, model.input_schema(), root="")
    try:
        return model.model_validate(value), problems
    except ValidationError as error:
        pointers = {problem.pointer for problem in problems}
        own = [problem for problem in _own_problems(error) if problem.pointer not in pointers]
        return None, problems + own


def choice(values: Iterable[str], description: str) -> WithJsonSchema:
    """Return the schema of a member that is one of the values."""
    return WithJsonSchema({"type": "string", "enum": [*map(str, values)], "description": description})


def words(**messages: str) -> Schema:
    """Return own words for a broken rule, by its keyword."""
    return {"x-error-messages": messages}


def _own_problems(error: ValidationError) -> Iterator[FieldProblem]:
    """Yield the problems that the models' own validators find. The JSON Schema reports all others."""
    for item in error.errors(include_url=False, include_input=False):
        if item["type"] == "not_allowed":
            pointer = "".join(f"/{part}" for part in item["loc"])
            yield FieldProblem(pointer, "not_allowed", item["msg"], item.get("ctx", {}).get("expected"))


def _plain(schema: Any, definitions: Schema) -> Any:
    """Replace references by their definitions, and remove what pydantic adds to the model's own keywords."""
    if isinstance(schema, list):
        return [_plain(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = {**definitions[name], **{key: part for key, part in schema.items() if key != "$ref"}}
    plain = {
        key: _plain(part, definitions) for key, part in schema.items() if key not in ("title", "default")
    }
    if "properties" in schema:
        # a member may itself be called `title`
        members = schema["properties"].items()
        plain["properties"] = {name: _plain(part, definitions) for name, part in members}
    if plain.get("additionalProperties") is True:
        del plain["additionalProperties"]
    return plain
