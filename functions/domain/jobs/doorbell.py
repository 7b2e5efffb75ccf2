"""The doorbell: what a queue message says. It carries ids, never facts: losing or doubling one changes
nothing but latency.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from functions.domain.codec import from_plain, to_plain
from functions.domain.identifiers import is_deployment_id


@dataclass(frozen=True, slots=True)
class Doorbell:
    """A request to look at a deployment.

    `watch` marks the delayed bell that a running operation keeps re-sending itself.
    """

    deployment_id: str
    correlation_id: str = ""
    watch: bool = False

    def to_json(self) -> str:
        """The message's text."""
        return json.dumps(to_plain(self, omit_defaults=True))

    @classmethod
    def from_json(cls, text: str) -> Doorbell:
        """The inverse of `to_json`; raises ValueError for anything that is not a doorbell."""
        bell = from_plain(cls, json.loads(text))
        if not is_deployment_id(bell.deployment_id):
            raise ValueError("reading a doorbell: it names no deployment")
        return bell
