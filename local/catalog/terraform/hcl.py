"""Reads HCL files with python-hcl2 8.1, and converts the values that it returns in its own format."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Any

from local.catalog.problems import TemplateProblem
from local.catalog.terraform.expressions import (
    Expression,
    Literal,
    ObjectExpression,
    TupleExpression,
    UnsupportedExpression,
    unescape,
    unquote,
)
from local.catalog.terraform.expressions import parse as parse_expression

_HEREDOC = re.compile(r'"<<(-?)\s*[\w-]+[ \t]*\n(.*?)\n?[ \t]*[\w-]+"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a file: its type, its labels, and its attributes in the format of python-hcl2."""

    file: str
    line: int | None
    type: str
    labels: tuple[str, ...]
    body: dict[str, Any]


def read_blocks(file: str, content: bytes) -> list[Block]:
    """Return the top-level `variable`, `output` and `terraform` blocks of a file.

    Raises TemplateProblem with the line.
    """
    text = _text(file, content)
    document = _parse(file, text)
    blocks: list[Block] = []
    for kind, depth in (("variable", 1), ("output", 1), ("terraform", 0)):
        for body in document.get(kind, []):
            labels, inner = _peel(body, depth)
            line = _line_of(text, kind, labels)
            if len(labels) < depth:
                raise TemplateProblem(file, f"a {kind} block has no name", line)
            blocks.append(Block(file, line, kind, labels, inner))
    return blocks


def expression(value: Any) -> Expression:
    """Return the expression of a value from python-hcl2. Raises UnsupportedExpression."""
    if isinstance(value, str):
        return _text_expression(value)
    if isinstance(value, list):
        return TupleExpression(tuple(expression(item) for item in value))
    if isinstance(value, dict):
        return ObjectExpression(
            tuple((_key(key), expression(item)) for key, item in value.items() if _is_plain(key))
        )
    return Literal(int(value) if isinstance(value, float) and value.is_integer() else value)


def literal(value: Expression) -> Any:
    """Return the JSON value of an expression of literals. Raises UnsupportedExpression for any other."""
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, TupleExpression):
        return [literal(item) for item in value.items]
    if isinstance(value, ObjectExpression):
        return {key: literal(item) for key, item in value.items}
    raise UnsupportedExpression("it is computed")


def string(body: dict[str, Any], key: str) -> str | None:
    """Return the string under the key if it is there and literal."""
    try:
        value = literal(expression(body.get(key)))
    except UnsupportedExpression:
        return None
    return value if isinstance(value, str) else None


def _text(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TemplateProblem(file, "the file is not UTF-8 text", line) from error


def _parse(file: str, text: str) -> dict[str, Any]:
    import hcl2
    from lark.exceptions import LarkError

    options = hcl2.SerializationOptions(with_comments=False, explicit_blocks=False)
    try:
        # Unlike Terraform, the grammar requires a newline after the last line.
        document: dict[str, Any] = hcl2.loads(text + "\n", serialization_options=options)
    except (LarkError, RecursionError) as error:
        line = getattr(error, "line", None)
        # For an unexpected end of the file, the parser reports the line after the last one.
        line_number = min(line, len(text.splitlines())) if isinstance(line, int) and line > 0 else None
        raise TemplateProblem(file, "the catalog cannot read this HCL", line_number) from error
    return document


def _peel(body: dict[str, Any], depth: int) -> tuple[tuple[str, ...], dict[str, Any]]:
    labels: list[str] = []
    for _ in range(depth):
        label, inner = next(iter(body.items()), ("", None))
        if not isinstance(inner, dict):
            break
        labels.append(label.strip('"'))
        body = inner
    return tuple(labels), body


def _line_of(text: str, kind: str, labels: tuple[str, ...]) -> int | None:
    names = "".join(rf'\s+"?{re.escape(label)}"?' for label in labels)
    match = re.search(rf"^[ \t]*{kind}{names}\s*\{{", text, re.MULTILINE)
    return None if match is None else text.count("\n", 0, match.start()) + 1


def _text_expression(value: str) -> Expression:
    if heredoc := _HEREDOC.fullmatch(value):
        indented, body = heredoc.groups()
        text = textwrap.dedent(body) if indented else body
        # A heredoc has no backslash escapes, only those of interpolation.
        return Literal(unescape(text.replace("\\", "\\\\")) + "\n")
    if value.startswith('"'):
        return Literal(unquote(value))
    return parse_expression(value.removeprefix("${").removesuffix("}") if value.startswith("${") else value)


def _key(key: str) -> str:
    return unquote(key) if key.startswith('"') else key


def _is_plain(key: str) -> bool:
    return not (key.startswith("__") and key.endswith("__"))
