"""Sensitive parameters on their way into a sealed blob, and passwords that nobody has to think of."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.domain.errors import RequestRefused
from functions.domain.failures import FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobSpec
from functions.domain.status import OperationKind
from functions.services.admission.secret_parameters import (
    generate_passwords,
    pending_secrets,
    seal,
    split_parameters,
)
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

    secrets = pending_secrets("op-0123456789ab-1", {"a": "one", "b": {"c": 2}})
    references = secrets.references
    seal(world.ctx, secrets)

    assert references["a"] == references["b"]
    sealed = world.artifacts.read(references["a"])
    assert sealed is not None
    assert json.loads(world.box.open(sealed.data, name=references["a"])) == {"a": "one", "b": {"c": 2}}


def test_nothing_is_stored_where_nothing_is_sensitive() -> None:
    world = World()

    secrets = pending_secrets("op-0123456789ab-1", {})
    seal(world.ctx, secrets)

    assert secrets.references == {}
    assert world.artifacts.names("") == []


def test_a_repeated_request_never_meets_the_values_of_another() -> None:
    names = {pending_secrets("op-0123456789ab-1", {"a": "x"}).name for _ in range(3)}

    assert len(names) == 3


def spec_of(world: World, operation_id: str) -> JobSpec:
    blob = world.artifacts.read(blob_names.job_spec(operation_id, 1))
    assert blob is not None
    return JobSpec.from_json(blob.data)


def test_a_queued_change_keeps_the_secret_that_the_one_before_it_has_set() -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")
    deployment = world.deploy(parameters={"name": "first"}).deployment
    world.run(deployment)
    rotated = world.ask(deployment, OperationKind.APPLY, parameters={"name": "second"})
    queued = world.ask(deployment, OperationKind.APPLY, parameters={})

    world.run(deployment)
    world.run(deployment)

    assert spec_of(world, queued.id).secrets == spec_of(world, rotated.id).secrets
    assert world.deployment(deployment.deployment_id).secrets == rotated.secrets


def test_the_runner_knows_the_secret_that_is_replaced_so_that_it_can_hide_it() -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")
    deployment = world.run(world.deploy(parameters={"name": "first"}).deployment)

    rotated = world.ask(deployment, OperationKind.APPLY, parameters={"name": "second"})
    world.run(deployment)

    assert spec_of(world, rotated.id).former_secrets == (deployment.secrets["name"],)
    assert spec_of(world, deployment.task_id).former_secrets == ()


def test_a_secret_of_a_failed_apply_is_known_to_the_runner_as_well_as_the_one_before_it() -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")
    deployment = world.run(world.deploy(parameters={"name": "first"}).deployment)
    failed = world.ask(deployment, OperationKind.APPLY, parameters={"name": "second"})
    world.run(deployment, replace(world.failure(FailureCode.APPLY_FAILED), applied=True))

    third = world.ask(deployment, OperationKind.APPLY, parameters={"name": "third"})
    world.run(deployment)

    earlier = {*deployment.secrets.values(), *(failed.secrets or {}).values()}
    assert set(spec_of(world, third.id).former_secrets) == earlier


def test_null_for_a_password_that_is_generated_leaves_it_as_it_is() -> None:
    world = World()
    (address,) = world.catalog.entries
    rule = {"length": 16, "classes": ["lower"]}
    entry = world.catalog.entries[address]
    world.catalog.entries[address] = replace(entry, sensitive_parameters=("name",), generate={"name": rule})
    deployment = world.run(world.deploy().deployment)

    world.ask(deployment, OperationKind.APPLY, parameters={"name": None})

    assert world.run(deployment).secrets == deployment.secrets != {}


@pytest.mark.parametrize(
    ("value", "code"),
    [("x" * 120_000, "too_long"), ("a\0b", "not_allowed"), ({"a": ["b\0"]}, "not_allowed")],
)
def test_a_secret_that_no_environment_can_hold_is_refused_and_not_repeated(value: Any, code: str) -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")

    with pytest.raises(RequestRefused) as refused:
        world.deploy(parameters={"name": value})

    assert code in [problem.code for problem in refused.value.errors]
    assert str(value)[:6] not in refused.value.detail + "".join(
        error.detail for error in refused.value.errors
    )
    assert world.artifacts.names("operations/") == []


def test_a_secret_may_hold_what_only_looks_like_a_nul() -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")

    assert world.deploy(parameters={"name": "\\u0000"}).deployment.secrets
