"""A small parser for HCL expressions: it supports type constraints, literals and usual conditions.

python-hcl2 returns expressions as text. For other syntax (indexing, `for`, splats, interpolation) the parser
raises UnsupportedExpression, and the caller leaves the expression to Terraform.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias


class UnsupportedExpression(Exception):
    """The expression uses syntax that this parser does not support."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A string, number, bool or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Reference:
    """A name or a dotted traversal, such as `string` or `var.name`."""

    path: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or a type constructor, with its arguments."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands and the operator between them."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a condition."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class TupleExpression:
    """`[a, b]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectExpression:
    """`{ a = b }`."""

    items: tuple[tuple[str, Expression], ...]


Expression: TypeAlias = Literal | Reference | Call | Operation | Not | TupleExpression | ObjectExpression

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<name>[^\W\d][\w-]*(?:\.[^\W\d][\w-]*)*)
      | (?P<string>"(?:[^"\\\n]|\\.)*")
      | (?P<symbol>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:=,()\[\]{}])
    )""",
    re.VERBOSE,
)
_PRECEDENCE = {"||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "%": 6}
_KEYWORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|\$\$\{|%%\{|([$%]\{)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def parse(text: str) -> Expression:
    """Return the expression in the text. Raises UnsupportedExpression."""
    reader = _Reader(_tokens(text))
    expression = reader.operation(0)
    reader.expect("end", "")
    return expression


def unquote(quoted: str) -> str:
    """Return the value of a quoted HCL string. Raises UnsupportedExpression for one with interpolation."""
    return unescape(quoted[1:-1])


def unescape(text: str) -> str:
    """Return the text with HCL's escapes resolved.

    Raises UnsupportedExpression for an interpolation or an unknown escape.
    """

    def replace(match: re.Match[str]) -> str:
        short, long, char, interpolation = match.groups()
        if interpolation or (char and char not in _ESCAPES):
            raise UnsupportedExpression(match.group())
        if short or long:
            return chr(int(short or long, 16))
        return _ESCAPES[char] if char else match.group()[1:]

    return _ESCAPE.sub(replace, text)


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise UnsupportedExpression(text[position:])
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return [*tokens, ("end", "")]


class _Reader:
    """Reads by precedence climbing: `operation(n)` takes the operators that bind tighter than n."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._next = 0

    def take(self) -> tuple[str, str]:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def accept(self, symbol: str) -> bool:
        is_next = self._tokens[self._next] == ("symbol", symbol)
        self._next += is_next
        return is_next

    def expect(self, kind: str, value: str) -> None:
        if self.take() != (kind, value):
            raise UnsupportedExpression(f"{value or kind!r} is missing")

    def operation(self, above: int) -> Expression:
        left = self.operand()
        while (precedence := _PRECEDENCE.get(self._tokens[self._next][1], 0)) > above:
            operator = self.take()[1]
            left = Operation(operator, left, self.operation(precedence))
        return left

    def operand(self) -> Expression:
        kind, value = self.take()
        if kind == "number":
            return Literal(_number(value))
        if kind == "string":
            return Literal(unquote(value))
        if kind == "name":
            return self._named(value)
        if kind == "symbol" and value in _OPENERS:
            return _OPENERS[value](self)
        raise UnsupportedExpression(value or "the end")

    def _named(self, name: str) -> Expression:
        if self.accept("("):
            return Call(name, self._items(")"))
        return Literal(_KEYWORDS[name]) if name in _KEYWORDS else Reference(name)

    def group(self) -> Expression:
        inner = self.operation(0)
        self.expect("symbol", ")")
        return inner

    def negation(self) -> Expression:
        return Not(self.operand())

    def minus(self) -> Expression:
        operand = self.operand()
        if not isinstance(operand, Literal) or not isinstance(operand.value, (int, float)):
            raise UnsupportedExpression("the operand of minus is not a number")
        return Literal(-operand.value)

    def sequence(self) -> Expression:
        return TupleExpression(self._items("]"))

    def object(self) -> Expression:
        items: list[tuple[str, Expression]] = []
        while not self.accept("}"):
            kind, key = self.take()
            if kind not in ("name", "string") or not (self.accept("=") or self.accept(":")):
                raise UnsupportedExpression("a key is computed")
            items.append((unquote(key) if kind == "string" else key, self.operation(0)))
            self.accept(",")
        return ObjectExpression(tuple(items))

    def _items(self, closer: str) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not self.accept(closer):
            items.append(self.operation(0))
            if not self.accept(","):
                self.expect("symbol", closer)
                break
        return tuple(items)


_OPENERS = {
    "(": _Reader.group,
    "!": _Reader.negation,
    "-": _Reader.minus,
    "[": _Reader.sequence,
    "{": _Reader.object,
}


def _number(text: str) -> int | float:
    value = float(text)
    return int(text) if text.isdigit() else int(value) if value.is_integer() else value
