from __future__ import annotations

from typing import Any

import pytest

from local.catalog.terraform.conditions import bounds
from local.catalog.terraform.expressions import parse
from local.catalog.terraform.hcl import read_blocks
from local.catalog.terraform.interface import read_interface
from local.catalog.terraform.patterns import portable

STRING = {"type": "string"}
NUMBER = {"type": "number"}
LIST = {"type": "array"}
MAP = {"type": "object"}


@pytest.mark.parametrize(
    ("condition", "schema", "expected"),
    [
        ('contains(["a", "b"], var.x)', STRING, [{"enum": ["a", "b"]}]),
        ("contains([1, 2.5], var.x)", NUMBER, [{"enum": [1, 2.5]}]),
        ('can(regex("^[a-z]+$", var.x))', STRING, [{"pattern": "^[a-z]+$"}]),
        (
            '!can(regex("--", var.x))',
            STRING,
            [{"not": {"type": "string", "pattern": "--"}}],
        ),
        ("length(var.x) >= 3 && length(var.x) <= 63", STRING, [{"minLength": 3}, {"maxLength": 63}]),
        ("length(var.x) > 0 && 5 > length(var.x)", STRING, [{"minLength": 1}, {"maxLength": 4}]),
        ("length(var.x) == 2", LIST, [{"minItems": 2, "maxItems": 2}]),
        ("length(var.x) <= 50", MAP, [{"maxProperties": 50}]),
        ("var.x >= -1 && var.x < 10.5", NUMBER, [{"minimum": -1}, {"exclusiveMaximum": 10.5}]),
        ("0 < var.x", NUMBER, [{"exclusiveMinimum": 0}]),
        ("floor(var.x) == var.x", NUMBER, [{"type": "integer"}]),
        ("var.x == ceil(var.x)", NUMBER, [{"type": "integer"}]),
        ("var.x % 1 == 0", NUMBER, [{"type": "integer"}]),
        ('var.x == null || contains(["a"], var.x)', STRING, [{"enum": ["a", None]}]),
        ("var.x == null || (var.x >= 1 && var.x <= 2)", NUMBER, [{"minimum": 1}, {"maximum": 2}]),
    ],
)
def test_a_bound_that_json_schema_can_state_is_taken_over(
    condition: str, schema: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    assert bounds(parse(condition), "x", schema) == expected


@pytest.mark.parametrize(
    ("condition", "schema"),
    [
        ('contains(["a"], lower(var.x))', STRING),
        ('contains(["a"], var.y)', STRING),
        ("contains(local.allowed, var.x)", STRING),
        ('contains(["1"], var.x)', NUMBER),
        ('contains(["a"], var.x) || var.y', STRING),
        ('can(regex("(?i)a", var.x))', STRING),
        ('can(regex("a", upper(var.x)))', STRING),
        ("length(var.x) >= var.y", STRING),
        ("length(var.x) != 3", STRING),
        ("length(var.x) < 0", STRING),
        ("var.x > var.y", NUMBER),
        ("var.x >= true", NUMBER),
        ('var.x == "a"', STRING),
        ('startswith(var.x, "a")', STRING),
    ],
)
def test_any_other_condition_is_left_to_terraform(condition: str, schema: dict[str, Any]) -> None:
    assert bounds(parse(condition), "x", schema) == []


def test_what_is_recognised_counts_even_beside_what_is_not() -> None:
    assert bounds(parse('length(var.x) >= 3 && startswith(var.x, "a")'), "x", STRING) == [{"minLength": 3}]


def test_each_bound_keeps_the_message_of_its_validation() -> None:
    text = """
        variable "x" {
          type     = string
          nullable = false
          validation {
            condition     = length(var.x) >= 2 && can(regex("^a", var.x))
            error_message = "Two at least, \\"a\\" first."
          }
          validation {
            condition     = can(regex("z$", var.x))
            error_message = "z last."
          }
          validation {
            condition     = length(var.x) <= 9
            error_message = "Not ${var.x}."
          }
          validation {
            condition     = alltrue([for c in ["q"] : !strcontains(var.x, c)])
            error_message = "No q."
          }
        }
    """

    interface = read_interface(read_blocks("a.tf", text.encode()))

    assert interface.parameters["properties"]["x"] == {
        "type": "string",
        "minLength": 2,
        "pattern": "^a",
        "maxLength": 9,
        "x-error-messages": {
            "minLength": 'Two at least, "a" first.',
            "pattern": 'Two at least, "a" first.',
        },
        "allOf": [{"pattern": "z$", "x-error-messages": {"pattern": "z last."}}],
    }


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z0-9][a-z0-9.-]*[a-z0-9]$",
        r"^\d{1,3}(\.\d{1,3}){3}$",
        "^[a-z]+(-[a-z0-9]+)*$",
        r"^([a-z0-9-]+\.)+[a-z]{2,}$",
        "^(a|b|)$",
        "(?:ab)+",
        r"\.\.",
        r"^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$",
        "^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]+$",
        r"^/[\w/-]*$",
        "",
    ],
)
def test_a_usual_pattern_is_stated_by_the_schema(pattern: str) -> None:
    assert portable(pattern) == pattern


def test_white_space_is_spelled_out_as_go_has_it() -> None:
    assert portable(r"^\s[^\s/]\S$") == r"^[\t\n\f\r ][^\t\n\f\r /][^\t\n\f\r ]$"


@pytest.mark.parametrize(
    "pattern",
    [
        "(?i)a",  # flags stand elsewhere in Python
        "(?P<name>a)",  # not in ECMAScript
        r"\pL",
        r"\z",
        r"\Qa\E",
        "[[:alpha:]]",
        "[a&&b]",
        "[]a]",  # an empty class in ECMAScript
        "a++",  # possessive in Python
        "a{2000}",
        "(a",
        "a)",
        "[z-a]",
        "^*",
        r"\<a",  # the beginning of a word in Rust
        r"[\S/]",  # not to be spelled out
    ],
)
def test_a_pattern_that_reads_differently_elsewhere_is_left_to_terraform(pattern: str) -> None:
    assert portable(pattern) is None


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|aa)+$", "^((a+)b)*$", "a*a*a*b", "^(.a+)*$"])
def test_a_pattern_that_takes_other_engines_for_ever_is_stated_too(pattern: str) -> None:
    assert portable(pattern) == pattern
