from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest

from functions.domain.codec import DecodeError, JsonRecord, from_plain, text_members, to_plain


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    note: str | None
    colour: Colour = Colour.RED


@dataclass(frozen=True, slots=True)
class Whole(JsonRecord):
    number: int
    at: datetime
    part: Part
    is_old: bool = False
    colour: Colour | None = None
    parts: tuple[Part, ...] = ()
    spare: Part | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    anything: Any = None


AT = datetime(2026, 11, 21, 3, 4, 5, 678_000, tzinfo=UTC)
PART = Part("a", None)
WHOLE = Whole(
    number=2**70,
    at=AT,
    part=PART,
    is_old=True,
    colour=Colour.BLUE,
    parts=(PART, Part("b", "c", Colour.BLUE)),
    spare=Part("d", None),
    counts={"x": 1},
    anything={"deep": [None, 1.5, {"er": "ü"}]},
)
MINIMAL_BODY = {"number": 1, "at": "2026-11-21T03:04:05.678Z", "part": {"name": "a"}}


def test_a_record_comes_back_as_it_was() -> None:
    assert Whole.from_json(WHOLE.to_json()) == WHOLE


def test_a_member_that_is_missing_takes_its_default_or_is_none_where_it_may_be() -> None:
    assert from_plain(Whole, MINIMAL_BODY) == Whole(1, AT, Part("a", None))


def test_a_member_that_is_not_known_is_ignored() -> None:
    body = to_plain(WHOLE)

    assert from_plain(Whole, {**body, "part": {**body["part"], "later": 1}, "later": []}) == WHOLE


def test_what_has_its_default_may_be_left_out() -> None:
    plain = to_plain(Whole(1, AT, PART, parts=(PART,)), omit_defaults=True)

    assert plain == {
        **MINIMAL_BODY,
        "part": {"name": "a", "note": None},
        "parts": [{"name": "a", "note": None}],
    }


def test_nothing_is_plain_nothing() -> None:
    assert to_plain(None) is None


@pytest.mark.parametrize(
    ("member", "value", "problem"),
    [
        ("number", True, "reading Whole.number: it must be a whole number, not true or false"),
        ("number", 1.0, "reading Whole.number: it must be a whole number, not a number"),
        ("number", None, "reading Whole.number: it must be a whole number, not null"),
        ("at", "yesterday", "reading Whole.at: it must be an RFC 3339 time with an offset"),
        ("at", 3, "reading Whole.at: it must be an RFC 3339 time with an offset"),
        ("is_old", "true", "reading Whole.is_old: it must be true or false, not a text"),
        ("colour", "green", "reading Whole.colour: it must be one of red, blue"),
        ("colour", ["red"], "reading Whole.colour: it must be one of red, blue"),
        ("part", "a", "reading Whole.part: it must be an object, not a text"),
        ("part", {"note": "b"}, "reading Whole.part.name: it is missing"),
        ("parts", {"a": 1}, "reading Whole.parts: it must be a list, not an object"),
        ("parts", [{"name": 1}], "reading Whole.parts.name: it must be a text, not a whole number"),
        ("spare", {"name": "a", "colour": "x"}, "reading Whole.spare.colour: it must be one of red, blue"),
        ("counts", {"a": "1"}, "reading Whole.counts.a: it must be a whole number, not a text"),
    ],
)
def test_what_is_wrong_is_named_by_its_member(member: str, value: object, problem: str) -> None:
    with pytest.raises(DecodeError) as caught:
        from_plain(Whole, {**MINIMAL_BODY, member: value})

    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("text", "problem"), [("[]", "reading Whole: it must be an object, not a list"), ("{", "Expecting")]
)
def test_what_is_no_record_at_all_is_a_value_error(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Whole.from_json(text)


def test_no_value_is_repeated_in_an_error() -> None:
    with pytest.raises(DecodeError) as caught:
        from_plain(Whole, {**MINIMAL_BODY, "part": {"name": {"password": "hidden-1"}}})

    assert "hidden-1" not in str(caught.value)


def test_what_is_no_text_as_json_is_not_among_the_text_members() -> None:
    assert text_members(Whole) == {"at", "colour"}


def test_a_type_that_has_no_codec_is_refused_when_the_program_is_written() -> None:
    @dataclass(frozen=True)
    class Odd:
        share: float

    with pytest.raises(TypeError, match="float"):
        to_plain(Odd(1.0))


def test_a_document_says_everything_even_what_has_its_default() -> None:
    assert json.loads(replace(WHOLE, parts=()).to_json())["parts"] == []
