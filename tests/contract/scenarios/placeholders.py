"""Replaces values that differ from run to run by placeholders, which are the same in every run."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from functions.domain.clock import from_text
from tests.world import START

_IDS = re.compile(r"\b(deploy|op)-([0-9a-f]{12})(?![0-9a-f])")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_UNKNOWN_DIGITS = "000000000000"


class Placeholders:
    """Ids are numbered in the order of their first appearance; times count from the start of the world."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: dict[str, str] = {}

    def remember(self, text: str, placeholder: str) -> None:
        """Replace the text by the placeholder from now on, wherever it appears."""
        self._words.setdefault(text, placeholder)

    def put_into(self, value: Any) -> Any:
        """Return the value with placeholders.

        Members are visited in the order of their names, so that numbers do not depend on the order in a file.
        """
        if isinstance(value, dict):
            return {self._text(name): self.put_into(value[name]) for name in sorted(value)}
        if isinstance(value, list):
            return [self.put_into(item) for item in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if _TIME.fullmatch(text):
            return _since_start(text)
        for word, placeholder in self._words.items():
            text = text.replace(word, placeholder)
        return _IDS.sub(self._id, text)

    def _id(self, match: re.Match[str]) -> str:
        kind, digits = match.groups()
        if digits == _UNKNOWN_DIGITS:
            return match.group()
        number = self._numbers.setdefault(digits, len(self._numbers) + 1)
        return f"{kind}-<{number}>"


def _since_start(text: str) -> str:
    seconds = (from_text(text) - START) / timedelta(seconds=1)
    return f"<start{seconds:+g}s>"
