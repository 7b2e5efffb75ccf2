"""Decides which regular expressions of Terraform a JSON Schema may contain, too.

Terraform uses Go's RE2. `jsonschema-rs` checks those of a schema, and other tools read them as ECMAScript. A
schema gets an expression only if its meaning is the same in all three.
"""

from __future__ import annotations

import re

from jsonschema_rs import Draft202012Validator, RegexOptions

# The limit of Go for {n,m}.
_MAX_REPEAT = 1000
_SPACE = r"\t\n\f\r "
_CLASS = r"\[\^?(?:[^\[\]\\&~|^]|\\[dDwWsSnrtfv]|\\[^A-Za-z0-9\s<>])+\]"
_TOKEN = re.compile(
    rf"""(?P<set>{_CLASS})
       | (?P<escape>\\(?:[dDwWsSnrtfv]|[^A-Za-z0-9\s<>]))
       | (?P<anchor>[\^$]|\\[bB])
       | (?P<open>\((?:\?:|(?!\?)))
       | (?P<close>\))
       | (?P<repeat>(?:[*+?]|\{{\d+(?:,\d*)?\}})\??)
       | (?P<or>\|)
       | (?P<char>[^\\\[\](){{}}*+?|^$])""",
    re.VERBOSE,
)


def portable(pattern: str) -> str | None:
    r"""Return the pattern for a schema, or None if a part of it has another meaning elsewhere.

    `\s` and `\S` are replaced by sets: Go's white space is five ASCII characters, elsewhere it is more.
    """
    tokens = _tokens(pattern)
    if tokens is None or not _compiles(pattern):
        return None
    parts = [_spell_out(kind, text) for kind, text in tokens]
    return None if None in parts else "".join(filter(None, parts))


def _spell_out(kind: str, text: str) -> str | None:
    if kind == "set":
        return None if r"\S" in text else text.replace(r"\s", _SPACE)
    return {r"\s": f"[{_SPACE}]", r"\S": f"[^{_SPACE}]"}.get(text, text)


def _tokens(pattern: str) -> list[tuple[str, str]] | None:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None or match.lastgroup is None:
            return None
        tokens.append((match.lastgroup, match.group()))
        position = match.end()
    return tokens if _repeats_follow_atoms(tokens) else None


def _repeats_follow_atoms(tokens: list[tuple[str, str]]) -> bool:
    previous = "or"
    for kind, text in tokens:
        if kind == "repeat" and (
            previous in ("or", "open", "repeat", "anchor") or _limit(text) > _MAX_REPEAT
        ):
            return False
        previous = kind
    return True


def _compiles(pattern: str) -> bool:
    try:
        Draft202012Validator({"pattern": pattern}, pattern_options=RegexOptions())
    except ValueError:
        return False
    return True


def _limit(repeat: str) -> int:
    return max(map(int, re.findall(r"\d+", repeat)), default=0)
