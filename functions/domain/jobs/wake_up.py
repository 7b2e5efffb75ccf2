"""A wake-up: the message of a queue. It carries ids and no facts: a lost or repeated one costs only time."""

from __future__ import annotations

import json
from dataclasses import dataclass

from functions.domain.codec import from_plain, to_plain
from functions.domain.identifiers import is_deployment_id


@dataclass(frozen=True, slots=True)
class WakeUp:
    """A message that makes the dispatcher advance a deployment.

    `watch` is True for the watchdog: a delayed wake-up that is sent again while the operation runs.
    """

    deployment_id: str
    correlation_id: str = ""
    watch: bool = False

    def to_json(self) -> str:
        """Return the message's text."""
        return json.dumps(to_plain(self, omit_defaults=True))

    @classmethod
    def from_json(cls, text: str) -> WakeUp:
        """Return the wake-up of a message's text. Raises ValueError for any other text."""
        wake_up = from_plain(cls, json.loads(text))
        if not is_deployment_id(wake_up.deployment_id):
            raise ValueError("reading a wake-up: it names no deployment")
        return wake_up
