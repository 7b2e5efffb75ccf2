from __future__ import annotations

import json

import pytest

from functions.api.problems import PROBLEMS
from functions.domain.errors import (
    CatalogDrift,
    ConcurrentChange,
    IllegalTransition,
    ProblemCode,
    SettingsInvalid,
    ValueRefused,
)
from functions.settings import Settings
from tests.unit.api_client import ApiClient, settings
from tests.world import World


def test_every_code_has_a_status_and_a_title() -> None:
    assert set(PROBLEMS) == set(ProblemCode)


def test_a_problem_is_readable_for_people_and_for_azures_clients() -> None:
    reply = ApiClient().get("/deployments/deploy-000000000000?code=k", {"X-Correlation-ID": "run-7"})

    detail = "there is no deployment 'deploy-000000000000'; GET /deployments lists all"
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json == {
        "type": "urn:slipway:problem:deployment_not_found",
        "title": "There is no such deployment",
        "status": 404,
        "detail": detail,
        "instance": "/deployments/deploy-000000000000",
        "code": "deployment_not_found",
        "correlation_id": "run-7",
        "error": {"code": "deployment_not_found", "message": detail},
    }


def test_a_wrong_field_says_where_what_and_what_would_be_right() -> None:
    reply = ApiClient().deploy(provider_type="terraform-mars")

    (error,) = reply.json["errors"]
    assert (error["pointer"], error["code"]) == ("/provider_type", "not_allowed")
    assert "terraform-aws" in error["detail"]
    assert "terraform-aws" in error["expected"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ConcurrentChange("moving"), 409, "conflict"),
        (IllegalTransition("moving"), 409, "conflict"),
        (CatalogDrift("template 'x' was edited: run ./dev catalog"), 500, "catalog_drift"),
        (ValueRefused("storing 'parameters': it is too large"), 422, "value_refused"),
    ],
)
def test_each_error_of_ours_has_its_problem(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    world = World()

    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(world.store, "get", fail)

    reply = ApiClient(world).get("/deployments/deploy-000000000000")

    assert (reply.status, reply.json["code"], reply.json["detail"]) == (status, code, str(error))


@pytest.mark.parametrize("error", [KeyError("secret"), RecursionError("secret")])
def test_what_nobody_foresaw_is_told_without_its_text(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    world = World()

    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(world.store, "get", fail)

    reply = ApiClient(world).get("/deployments/deploy-000000000000")

    assert (reply.status, reply.json["code"]) == (500, "internal_error")
    assert b"secret" not in reply.body


def test_missing_settings_are_named_and_no_value_is_shown() -> None:
    def broken() -> Settings:
        return settings(
            SLIPWAY_JOBS_DIR="",
            SLIPWAY_PUBLIC_URL="AccountKey=hush",
            SLIPWAY_LOG_LEVEL="SLIPWAY_MAX_PARALLEL",
        )

    for path in ("/health", "/providers"):
        reply = ApiClient(get_settings=broken).get(path)

        assert (reply.status, reply.json["code"]) == (503, "misconfigured")
        for name in ("SLIPWAY_JOBS_DIR", "SLIPWAY_PUBLIC_URL", "SLIPWAY_LOG_LEVEL"):
            assert name in reply.json["detail"]
        assert b"hush" not in reply.body


def test_slipway_answers_again_once_its_settings_are_right() -> None:
    answers = [SettingsInvalid(["'SLIPWAY_JOBS_DIR' is not set"]), None]

    def get_settings() -> Settings:
        error = answers.pop(0)
        if error:
            raise error
        return settings()

    client = ApiClient(get_settings=get_settings)

    assert [client.get("/providers").status for _ in range(2)] == [503, 200]


def test_a_path_that_no_utf8_can_carry_is_answered_all_the_same() -> None:
    reply = ApiClient().get("/\udcff")

    assert reply.status == 404
    assert json.loads(reply.body)["instance"] == "/?"
