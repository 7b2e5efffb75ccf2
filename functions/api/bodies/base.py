"""What all request bodies share.

pydantic reads annotations faster as they are than as text: for the sake of cold starts these modules do
without the `__future__` import.
"""

import functools
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from functions.domain.status import Approval

Schema = dict[str, Any]
Omitted = SkipJsonSchema[None]
"""A member that may be left out: null itself is refused."""


def choice(values: Iterable[str], description: str) -> WithJsonSchema:
    """Return the schema of a member that is one of the values."""
    return WithJsonSchema({"type": "string", "enum": [*map(str, values)], "description": description})


def words(**messages: str) -> Schema:
    """Return own words for a broken rule, by its keyword."""
    return {"x-error-messages": messages}


EnvId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="One of the installation's environments; without it the default one.",
    ),
]
RequiredApproval = Annotated[
    Approval, choice(Approval, "What somebody has to approve first; the environment may ask for more.")
]
Confirmation = Annotated[
    str, Field(max_length=256, description="The deployment's name, where its template is protected.")
]
DiscardErroredState = Annotated[
    bool, Field(description="Go on without a state that could not be written, where it cannot be recovered.")
]
Comment = Annotated[str, Field(max_length=1024, description="Kept with who and when.")]
DryRun = Annotated[bool, Field(description="Plan only: nothing is made.")]


class Body(BaseModel):
    """A JSON object; members that the model does not name are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    @classmethod
    @functools.cache
    def body_schema(cls) -> Schema:
        """Return the model's JSON Schema (draft 2020-12)."""
        return {"required": [], **_plain(cls.model_json_schema())}


def _plain(schema: Any) -> Any:
    """Leave out what pydantic adds to what the model says; a member may itself be called `title`."""
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(part) for key, part in schema.items() if key not in ("title", "default")}
    if "properties" in schema:
        plain["properties"] = {name: _plain(part) for name, part in schema["properties"].items()}
    if plain.get("additionalProperties") is True:
        del plain["additionalProperties"]
    return plain
