"""Keeps secrets out of logs, failure texts and everything else that a job says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

from runner.masking.base64_search import Base64
from runner.masking.encodings import MASK, ValueEncoding

# shorter values would mask ordinary words, and hide nothing that could not be guessed
_MIN_LENGTH = 6
_ESCAPE = re.compile(r"\\(?:0?([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


class SecretMasker:
    """Replaces secret values by `***`: whole and each of their lines, however disguises.py and in_base64.py
    know that they may be written.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._known: set[str] = set()
        self._disguised: list[ValueEncoding] = []
        self._base64 = Base64()
        self.add(secrets)

    def add(self, secrets: Iterable[Any]) -> None:
        """Hide further values; of what is no text, every text and number in it."""
        found = {part for text in texts_in(list(secrets)) for part in _parts(text)} - self._known
        self._known |= found
        # longest first: a secret may hold another one
        for part in sorted(found, key=lambda part: (-len(part), part)):
            self._base64.add(part)
        disguised = (*self._disguised, *map(ValueEncoding, found))
        self._disguised = sorted(disguised, key=lambda each: len(each.text), reverse=True)

    def __call__(self, text: str) -> str:
        for each in self._disguised:
            text = each.hide(text)
        return self._base64.hide(text)

    def all_in(self, value: Any) -> Any:
        """A JSON value with every text and number in it redacted, the names of objects too."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(name): self.all_in(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.all_in(item) for item in value]
        said = " ".join(texts_in(value))
        return value if self(said) == said else MASK


def texts_in(value: Any) -> Iterator[str]:
    """Every text and number in a JSON value, a number in each way to write it; no names of objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)
    elif isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        yield from {str(value), *_digits(Decimal(str(value)))}


def _digits(number: Decimal) -> Iterator[str]:
    """The number as Terraform writes it, in full, and as Go does, in powers of ten."""
    yield _without_zeros(f"{number:f}")
    mantissa, exponent = f"{number:e}".split("e")
    yield f"{_without_zeros(mantissa)}e{int(exponent):+03d}"


def _without_zeros(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _parts(text: str) -> Iterator[str]:
    """What is hidden of a text: all of it, and each line; also as Terraform composes its characters, and as
    the shell's `echo` says it.
    """
    for each in {text, unicodedata.normalize("NFC", text), _echoed(text)}:
        for part in {each, each.strip(), *(line.strip() for line in each.splitlines())}:
            if len(part) >= _MIN_LENGTH:
                yield part


def _echoed(text: str) -> str:
    """The text with its escapes resolved, and cut at the one that ends it.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/echo.html
    """
    return _ESCAPE.sub(_resolved, text.partition("\\c")[0])


def _resolved(escape: re.Match[str]) -> str:
    octal, letter = escape.groups()
    return chr(int(octal, 8) % 256) if octal else _LETTERS.get(letter, escape[0])
