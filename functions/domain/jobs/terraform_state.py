"""Terraform's state as Slipway records it: its place, its identity, and the holder of its lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Backend:
    """A Terraform backend and the arguments of its block, without credentials.

    `config` has the arguments of the environment. The runner adds the place of this deployment's state.
    """

    type: str
    config: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StateRecord:
    """The place and the identity of the state, as read from the state after the last job.

    `backend_config` is the backend block that Terraform got, so that other tools find the same state.
    """

    backend_type: str
    backend_config: dict[str, Any]
    workspace: str
    serial: int | None = None
    lineage: str | None = None
    last_modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class StateLock:
    """The holder of the state lock, as Terraform records it. `created` is Terraform's own text."""

    id: str
    who: str | None = None
    operation: str | None = None
    created: str | None = None
