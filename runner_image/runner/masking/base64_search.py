"""Masks base64-encoded secrets: in both alphabets, alone, inside longer data, and in wrapped lines."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from runner.masking.encodings import MASK, in_json, without

# The rest of a wrapped line is masked only if it is longer: less would mask ordinary words.
_MAX_UNMASKED_LINE = 6


class Base64:
    """Holds the encoded secrets, and masks them in a text."""

    # A long secret is also masked where only a part of it appears. An index of n-grams finds the part: one
    # n-gram for every `_GRAM_LENGTH` characters. A match shorter than `_MIN_MATCH` may be chance. A secret
    # shorter than `_MIN_INDEXED` is masked only where all of it appears. If an n-gram occurs often in the
    # secrets, as in a row of zeros, only the first `_MAX_POSITIONS` positions are kept.
    _GRAM_LENGTH = 12
    _MAX_POSITIONS = 8
    _MIN_MATCH = 20
    _MIN_INDEXED = 24
    _RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{_MIN_MATCH},}}")
    _STANDARD = str.maketrans("-_", "+/")
    _URL = str.maketrans("+/", "-_")

    def __init__(self) -> None:
        self._grams: dict[str, list[tuple[str, int]]] = {}
        self._short: dict[str, None] = {}

    def add(self, text: str) -> None:
        """Add a secret, which is also masked where it is part of encoded JSON."""
        for form in sorted({text, *in_json(text)}):
            forms = _aligned(form.encode("utf-8", "replace"))
            for encoded in sorted(forms):
                # The index finds a long one by its parts, so a form within another one needs no entry.
                if len(encoded) < self._MIN_INDEXED or not any(
                    encoded in other for other in forms - {encoded}
                ):
                    self._add(encoded)

    def hide(self, text: str) -> str:
        """Return the text with every encoded secret masked."""
        # Long secrets first: after masking a short one, the rest of a long one might be too short to find.
        text = self._RUN.sub(self._masked, text) if self._grams else text
        return without(text, self._short)

    def _add(self, encoded: str) -> None:
        if len(encoded) < self._MIN_INDEXED:
            self._short |= {encoded: None, encoded.translate(self._URL): None}
            return
        for at in range(0, len(encoded) - self._GRAM_LENGTH + 1, self._GRAM_LENGTH):
            positions = self._grams.setdefault(encoded[at : at + self._GRAM_LENGTH], [])
            if len(positions) < self._MAX_POSITIONS:
                positions.append((encoded, at))

    def _masked(self, match: re.Match[str]) -> str:
        spans = self._spans(match[0].translate(self._STANDARD))
        pieces: list[str] = []
        done = 0
        for begin, end in sorted(spans):
            if not pieces or begin > done:
                pieces += (match[0][done:begin], MASK)
            done = max(done, end)
        return "".join((*pieces, match[0][done:]))

    def _spans(self, run: str) -> Iterator[tuple[int, int]]:
        at = 0
        while at <= len(run) - self._GRAM_LENGTH:
            positions = self._grams.get(run[at : at + self._GRAM_LENGTH])
            at += 1
            if positions is None:
                continue
            spans = (_common_span(run, at - 1, *position) for position in positions)
            begin, end = max(spans, key=lambda span: span[1] - span[0])
            if end - begin >= self._MIN_MATCH:
                yield begin, end
            # Go back far enough to find the n-gram of another secret that begins here and reaches further.
            at = max(at, end - 2 * self._GRAM_LENGTH + 1)


def _aligned(data: bytes) -> set[str]:
    """Return the data in base64: alone, and as it appears inside longer data, in three alignments.

    Inside longer data the characters at both ends also encode bits of the neighbours, so they are left out.
    """
    alone = base64.b64encode(data).decode().rstrip("=")
    # Encoders wrap lines at these widths; the last line may be too short for the index.
    last_lines = {alone[len(alone) // width * width :] for width in (64, 76)}
    forms = {alone, *(line for line in last_lines if len(line) > _MAX_UNMASKED_LINE)}
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        bits = 8 * (before + len(data))
        forms.add(base64.b64encode(bytes(before) + data).decode()[shared : bits // 6])
    return forms


def _common_span(run: str, at: int, form: str, offset: int) -> tuple[int, int]:
    """Return where the text that `run` (around `at`) and `form` (around `offset`) share begins and ends in
    `run`.
    """
    shift = offset - at
    begin = end = at
    while begin > 0 and begin + shift > 0 and run[begin - 1] == form[begin - 1 + shift]:
        begin -= 1
    while end < len(run) and end + shift < len(form) and run[end] == form[end + shift]:
        end += 1
    return begin, end
