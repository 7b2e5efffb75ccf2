"""Which regular expressions of Terraform may be tried on a caller's value before Terraform sees it.

Terraform's expressions are Go's RE2, which takes linear time. The schema's are ECMAScript's, tried by Python,
which backtracks. An expression is taken over only if it reads the same in all three and cannot make Python
run away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Go's own limit for {n,m}.
_LARGEST_REPEAT = 1000
_MOST_REPEATS = 2
_MOST_CHOICES = 8
_CLASS = r"\[\^?(?:[^\[\]\\&~|^]|\\[dDwWsSnrtfv]|\\[^A-Za-z0-9\s])+\]"
_TOKEN = re.compile(
    rf"""(?P<set>{_CLASS})
       | (?P<escape>\\(?:[dDwWsSnrtfv]|[^A-Za-z0-9\s]))
       | (?P<anchor>[\^$]|\\[bB])
       | (?P<open>\((?:\?:|(?!\?)))
       | (?P<close>\))
       | (?P<repeat>(?:[*+?]|\{{\d+(?:,\d*)?\}})\??)
       | (?P<or>\|)
       | (?P<char>[^\\\[\](){{}}*+?|^$])""",
    re.VERBOSE,
)
_ALPHABET = "".join(map(chr, range(128)))


def is_portable(pattern: str) -> bool:
    """Whether the pattern means the same to Go, ECMAScript and Python, and takes Python at most cubic time.

    Refused besides syntax that differs: more than two repeats that may end at several places (a start
    anywhere in the text counts as one), more than eight groups and options, and repeats within a repeated
    group unless each round begins or ends with a character of its own, as in `(-[a-z]+)*`.
    """
    tokens = _tokens(pattern)
    return tokens is not None and _compiles(pattern) and _is_tame(tokens)


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
    before = "or"
    for kind, text in tokens:
        if kind == "repeat" and (
            before in ("or", "open", "repeat", "anchor") or _limit(text) > _LARGEST_REPEAT
        ):
            return False
        before = kind
    return True


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern, re.ASCII)
    except re.error:
        return False
    return True


def _limit(repeat: str) -> int:
    return max(map(int, re.findall(r"\d+", repeat)), default=0)


def _is_tame(tokens: list[tuple[str, str]]) -> bool:
    starts = 0 if tokens and tokens[0][1] == "^" and not _has_top_level_or(tokens) else 1
    repeats = sum(_may_end_anywhere(tokens, index) for index in range(len(tokens)))
    choices = sum(kind == "open" or (kind == "repeat" and text.startswith("?")) for kind, text in tokens)
    if starts + repeats > _MOST_REPEATS or choices > _MOST_CHOICES:
        return False
    return all(_begins_or_ends_apart(group) for group in _repeated(tokens))


def _has_top_level_or(tokens: list[tuple[str, str]]) -> bool:
    depth = 0
    for kind, _ in tokens:
        depth += (kind == "open") - (kind == "close")
        if kind == "or" and depth == 0:
            return True
    return False


def _repeated(tokens: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """The insides of the groups that may occur more than once in a row."""
    opened: list[int] = []
    for index, (kind, _) in enumerate(tokens):
        if kind == "open":
            opened.append(index)
        elif kind == "close":
            start = opened.pop()
            if _is_long(tokens, index + 1):
                yield tokens[start + 1 : index]


def _is_long(tokens: list[tuple[str, str]], index: int) -> bool:
    """Whether the token there lets what stands before it occur more than once."""
    kind, text = tokens[index] if index < len(tokens) else ("", "")
    return (
        kind == "repeat"
        and not text.startswith("?")
        and (text[0] in "*+" or ",}" in text or _limit(text) > 1)
    )


def _may_end_anywhere(tokens: list[tuple[str, str]], index: int) -> bool:
    """Whether the token is a repeat whose end the next character of a text does not settle."""
    if not _is_long(tokens, index) or _is_exact(tokens[index][1]):
        return False
    atom, following, after = tokens[index - 1], tokens[index + 1 : index + 2], tokens[index + 2 : index + 3]
    if following in ([], [("anchor", "$")]):
        return bool(after)
    if not {atom[0], following[0][0]} <= {"char", "escape", "set"}:
        return True
    may_be_absent = bool(after) and after[0][0] == "repeat" and after[0][1][0] != "+"
    return may_be_absent or bool(_matches(atom[1]) & _matches(following[0][1]))


def _is_exact(repeat: str) -> bool:
    return repeat.startswith("{") and "," not in repeat


def _begins_or_ends_apart(group: list[tuple[str, str]]) -> bool:
    """Whether a text can be cut into rounds of the group in one way only."""
    kinds = [kind for kind, _ in group]
    if "or" in kinds or "open" in kinds or kinds.count("repeat") > 1:
        return False
    return "repeat" not in kinds or _stands_apart(group[0], group[1:]) or _stands_apart(group[-1], group[:-1])


def _stands_apart(atom: tuple[str, str], rest: list[tuple[str, str]]) -> bool:
    """Whether the atom is one character that nothing in the rest can match, and is not itself repeated."""
    if atom[0] not in ("char", "escape") or (rest and rest[0][0] == "repeat"):
        return False
    characters = _matches(atom[1])
    others = [_matches(text) for kind, text in rest if kind in ("char", "escape", "set")]
    return len(characters) == 1 and not any(characters & other for other in others)


def _matches(atom: str) -> frozenset[str]:
    """The ASCII characters that the atom matches; all of them for an atom that names others."""
    if not atom.isascii():
        return frozenset(_ALPHABET)
    compiled = re.compile(atom, re.ASCII)
    return frozenset(char for char in _ALPHABET if compiled.fullmatch(char))
