"""Masks a secret in every encoding that may be logged: escaped for JSON, URLs, HTML and shells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "***"

_WORDS = re.compile(r"[A-Za-z0-9]+")
_TOKENS = re.compile(r"[A-Za-z0-9]+|\\+|.", re.DOTALL)
# Escapes may themselves be escaped, up to twice: each JSON encoding doubles backslashes, each URL encoding
# turns % into %25. The bounds keep the search linear for any text.
_PERCENT = "%(?:25){0,2}"
_BACKSLASH = rf"(?:\\|{_PERCENT}5[Cc])"
_MAYBE_ESCAPED = rf"{_BACKSLASH}{{0,7}}"
_AMPERSAND = "&(?:amp;)?"
_LETTERS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", "\v": "v"}
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# Other forms of one character: a form's blank, the doubling of HCL and printf, the shell's quote.
_OTHER_FORMS = {
    " ": r"\+",
    "$": r"\$\$",
    "%": "%%",
    "'": rf"'{_BACKSLASH}{{1,7}}''|'{_MAYBE_ESCAPED}\"'{_MAYBE_ESCAPED}\"'",
}
# A pattern of more characters is slow to compile.
_MAX_PATTERN_LENGTH = 4096


class ValueEncoding:
    """Finds a secret, in all its encodings, in other texts."""

    def __init__(self, text: str) -> None:
        self.text = text
        # No encoding changes letters and digits: a text without this word does not contain the secret.
        self._word = max(_WORDS.findall(text), key=len, default="")
        self._pattern: re.Pattern[str] | None = None

    def hide(self, text: str) -> str:
        """Return the text with the secret masked in every encoding."""
        if self._word not in text:
            return text
        if self._word == self.text:
            return text.replace(self.text, MASK)
        if len(self.text) > _MAX_PATTERN_LENGTH:
            return without(text, _usual_forms(self.text))
        if self._pattern is None:
            self._pattern = _pattern(self.text)
        return self._pattern.sub(MASK, text)


def without(text: str, forms: Iterable[str]) -> str:
    """Return the text with each of the forms masked."""
    for form in forms:
        text = text.replace(form, MASK)
    return text


def _usual_forms(text: str) -> list[str]:
    once = in_json(text)
    twice = (form for encoded in once for form in in_json(encoded))
    in_urls = (quote(text, safe=safe, errors="replace") for safe in ("/", ""))
    forms = {text, *once, *twice, *in_urls}
    return sorted(forms, key=len, reverse=True)


def _pattern(text: str) -> re.Pattern[str]:
    first, *rest = _TOKENS.findall(text)
    # Backslashes before the secret stay unmasked: searching for them is slow in a text with many.
    return re.compile(_any_form(first, "") + "".join(map(_any_form, rest)))


def _any_form(token: str, escapes: str = _MAYBE_ESCAPED) -> str:
    """Return the pattern of a token: a word, a run of backslashes, or one other character."""
    if token[0] == "\\":
        return f"(?:{_BACKSLASH}|{_entity(token[0])}){{{len(token)},{8 * len(token)}}}"
    if token.isascii() and token.isalnum():
        return token
    data, units = token.encode("utf-8", "replace"), token.encode("utf-16-be", "replace").hex()
    in_url = "".join(_PERCENT + _hexadecimal(f"{byte:02x}") for byte in data)
    # The forms after a backslash. Longer ones come first: a shorter one would match their beginning.
    escaped = [
        "".join(f"{_MAYBE_ESCAPED}u{_hexadecimal(units[at : at + 4])}" for at in range(0, len(units), 4)),
        "".join(f"{_MAYBE_ESCAPED}x{byte:02x}" for byte in data),
        f"[xU]0*{ord(token):x}",
        _LETTERS.get(token, "") or re.escape(token),
        re.escape(token),
    ]
    others = f"{_OTHER_FORMS[token]}|" if token in _OTHER_FORMS else ""
    return f"(?:{others}{_entity(token)}|{escapes}(?:{in_url}|{'|'.join(dict.fromkeys(escaped))}))"


def _entity(character: str) -> str:
    number = ord(character)
    name = f"{_ENTITIES[character]}|" if character in _ENTITIES else ""
    return rf"{_AMPERSAND}(?:{name}\#0*{number}|\#[xX]0*{_hexadecimal(f'{number:x}')});"


def _hexadecimal(digits: str) -> str:
    """Return the pattern of hexadecimal digits in small or capital letters."""
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)


def in_json(text: str) -> set[str]:
    """Return the forms of a text inside a JSON string, as Python and Go encode it."""
    plain = json.dumps(text, ensure_ascii=False)[1:-1]
    # Go escapes these three characters in strings; https://pkg.go.dev/encoding/json#Marshal
    by_go = plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return {plain, by_go, json.dumps(text)[1:-1]}
