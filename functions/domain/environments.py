"""The environments of an installation: defaults and rules for the deployments in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.domain.jobs.terraform_state import Backend
from functions.domain.status import Approval


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment.

    `approval` is the minimum that its operations need. `self_approval` is True if callers may approve their
    own operations. `reveal` lists who may see sensitive outputs: names of callers, `creator` for the
    deployment's creator, `*` for everybody.
    """

    id: str
    location: str | None
    tags: Mapping[str, str]
    approval: Approval
    self_approval: bool
    reveal: tuple[str, ...]
    backend: Backend


@dataclass(frozen=True, slots=True)
class Environments:
    """All environments by id. `default` is the id of the environment for requests that name none."""

    default: str
    by_id: Mapping[str, Environment]
