"""The environments of an installation: what deployments in each get where a request says nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from functions.domain.jobs.terraform_state import Backend
from functions.domain.status import Approval


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment.

    `approval` is the least that its operations need; `self_approval` says whether who asked may approve;
    `reveal` lists who may see sensitive outputs: names of callers, `creator` for the deployment's own, `*`
    for everybody.
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
    """All of them, by id; `default` is the id of the one for requests that name none."""

    default: str
    by_id: Mapping[str, Environment]
