"""Sensitive parameters on their way into a sealed blob, and passwords that nobody has to think of."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from typing import Any

from functions.services.secrets import generate_passwords, seal, split_parameters, unsealed
from tests.builders import a_template
from tests.world import World


def test_only_what_the_template_calls_sensitive_is_taken_out() -> None:
    template = a_template(sensitive_parameters=("password",))

    plain, sensitive = split_parameters(template, {"name": "a", "password": "b"})

    assert (plain, sensitive) == ({"name": "a"}, {"password": "b"})


def generated(rule: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> dict[str, str]:
    return generate_passwords(a_template(generate={"password": rule}), given or {})


def test_a_password_has_the_length_and_each_class_of_the_rule() -> None:
    classes = ["lower", "upper", "digits", "symbols"]

    for _ in range(200):
        password = generated({"length": 16, "classes": classes, "symbols": "-_"})["password"]
        assert len(password) == 16
        for alphabet in (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_"):
            assert set(password) & set(alphabet)
        assert set(password) <= set(string.ascii_letters + string.digits + "-_")


def test_no_two_passwords_are_alike() -> None:
    assert len({generated({"length": 32, "classes": ["lower"]})["password"] for _ in range(100)}) == 100


def test_a_password_that_was_given_is_left_alone() -> None:
    assert generated({"length": 16, "classes": ["lower"]}, {"password": "mine"}) == {}


def test_one_that_was_given_as_null_is_made() -> None:
    assert "password" in generated({"length": 16, "classes": ["lower"]}, {"password": None})


def test_the_values_of_a_request_lie_sealed_in_one_blob() -> None:
    world = World()

    secrets = unsealed("op-0123456789ab-1", {"a": "one", "b": {"c": 2}})
    references = secrets.references
    seal(world.ctx, secrets)

    assert references["a"] == references["b"]
    sealed = world.artifacts.read(references["a"])
    assert sealed is not None
    assert json.loads(world.box.open(sealed.data, name=references["a"])) == {"a": "one", "b": {"c": 2}}


def test_nothing_is_stored_where_nothing_is_sensitive() -> None:
    world = World()

    secrets = unsealed("op-0123456789ab-1", {})
    seal(world.ctx, secrets)

    assert secrets.references == {}
    assert world.artifacts.names("") == []


def test_a_repeated_request_never_meets_the_values_of_another() -> None:
    names = {unsealed("op-0123456789ab-1", {"a": "x"}).name for _ in range(3)}

    assert len(names) == 3
