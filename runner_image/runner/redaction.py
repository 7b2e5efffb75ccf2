"""Keeps secrets out of logs, failure texts and everything else that a job says."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "***"
# shorter values would mask ordinary words, and hide nothing that could not be guessed
_LEAST_LENGTH = 6
_URL_ALPHABET = str.maketrans("+/", "-_")


class Redaction:
    """Replaces secret values by `***`: whole and each of their lines, as they are and as JSON (of Python and
    of Go), URLs and base64 write them.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._values: list[str] = []
        self.add(secrets)

    def add(self, secrets: Iterable[Any]) -> None:
        """Hide further values; of what is no text, every text in it."""
        values = set(self._values)
        for text in _texts(list(secrets)):
            for part in {text, text.strip(), *(line.strip() for line in text.splitlines())}:
                if len(part) >= _LEAST_LENGTH:
                    values |= _forms(part)
        # longest first: a secret may hold another one
        self._values = sorted(values, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        for value in self._values:
            text = text.replace(value, MASK)
        return text

    def all_in(self, value: Any) -> Any:
        """A JSON value with every text in it redacted, the names of objects too."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(name): self.all_in(item) for name, item in value.items()}
        return [self.all_in(item) for item in value] if isinstance(value, list | tuple) else value


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _forms(text: str) -> set[str]:
    python_json = json.dumps(text)[1:-1]
    plain_json = json.dumps(text, ensure_ascii=False)[1:-1]
    # Go escapes these three in strings; https://pkg.go.dev/encoding/json#Marshal
    go_json = plain_json
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        go_json = go_json.replace(character, escaped)
    # the third is Go's url.PathEscape
    urls = {quote(text, safe=safe, errors="replace") for safe in ("/", "", "$&+=:@")}
    encoded = set(_in_base64(text.encode("utf-8", "replace")))
    return {text, python_json, plain_json, go_json, *urls, quote_plus(text, errors="replace"), *encoded}


def _in_base64(data: bytes) -> Iterable[str]:
    """How it looks in base64 of both alphabets, alone and in the middle of something longer: there the
    characters at its ends hold bits of its neighbours, and what stands between is one of three.
    """
    alone = base64.b64encode(data).decode()
    whole = [alone, alone.rstrip("=")]
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        bits = 8 * (before + len(data))
        whole.append(base64.b64encode(bytes(before) + data).decode()[shared : bits // 6])
    for form in whole:
        yield form
        yield form.translate(_URL_ALPHABET)
