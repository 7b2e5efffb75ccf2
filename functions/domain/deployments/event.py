"""One line of a deployment's audit trail: every transition leaves one or more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, when and by whom. `sequence` counts from 1 within a deployment; `operation_id` is the
    operation that it happened to; `transition_id` is random.
    """

    sequence: int
    name: str
    at: datetime
    actor: str
    correlation_id: str
    transition_id: str
    operation_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
