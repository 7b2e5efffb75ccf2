"""What Slipway knows of a template: an entry of functions/catalog.json, which `./dev catalog` generates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.domain.status import Approval


@dataclass(frozen=True, slots=True)
class TemplateOutput:
    """An output that the template's code declares."""

    name: str
    description: str | None
    sensitive: bool


@dataclass(frozen=True, slots=True)
class TemplateEntry:
    """A deployable template.

    `address` is `terraform/<cloud>/<name>`; `path` is its folder or its lone file below `templates/`; `files`
    are relative to that folder. `parameters` is a JSON Schema (draft 2020-12) of the request's parameters;
    beyond the standard it uses `x-sensitive` and `x-error-messages` (keyword → the template's own words).
    `approval` is the least that its deployments need. `resource_type` is the kind of user request that it
    serves, `name_parameter` takes the request's name, `sizes` is size -> parameters. `generate` is a
    sensitive parameter -> {length, classes, symbols?} of the password that is made where none is given.
    `timeouts` holds `job_seconds` and `command_seconds` where the template sets them. `digest` is that of
    `functions.domain.catalog.bundle.digest`.
    """

    address: str
    path: str
    engine: str
    cloud: str
    provider_type: str
    name: str
    title: str
    summary: str | None
    version: str | None
    digest: str
    tags: tuple[str, ...]
    protected: bool
    timeouts: Mapping[str, int]
    example: Mapping[str, Any]
    files: tuple[str, ...]
    parameters: Mapping[str, Any]
    sensitive_parameters: tuple[str, ...]
    outputs: tuple[TemplateOutput, ...]
    required_providers: Mapping[str, str | None]
    approval: Approval | None = None
    sizes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    resource_type: str | None = None
    name_parameter: str | None = None
    generate: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def sensitive_outputs(self) -> tuple[str, ...]:
        """The names of the outputs whose values must not be shown."""
        return tuple(output.name for output in self.outputs if output.sensitive)
