"""Terraform's state as Slipway knows it: where it lies, which one it is, who holds its lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Backend:
    """One of Terraform's back ends and the arguments of its block; never a credential.

    `config` holds what the environment says; the runner adds the place of this deployment's state.
    """

    type: str
    config: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StateRecord:
    """Where the state lies and which one it is, as read from the state itself after the last job.

    `backend_config` is the block as it was written, so that other tools find the same state.
    """

    backend_type: str
    backend_config: dict[str, Any]
    workspace: str
    serial: int | None = None
    lineage: str | None = None
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class StateLock:
    """Who holds the state's lock, in Terraform's own words; `created` is text as Terraform wrote it."""

    id: str
    who: str | None = None
    operation: str | None = None
    created: str | None = None
