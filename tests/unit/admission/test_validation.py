from __future__ import annotations

from typing import Any

import pytest

from functions.domain.errors import FieldProblem
from functions.validation.json_schema import MAX_PROBLEMS, validate

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "ratio": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        "on": {"type": "boolean"},
        "kind": {"type": ["string", "null"], "enum": ["a", "b", None]},
        "fixed": {"const": "x"},
        "items": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "uniqueItems": True,
            "items": {"type": "string"},
        },
        "tags": {"type": "object", "maxProperties": 1, "additionalProperties": {"type": "string"}},
        "code": {"type": "string", "not": {"type": "string", "pattern": "^x"}},
        "secret": {"type": "object", "x-sensitive": True, "additionalProperties": False, "properties": {}},
    },
}


def problems(**fields: Any) -> list[FieldProblem]:
    return validate({"name": "abc", **fields}, SCHEMA)


def test_a_value_that_fits_has_no_problems() -> None:
    assert problems(count=9, ratio=0.5, on=False, kind=None, items=["a"], tags={"a": "b"}) == []


@pytest.mark.parametrize(
    ("field", "value", "code", "detail", "expected"),
    [
        ("name", 3, "wrong_type", "must be a string, got a number", "string"),
        ("name", None, "wrong_type", "must be a string, got null", "string"),
        ("name", "a", "too_short", "must have 2 or more characters", 2),
        ("name", "", "too_short", "must have 2 or more characters", 2),
        ("name", "abcdef", "too_long", "must have 5 or fewer characters", 5),
        ("name", "ABC", "bad_pattern", "must match ^[a-z]+$", "^[a-z]+$"),
        ("count", "3", "wrong_type", "must be a whole number, got a string", "integer"),
        ("count", True, "wrong_type", "must be a whole number, got a boolean", "integer"),
        ("count", 1.5, "not_integer", "must be a whole number, got a number", "integer"),
        ("count", 0, "too_small", "must be at least 1", 1),
        ("count", 10, "too_large", "must be at most 9", 9),
        ("ratio", 0, "too_small", "must be greater than 0", 0),
        ("ratio", 1, "too_large", "must be less than 1", 1),
        ("on", "true", "wrong_type", "must be true or false, got a string", "boolean"),
        ("on", 1, "wrong_type", "must be true or false, got a number", "boolean"),
        ("kind", "c", "not_allowed", "must be one of 'a', 'b', null", ["a", "b", None]),
        ("fixed", "y", "not_allowed", "must be 'x'", "x"),
        ("items", [], "too_few", "must have 1 or more items", 1),
        ("items", ["a", "b", "c"], "too_many", "must have 2 or fewer items", 2),
        ("items", ["a", "a"], "duplicate_items", "must not contain an item twice", None),
        ("items", "a", "wrong_type", "must be a list, got a string", "array"),
        ("tags", {"a": "1", "b": "2"}, "too_many", "must have 1 or fewer entries", 1),
        ("tags", ["a"], "wrong_type", "must be an object, got a list", "object"),
        ("code", "xy", "not_allowed", "must not match ^x", None),
    ],
)
def test_a_wrong_field_is_told_in_plain_words(
    field: str, value: Any, code: str, detail: str, expected: Any
) -> None:
    assert problems(**{field: value}) == [FieldProblem(f"/parameters/{field}", code, detail, expected)]


def test_every_wrong_field_is_told_at_once_in_the_order_of_pointers() -> None:
    invalid = validate({"on": 1, "count": 0, "tags": {"a/b": 1, "c~d": 2}}, SCHEMA, root="")

    assert [(problem.pointer, problem.code) for problem in invalid] == [
        ("/count", "too_small"),
        ("/name", "missing"),
        ("/on", "wrong_type"),
        ("/tags", "too_many"),
        ("/tags/a~1b", "wrong_type"),
        ("/tags/c~0d", "wrong_type"),
    ]


def test_a_missing_field_says_what_type_is_wanted() -> None:
    assert validate({}, SCHEMA) == [FieldProblem("/parameters/name", "missing", "is required", "string")]


def test_an_unknown_field_suggests_the_nearest_known_name() -> None:
    (problem,) = problems(cuont=1)

    assert problem.pointer == "/parameters/cuont"
    assert problem.code == "unknown_field"
    assert problem.detail == "is unknown; did you mean 'count'?"
    assert problem.expected == sorted(SCHEMA["properties"])


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert problems(count=2.0) == []


def test_a_trailing_newline_does_not_pass_for_the_end_of_the_text() -> None:
    assert [problem.code for problem in problems(name="abc\n")] == ["bad_pattern"]


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert [problem.code for problem in validate("٣", {"type": "string", "pattern": r"^\d$"})] == [
        "bad_pattern"
    ]


def test_a_dollar_that_is_no_end_keeps_its_meaning() -> None:
    assert validate("a$", {"pattern": r"^a\$$"}) == []
    assert validate("a$", {"pattern": "^a[$]$"}) == []


def test_a_long_value_is_held_against_a_pattern_that_would_take_others_for_ever() -> None:
    schema = {"type": "string", "pattern": "^(a+)+$"}

    assert [problem.code for problem in validate("a" * 50_000 + "b", schema)] == ["bad_pattern"]
    assert validate("a" * 50_000, schema) == []


def test_a_long_repeat_of_a_large_class_is_compiled() -> None:
    assert validate("é" * 1000, {"pattern": r"^[^\s]{1,1000}$"}) == []


def test_a_name_that_is_wrong_is_told_at_the_object_that_has_it() -> None:
    schema = {
        "propertyNames": {
            "maxLength": 3,
            "x-error-messages": {"maxLength": "A tag has 3 characters at most."},
        },
    }

    assert validate({"long-name": 1}, schema) == [
        FieldProblem("/parameters", "too_long", "A tag has 3 characters at most.", 3)
    ]


def test_a_rule_that_stands_elsewhere_in_the_schema_is_told_in_its_own_words() -> None:
    schema = {
        "properties": {"size": {"$ref": "#/$defs/size"}},
        "$defs": {
            "size": {"type": "integer", "maximum": 3, "x-error-messages": {"maximum": "Three at most."}}
        },
    }

    assert [(problem.pointer, problem.detail) for problem in validate({"size": 4}, schema)] == [
        ("/parameters/size", "Three at most.")
    ]


def test_the_schemas_own_words_are_the_detail() -> None:
    schema = {"type": "string", "minLength": 3, "x-error-messages": {"minLength": "Three at least."}}

    assert [problem.detail for problem in validate("a", schema)] == ["Three at least."]
    assert [problem.detail for problem in validate(1, schema)] == ["must be a string, got a number"]


def test_the_callers_value_is_never_repeated() -> None:
    problems_found = problems(
        name="HUNTER2!", count="HUNTER2!", kind="HUNTER2!", code="xHUNTER2!", items=["HUNTER2!"] * 2
    )

    assert len(problems_found) == 6
    assert "HUNTER2!" not in repr(problems_found)


def test_a_problem_within_a_secret_points_to_the_secret_as_a_whole() -> None:
    assert problems(secret={"hunter2": 1}) == [
        FieldProblem("/parameters/secret", "unknown_field", "is unknown", [])
    ]


def test_long_lists_of_allowed_values_are_cut_in_the_detail_only() -> None:
    allowed = [f"value-{number}" for number in range(100)]

    (problem,) = validate("x", {"enum": allowed})

    assert len(problem.detail) < 350
    assert problem.expected == allowed


def test_a_flood_of_problems_is_cut_off() -> None:
    flood = {f"field-{number}": 1 for number in range(5000)}

    assert len(problems(**flood)) == MAX_PROBLEMS


def test_a_schema_built_anew_each_time_is_checked_by_its_own_rules() -> None:
    for limit in range(1000):
        assert [problem.expected for problem in validate(-1, {"minimum": limit})] == [limit]
