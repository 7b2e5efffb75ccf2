"""Keeps the runner's own secrets out of logs and failure texts."""

from __future__ import annotations

from collections.abc import Iterable

MASK = "***"
# shorter values would mask ordinary words, and hide nothing that could not be guessed
_LEAST_LENGTH = 6


class Redaction:
    """Replaces secret values, whole and each of their lines, by `***`."""

    def __init__(self, secrets: Iterable[str]) -> None:
        values = {part.strip() for secret in secrets for part in (secret, *secret.splitlines())}
        # longest first: a secret may hold another one
        self._values = sorted((v for v in values if len(v) >= _LEAST_LENGTH), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, MASK)
        return text
