"""A template as an entry of functions/catalog.json, which `./dev catalog` generates."""

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
    """A deployable template."""

    address: str
    """`terraform/<cloud>/<name>`."""
    path: str
    """The template's folder or its only file, below `templates/`."""
    engine: str
    cloud: str
    provider_type: str
    name: str
    title: str
    summary: str | None
    version: str | None
    digest: str
    """The digest of the files, by `functions.domain.catalog.bundle.digest`."""
    tags: tuple[str, ...]
    protected: bool
    timeouts: Mapping[str, int]
    """`job_seconds` and `command_seconds`, if the template sets them."""
    example: Mapping[str, Any]
    files: tuple[str, ...]
    """Relative to the template's folder."""
    parameters: Mapping[str, Any]
    """The JSON Schema (draft 2020-12) of the request's parameters.

    Besides the standard keywords it has `x-sensitive` and `x-error-messages` (keyword -> text).
    """
    sensitive_parameters: tuple[str, ...]
    outputs: tuple[TemplateOutput, ...]
    required_providers: Mapping[str, str | None]
    approval: Approval | None = None
    """The minimum approval that its deployments need."""
    sizes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Size -> parameters."""
    resource_type: str | None = None
    """The resource type of user requests that the template serves."""
    name_parameter: str | None = None
    """The parameter that takes the name of a user request."""
    generate: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Sensitive parameter -> {length, classes, symbols?} of the password to generate if none is given."""

    @property
    def sensitive_outputs(self) -> tuple[str, ...]:
        """Return the names of the outputs whose values must not be shown."""
        return tuple(output.name for output in self.outputs if output.sensitive)
