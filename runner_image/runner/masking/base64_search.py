"""Finds texts in base64: of both alphabets, alone, in the middle of something longer, in wrapped lines."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from runner.masking.encodings import MASK, in_json, without

# less than this in a line hides nothing, and would mask ordinary words
_SHORTEST_LINE = 6


class Base64:
    """The texts to find, and the search for them."""

    # Of a long text every `_GRAM`-th character begins a gram, by which a part of it is found; less than
    # `_LEAST` in a row may be chance. A shorter text is found only whole. A gram that stands at many places,
    # as in a row of zeros, is looked for at some of them.
    _GRAM = 12
    _PLACES = 8
    _LEAST = 20
    _LONG = 24
    _RUN = re.compile(rf"[A-Za-z0-9+/_-]{{{_LEAST},}}")
    _STANDARD = str.maketrans("-_", "+/")
    _URL = str.maketrans("+/", "-_")

    def __init__(self) -> None:
        self._grams: dict[str, list[tuple[str, int]]] = {}
        self._short: dict[str, None] = {}

    def add(self, text: str) -> None:
        """Find this too, also where it stands within JSON."""
        for form in sorted({text, *in_json(text)}):
            forms = _aligned(form.encode("utf-8", "replace"))
            for encoded in sorted(forms):
                # a long one is found by its parts too
                if len(encoded) < self._LONG or not any(encoded in other for other in forms - {encoded}):
                    self._add(encoded)

    def hide(self, said: str) -> str:
        """What was said, with the mask wherever it holds one of the texts."""
        # long ones first: what a short one leaves of a long one might be too little to be found
        said = self._RUN.sub(self._masked, said) if self._grams else said
        return without(said, self._short)

    def _add(self, encoded: str) -> None:
        if len(encoded) < self._LONG:
            self._short |= {encoded: None, encoded.translate(self._URL): None}
            return
        for at in range(0, len(encoded) - self._GRAM + 1, self._GRAM):
            places = self._grams.setdefault(encoded[at : at + self._GRAM], [])
            if len(places) < self._PLACES:
                places.append((encoded, at))

    def _masked(self, match: re.Match[str]) -> str:
        spans = self._spans(match[0].translate(self._STANDARD))
        said: list[str] = []
        done = 0
        for begin, end in sorted(spans):
            if not said or begin > done:
                said += (match[0][done:begin], MASK)
            done = max(done, end)
        return "".join((*said, match[0][done:]))

    def _spans(self, run: str) -> Iterator[tuple[int, int]]:
        at = 0
        while at <= len(run) - self._GRAM:
            places = self._grams.get(run[at : at + self._GRAM])
            at += 1
            if places is None:
                continue
            spans = (_common(run, at - 1, *place) for place in places)
            begin, end = max(spans, key=lambda span: span[1] - span[0])
            if end - begin >= self._LEAST:
                yield begin, end
            # back by as much as the next gram of another text may need, which reaches further
            at = max(at, end - 2 * self._GRAM + 1)


def _aligned(data: bytes) -> set[str]:
    """The data in base64, alone and in the middle of something longer: there the characters at its ends hold
    bits of its neighbours, and what stands between is one of three.
    """
    alone = base64.b64encode(data).decode().rstrip("=")
    # at the usual widths of a line, what is left for the last one may be short
    last = {alone[len(alone) // width * width :] for width in (64, 76)}
    forms = {alone, *(each for each in last if len(each) > _SHORTEST_LINE)}
    for before, shared in ((0, 0), (1, 2), (2, 3)):
        bits = 8 * (before + len(data))
        forms.add(base64.b64encode(bytes(before) + data).decode()[shared : bits // 6])
    return forms


def _common(run: str, at: int, form: str, offset: int) -> tuple[int, int]:
    """From where to where the run has what stands in the form around the offset."""
    shift = offset - at
    begin = end = at
    while begin > 0 and begin + shift > 0 and run[begin - 1] == form[begin - 1 + shift]:
        begin -= 1
    while end < len(run) and end + shift < len(form) and run[end] == form[end + shift]:
        end += 1
    return begin, end
