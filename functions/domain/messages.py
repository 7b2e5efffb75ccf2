"""The doorbell: what a queue message says. It carries ids, never facts: losing or doubling one changes
nothing but latency.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from functions.domain.identifiers import is_deployment_id


@dataclass(frozen=True, slots=True)
class Doorbell:
    """A request to look at a deployment.

    `watch` marks the delayed bell that a running operation keeps re-sending itself.
    """

    deployment_id: str
    correlation_id: str
    watch: bool = False

    def to_json(self) -> str:
        """The message's text."""
        body: dict[str, object] = {"deployment_id": self.deployment_id, "correlation_id": self.correlation_id}
        if self.watch:
            body["watch"] = True
        return json.dumps(body)

    @classmethod
    def from_json(cls, text: str) -> Doorbell:
        """The inverse of `to_json`; raises ValueError for anything that is not a doorbell."""
        body = json.loads(text)
        if not isinstance(body, dict) or not is_deployment_id(str(body.get("deployment_id"))):
            raise ValueError("reading a doorbell: it names no deployment")
        return cls(body["deployment_id"], str(body.get("correlation_id", "")), body.get("watch") is True)
