from __future__ import annotations

import pytest

from tests.unit.api_client import ApiClient


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("limit=0", "limit", "whole number from 1 to 200"),
        ("limit=201", "limit", "whole number from 1 to 200"),
        ("limit=", "limit", "whole number"),
        ("limit=ten", "limit", "whole number"),
        ("limit=1.0", "limit", "whole number"),
        ("limit=%D9%A3", "limit", "whole number"),
        ("limit=" + "1" * 5000, "limit", "whole number"),
        ("status=done", "status", "one of pending, running, awaiting_approval"),
        ("provider_type=aws", "provider_type", "terraform-aws"),
        ("template_name=", "template_name", "1 to 128"),
        ("created_by=" + "x" * 257, "created_by", "1 to 256"),
        ("created_after=yesterday", "created_after", "2026-11-21T03:04:05Z"),
        ("created_after=2026-11-21", "created_after", "offset"),
        ("created_after=2026-11-21T03:04:05", "created_after", "offset"),
        ("created_after=2026-13-21T03:04:05Z", "created_after", "offset"),
        ("created_before=0001-01-01T00:00:00%2B01:00", "created_before", "offset"),
        ("created_before=9999-12-31T23:59:59-01:00", "created_before", "offset"),
        ("created_after=2026-11-21T03:04:05+01:00", "created_after", "encode '+' as %2B"),
        ("colour=red", "colour", "this path accepts continuation_token, created_after"),
        ("Limit=5", "Limit", "is unknown"),
        ("limit=5&limit=6", "limit", "once"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_expected(query: str, name: str, expected: str) -> None:
    reply = ApiClient().get(f"/deployments?{query}")

    assert (reply.status, reply.json["code"]) == (400, "invalid_query")
    assert [problem["name"] for problem in reply.json["parameters"]] == [name]
    assert expected in reply.json["detail"]


def test_every_wrong_parameter_is_named_at_once() -> None:
    problems = ApiClient().get("/deployments?limit=0&status=x&colour=red").json["parameters"]

    assert [problem["name"] for problem in problems] == ["limit", "status", "colour"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=1",
        "limit=200",
        "status=running",
        "provider_type=terraform-local",
        "created_after=2026-11-21T03:04:05Z",
        "created_after=2026-11-21t03:04:05.123456789z",
        "created_before=2026-11-21T03:04:05%2B01:00",
        "template_name=greeting&resource_group=rg&created_by=ada%40example.com",
    ],
)
def test_a_right_parameter_is_taken(query: str) -> None:
    assert ApiClient().get(f"/deployments?{query}").status == 200


@pytest.mark.parametrize("path", ["/health", "/providers", "/deployments", "/templates"])
def test_what_azures_callers_add_is_taken_anywhere(path: str) -> None:
    assert ApiClient().get(f"{path}?code=k&clientId=default&api-version=2026-01-01").status == 200


@pytest.mark.parametrize("path", ["/providers", "/deployments/deploy-000000000000/status"])
def test_a_path_without_parameters_says_so(path: str) -> None:
    reply = ApiClient().get(f"{path}?verbose=1")

    assert (reply.status, reply.json["code"]) == (400, "invalid_query")
    assert "accepts no parameters" in reply.json["detail"]


def test_the_body_of_a_request_with_a_wrong_parameter_does_nothing() -> None:
    client = ApiClient()

    assert client.post("/deploy?dry_run=1", {"template_name": "greeting"}).json["code"] == "invalid_query"
    assert client.get("/deployments").json["deployments"] == []
