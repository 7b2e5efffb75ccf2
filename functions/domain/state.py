"""Terraform's state as Slipway knows it: where it lies, which one it is, who holds its lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from functions.domain.clock import from_text, to_text


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

    def to_dict(self) -> dict[str, Any]:
        """A JSON object, as stored and as shown."""
        return {**asdict(self), "last_modified": to_text(self.last_modified) if self.last_modified else None}

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> StateRecord:
        """The inverse of `to_dict`."""
        moment = body.get("last_modified")
        return cls(**{**body, "last_modified": from_text(moment) if moment else None})


@dataclass(frozen=True, slots=True)
class StateLock:
    """Who holds the state's lock, in Terraform's own words; `created` is text as Terraform wrote it."""

    id: str
    who: str | None = None
    operation: str | None = None
    created: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """A JSON object, as stored and as shown."""
        return asdict(self)
