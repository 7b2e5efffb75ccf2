from __future__ import annotations

import pytest

from local.catalog.terraform.expressions import (
    Call,
    Literal,
    Not,
    ObjectExpression,
    Operation,
    Reference,
    TupleExpression,
    UnsupportedExpression,
    parse,
    unescape,
)


def test_and_binds_tighter_than_or_and_comparison_tighter_than_both() -> None:
    a, b, c = Reference("a"), Reference("b"), Reference("c")

    assert parse("a || b && c == 1") == Operation("||", a, Operation("&&", b, Operation("==", c, Literal(1))))


def test_equal_operators_group_from_the_left() -> None:
    a, b, c = Reference("a"), Reference("b"), Reference("c")

    assert parse("a && b && c") == Operation("&&", Operation("&&", a, b), c)


def test_calls_collections_and_negations_nest() -> None:
    assert parse('!f([1, -2.5, "x",], { "a b" = true, c : null }, (var.d))') == Not(
        Call(
            "f",
            (
                TupleExpression((Literal(1), Literal(-2.5), Literal("x"))),
                ObjectExpression((("a b", Literal(True)), ("c", Literal(None)))),
                Reference("var.d"),
            ),
        )
    )


def test_a_number_in_scientific_form_is_read() -> None:
    assert parse("1e3") == Literal(1000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "a[0]",
        "[for x in y : x]",
        '"${a}"',
        "a ? b : c",
        "a +",
        "-a",
        "f(a",
        "{ (a) = 1 }",
        "a...",
        "@",
    ],
)
def test_what_is_not_known_is_said_to_be_not_understood(text: str) -> None:
    with pytest.raises(UnsupportedExpression):
        parse(text)


def test_escapes_of_strings_are_resolved() -> None:
    assert unescape(r"a\n\t\"\\ é\U0001F600 $${x} %%{y} $5") == 'a\n\t"\\ é😀 ${x} %{y} $5'


@pytest.mark.parametrize("text", ["${x}", "%{if x}", r"\q"])
def test_interpolation_and_unknown_escapes_are_not_taken_for_text(text: str) -> None:
    with pytest.raises(UnsupportedExpression):
        unescape(text)
