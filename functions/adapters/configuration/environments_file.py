"""Reads the environments of an installation from a JSON file; docs/settings.md describes it.

`docs/environments.schema.json`, with which editors complete and check the file, is generated from the model.
"""

# pydantic evaluates real annotations: no `__future__` import here.

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from functions.domain.environments import Environment, Environments
from functions.domain.errors import SettingsInvalid
from functions.domain.jobs.terraform_backends import BACKENDS, backend_problems
from functions.domain.jobs.terraform_state import Backend
from functions.domain.status import Approval
from functions.validation.models import InputModel, Schema, choice, parse_input, words

# The same rule as for `env_id` in the API.
_Name = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
_LOCATION: Schema = {"type": ["string", "null"], "description": "The region of requests that name none."}
_NAMES: Schema = {
    "additionalProperties": False,
    **words(additionalProperties="is no name: it must have letters, digits, '-' and '_', at most 64"),
}


class BackendEntry(InputModel):
    """Where Terraform keeps the states of an environment."""

    type: Annotated[str, choice(sorted(BACKENDS), "The type of Terraform's backend.")]
    config: dict[str, Any] = Field(
        default_factory=dict,
        description="Arguments of Terraform's own block, and `key_prefix`. No credentials.",
    )

    @model_validator(mode="after")
    def _has_the_arguments_of_its_type(self) -> "BackendEntry":
        # an unknown type is the schema's problem
        problems = backend_problems(self.type, self.config) if self.type in BACKENDS else []
        if problems:
            raise PydanticCustomError("not_allowed", "cannot be used: {why}", {"why": "; ".join(problems)})
        return self


class EnvironmentEntry(InputModel):
    """The defaults and rules for the deployments in one environment."""

    location: Annotated[str | None, WithJsonSchema(_LOCATION)] = None
    tags: dict[str, str] = Field(
        default_factory=dict,
        description="Tags for everything made; a request's own tag of the same name wins.",
    )
    approval: Annotated[Approval, choice(Approval, "The minimum that an operation needs.")] = Approval.NONE
    self_approval: bool = Field(False, description="True if callers may approve their own operations.")
    reveal: tuple[str, ...] = Field(
        ("creator",),
        description="Who may see sensitive outputs: callers' names, `creator`, or `*` for everybody.",
    )
    backend: BackendEntry = Field(BackendEntry(type="local"), description="Where Terraform keeps its states.")


class EnvironmentsFile(InputModel):
    """The content of environments.json."""

    schema_: str = Field("", alias="$schema", description="The address of this schema.")
    default: str = Field(description="The environment of requests that name none.")
    environments: dict[_Name, EnvironmentEntry] = Field(
        min_length=1, description="The environments by name.", json_schema_extra=_NAMES
    )


def read_environments(path: Path) -> Environments:
    """Return the environments. Raises SettingsInvalid with every problem at once."""
    doing = f"reading the environments of '{path}'"
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid([f"{doing}: {error}"]) from error
    file, wrong_fields = parse_input(EnvironmentsFile, body)
    problems = [f"{field.pointer or 'the file'} {field.detail}" for field in wrong_fields]
    problems += _default_problems(body)
    if problems or file is None:
        raise SettingsInvalid([f"{doing}: {problem}" for problem in problems])
    by_id = {name: _environment(name, entry) for name, entry in file.environments.items()}
    return Environments(file.default, by_id)


def _default_problems(body: object) -> Iterator[str]:
    """Yield the one about the default, also where other problems keep the file from being parsed."""
    names = body.get("environments") if isinstance(body, Mapping) else None
    if isinstance(body, Mapping) and isinstance(names, Mapping) and names:
        default = body.get("default")
        if isinstance(default, str) and default not in names:
            yield f"/default must be one of {', '.join(sorted(names))}"


def _environment(name: str, entry: EnvironmentEntry) -> Environment:
    return Environment(
        id=name,
        location=entry.location,
        tags=entry.tags,
        approval=entry.approval,
        self_approval=entry.self_approval,
        reveal=entry.reveal,
        backend=Backend(entry.backend.type, entry.backend.config),
    )
