"""Masks secrets in logs, failure texts and everything else that a job writes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

from runner.masking.base64_search import Base64
from runner.masking.encodings import MASK, ValueEncoding

# Masking shorter values would mask ordinary words, and would hide nothing that cannot be guessed.
_MIN_LENGTH = 6
_ESCAPE = re.compile(r"\\(?:0?([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


class SecretMasker:
    """Replaces secret values and each of their lines by `***`, in the encodings that `encodings.py` and
    `base64_search.py` know.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        self._encodings: list[ValueEncoding] = []
        self._base64 = Base64()
        self.add(secrets)

    def add(self, secrets: Iterable[Any]) -> None:
        """Mask further values. Of a list or an object, mask every text and number in it."""
        new = {part for text in texts_in(list(secrets)) for part in _parts(text)} - self._secrets
        self._secrets |= new
        # Longest first, as a secret may contain another one.
        for part in sorted(new, key=lambda part: (-len(part), part)):
            self._base64.add(part)
        encodings = (*self._encodings, *map(ValueEncoding, new))
        self._encodings = sorted(encodings, key=lambda encoding: len(encoding.text), reverse=True)

    def __call__(self, text: str) -> str:
        for encoding in self._encodings:
            text = encoding.hide(text)
        return self._base64.hide(text)

    def all_in(self, value: Any) -> Any:
        """Return a JSON value with every text and number masked, the names in objects too."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {self(name): self.all_in(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.all_in(item) for item in value]
        text = " ".join(texts_in(value))
        return value if self(text) == text else MASK


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text and number in a JSON value, numbers in every notation, without names in objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)
    elif isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        yield from {str(value), *_digits(Decimal(str(value)))}


def _digits(number: Decimal) -> Iterator[str]:
    """Yield the number in full, as Terraform writes it, and with an exponent, as Go does."""
    yield _without_zeros(f"{number:f}")
    mantissa, exponent = f"{number:e}".split("e")
    yield f"{_without_zeros(mantissa)}e{int(exponent):+03d}"


def _without_zeros(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a text that are masked: the text and each of its lines.

    The same goes for the text with composed characters, as Terraform writes it, and as the shell's `echo`
    prints it.
    """
    for form in {text, unicodedata.normalize("NFC", text), _echoed(text)}:
        for part in {form, form.strip(), *(line.strip() for line in form.splitlines())}:
            if len(part) >= _MIN_LENGTH:
                yield part


def _echoed(text: str) -> str:
    """Return the text with its escapes resolved, and cut at the escape that ends the output.

    https://pubs.opengroup.org/onlinepubs/9799919799/utilities/echo.html
    """
    return _ESCAPE.sub(_resolved, text.partition("\\c")[0])


def _resolved(escape: re.Match[str]) -> str:
    octal, letter = escape.groups()
    return chr(int(octal, 8) % 256) if octal else _LETTERS.get(letter, escape[0])
