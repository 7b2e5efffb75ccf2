"""An event of a deployment's audit trail. Every transition records one or more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """An event: what happened, when, and who did it.

    `sequence` counts from 1 within a deployment. `operation_id` is the operation concerned. `transition_id`
    is random.
    """

    sequence: int
    name: str
    at: datetime
    actor: str
    correlation_id: str
    transition_id: str
    operation_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
