"""What a text may look like by the time that somebody says it: escaped, encoded, in base64."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

MASK = "***"

_WORDS = re.compile(r"[A-Za-z0-9]+")
_TOKENS = re.compile(r"[A-Za-z0-9]+|\\+|.", re.DOTALL)
# Escapes may themselves be escaped, twice: each round of JSON doubles backslashes, each of a URL makes % to
# %25. The bounds keep a search linear, whatever the text.
_PERCENT = "%(?:25){0,2}"
_BACKSLASH = rf"(?:\\|{_PERCENT}5[Cc])"
_MAYBE_ESCAPED = rf"{_BACKSLASH}{{0,7}}"
_AMPERSAND = "&(?:amp;)?"
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", "\v": "v"}
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# how else one character may stand there: a form's blank, HCL's and printf's doubling, the shell's quote
_ALSO = {
    " ": r"\+",
    "$": r"\$\$",
    "%": "%%",
    "'": rf"'{_BACKSLASH}{{1,7}}''|'{_MAYBE_ESCAPED}\"'{_MAYBE_ESCAPED}\"'",
}
# a pattern of many characters is slow to compile
_LONGEST_PATTERN = 4096
# less than this in a line of base64 hides nothing, and would mask ordinary words
_SHORTEST_LINE = 6


class Disguised:
    """A text, and how to find it in another one."""

    def __init__(self, text: str) -> None:
        self.text = text
        # no encoding touches letters and digits: where they are not, nothing is
        self._word = max(_WORDS.findall(text), key=len, default="")
        self._pattern: re.Pattern[str] | None = None

    def hide(self, said: str) -> str:
        """What was said, with the mask wherever it holds the text."""
        if self._word not in said:
            return said
        if self._word == self.text:
            return said.replace(self.text, MASK)
        if len(self.text) > _LONGEST_PATTERN:
            return _without(said, _usual_forms(self.text))
        if self._pattern is None:
            self._pattern = _pattern(self.text)
        return self._pattern.sub(MASK, said)


def _without(said: str, forms: Iterable[str]) -> str:
    for form in forms:
        said = said.replace(form, MASK)
    return said


def _usual_forms(text: str) -> list[str]:
    in_json = _in_json(text)
    in_urls = (quote(text, safe=safe, errors="replace") for safe in ("/", ""))
    forms = {text, *in_json, *(form for each in in_json for form in _in_json(each)), *in_urls}
    return sorted(forms, key=len, reverse=True)


def _pattern(text: str) -> re.Pattern[str]:
    first, *rest = _TOKENS.findall(text)
    # Backslashes before all of it may stay. To look for them would take long in a text of many.
    return re.compile(_any_form(first, "") + "".join(map(_any_form, rest)))


def _any_form(token: str, escapes: str = _MAYBE_ESCAPED) -> str:
    """The pattern of one character that is no letter or digit, of a run of backslashes, or of a word."""
    if token[0] == "\\":
        return f"(?:{_BACKSLASH}|{_entity(token[0])}){{{len(token)},{8 * len(token)}}}"
    if token.isascii() and token.isalnum():
        return token
    data, units = token.encode("utf-8", "replace"), token.encode("utf-16-be", "replace").hex()
    in_url = "".join(_PERCENT + _hexadecimal(f"{byte:02x}") for byte in data)
    # after a backslash; longer forms first, or they would be taken for shorter ones
    escaped = [
        "".join(f"{_MAYBE_ESCAPED}u{_hexadecimal(units[at : at + 4])}" for at in range(0, len(units), 4)),
        "".join(f"{_MAYBE_ESCAPED}x{byte:02x}" for byte in data),
        f"[xU]0*{ord(token):x}",
        _LETTERS.get(token, "") or re.escape(token),
        re.escape(token),
    ]
    also = f"{_ALSO[token]}|" if token in _ALSO else ""
    return f"(?:{also}{_entity(token)}|{escapes}(?:{in_url}|{'|'.join(dict.fromkeys(escaped))}))"


def _entity(character: str) -> str:
    number = ord(character)
    name = f"{_ENTITIES[character]}|" if character in _ENTITIES else ""
    return rf"{_AMPERSAND}(?:{name}\#0*{number}|\#[xX]0*{_hexadecimal(f'{number:x}')});"


def _hexadecimal(digits: str) -> str:
    """The pattern of digits in small or capital letters."""
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)


class Base64:
    """Finds texts in base64 of both alphabets: alone, in the middle of something longer, in wrapped lines."""

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
        for form in sorted({text, *_in_json(text)}):
            forms = _aligned(form.encode("utf-8", "replace"))
            for encoded in sorted(forms):
                # a long one is found by its parts too
                if len(encoded) < self._LONG or not any(encoded in other for other in forms - {encoded}):
                    self._add(encoded)

    def hide(self, said: str) -> str:
        """What was said, with the mask wherever it holds one of the texts."""
        # long ones first: what a short one leaves of a long one might be too little to be found
        said = self._RUN.sub(self._masked, said) if self._grams else said
        return _without(said, self._short)

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


def _in_json(text: str) -> set[str]:
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    # Go escapes these three in strings; https://pkg.go.dev/encoding/json#Marshal
    of_go = plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return {plain, of_go, json.dumps(text)[1:-1]}


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
