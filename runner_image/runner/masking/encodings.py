"""What a text may look like by the time that somebody says it: escaped for JSON, URLs, HTML and shells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
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
_MAX_PATTERN_LENGTH = 4096


class ValueEncoding:
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
        if len(self.text) > _MAX_PATTERN_LENGTH:
            return without(said, _usual_forms(self.text))
        if self._pattern is None:
            self._pattern = _pattern(self.text)
        return self._pattern.sub(MASK, said)


def without(said: str, forms: Iterable[str]) -> str:
    """What was said, with the mask in the place of each form."""
    for form in forms:
        said = said.replace(form, MASK)
    return said


def _usual_forms(text: str) -> list[str]:
    once = in_json(text)
    twice = (form for each in once for form in in_json(each))
    in_urls = (quote(text, safe=safe, errors="replace") for safe in ("/", ""))
    forms = {text, *once, *twice, *in_urls}
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


def in_json(text: str) -> set[str]:
    """The text within a string of JSON, as Python and Go write it."""
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    # Go escapes these three in strings; https://pkg.go.dev/encoding/json#Marshal
    of_go = plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return {plain, of_go, json.dumps(text)[1:-1]}
