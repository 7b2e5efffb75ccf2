"""A caller sees everything that is wrong with a body at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api_client import ApiClient, Reply
from tests.unit.life import client
from tests.unit.requests_world import REQUESTS, a_world
from tests.world import World

RUNS = "/api/v1/infrastructure/runs"


def pointers(reply: Reply) -> list[str]:
    assert reply.status == 422, reply.json
    return sorted(problem["pointer"] for problem in reply.json["errors"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ttl": "8h", "env_id": "nope", "parameters": {"x": 1}}, ["/env_id", "/parameters/x", "/ttl"]),
        ({"bogus": 1, "env_id": "nope", "template_name": "nope"}, ["/bogus", "/env_id", "/template_name"]),
        ({"env_id": "nope", "template_name": "nope"}, ["/env_id", "/template_name"]),
        ({"ttl": "8h"}, ["/ttl"]),
        (
            {"bogus": 1, "provider_type": "terraform-azure"},
            ["/bogus", "/resource_group", "/subscription_id", "/template_name"],
        ),
    ],
)
def test_of_a_deployment(changes: dict[str, Any], expected: list[str]) -> None:
    body = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {}, **changes}

    assert pointers(client(World()).post("/deploy", body)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stack_path": "terraform/local/nope", "env_id": "nope"}, ["/env_id", "/stack_path"]),
        ({"bogus": 1, "env_id": "nope", "vars": {"x": 1}}, ["/bogus", "/env_id", "/vars/x"]),
        ({"env_id": "nope", "vars": {"x": 1}}, ["/env_id", "/vars/x"]),
        ({"stack_path": "terraform/gcp/x"}, ["/stack_path"]),
        ({"workspace": ""}, ["/workspace"]),
    ],
)
def test_of_a_run(changes: dict[str, Any], expected: list[str]) -> None:
    body = {"action": "apply", "stack_path": "terraform/local/greeting", **changes}

    assert pointers(client(World()).post(RUNS, body)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"team_id": 5, "name": "A B", "env_id": "nope"}, ["/env_id", "/name", "/team_id"]),
        ({"bogus": 1, "config": {"size": "huge", "x": 1}}, ["/bogus", "/config/size", "/config/x"]),
        ({"config": {"size": "huge", "copies": "many"}}, ["/config/copies", "/config/size"]),
        ({"config": {"size": "huge"}, "env_id": "nope"}, ["/config/size", "/env_id"]),
        ({"config": {"bucket_name": "other"}}, ["/config/bucket_name"]),
    ],
)
def test_of_a_request(changes: dict[str, Any], expected: list[str]) -> None:
    body = {"name": "reports", "resource_type": "s3", "config": {"size": "small"}, **changes}

    assert pointers(client(a_world()).post(f"{REQUESTS}/submit", body)) == expected


def test_a_template_that_there_is_none_of_is_told_by_its_address() -> None:
    api: ApiClient = client(World())

    reply = api.post(RUNS, {"action": "apply", "stack_path": "terraform/local/greting"})

    assert reply.json["code"] == "unknown_template"
    assert "did you mean 'terraform/local/greeting'?" in reply.json["detail"]
    assert reply.json["errors"][0]["expected"] == ["terraform/local/greeting"]
