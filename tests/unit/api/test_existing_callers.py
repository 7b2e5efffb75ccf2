"""The requests that callers already send are taken as they stand, with the catalog that ships."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from functions.adapters.configuration.packaged_catalog import PackagedCatalog
from local.paths import ROOT
from tests.unit.api_client import ApiClient, Reply
from tests.unit.life import BOB, client
from tests.world import World

AWS: dict[str, Any] = {
    "template_name": "storage-bucket",
    "provider_type": "terraform-aws",
    "subscription_id": "123456789012",
    "resource_group": "my-rg",
    "location": "us-east-1",
    "parameters": {"bucket_name": "my-unique-bucket"},
    "tags": {"environment": "dev", "team": "platform"},
}


@pytest.fixture
def api() -> ApiClient:
    world = World(providers=frozenset({"terraform-local", "terraform-aws"}))
    world.ctx = replace(world.ctx, catalog=PackagedCatalog(ROOT))
    return client(world)


def refused(reply: Reply) -> list[tuple[str, str]]:
    assert reply.status == 422, reply.body
    return [(problem["pointer"], problem["code"]) for problem in reply.json["errors"]]


def test_a_deployment_into_an_aws_account(api: ApiClient) -> None:
    reply = api.post("/deploy", AWS)

    assert (reply.status, reply.json["success"]) == (202, True)
    assert reply.json["message"] == "Deployment queued successfully"
    assert reply.json["data"].keys() == {"deployment_id", "status", "task_id", "template"}
    record = api.get(f"/deployments/{reply.json['data']['deployment_id']}").json
    assert {name: record[name] for name in AWS} == AWS


def test_a_run_of_a_stack(api: ApiClient) -> None:
    body = {
        "action": "plan",
        "stack_path": "terraform/aws/storage-bucket",
        "workspace": "default",
        "vars": {"bucket_name": "my-unique-bucket"},
        "env_id": "dev",
    }

    reply = api.post("/api/v1/infrastructure/runs", body)

    assert reply.status == 202
    assert {name: reply.json[name] for name in ("action", "stack_path", "workspace", "env_id")} == {
        name: body[name] for name in ("action", "stack_path", "workspace", "env_id")
    }
    assert reply.headers["Location"].endswith(f"/api/v1/infrastructure/operations/{reply.json['id']}")


def test_a_request_and_its_approval(api: ApiClient) -> None:
    body = {"name": "my-unique-bucket", "resource_type": "s3", "config": {"size": "small"}}

    submitted = api.post("/api/v1/users/requests/submit", body)
    approved = api.put(f"/api/v1/admin/requests/{submitted.json['id']}/approve", {"notes": "ok"}, BOB)

    assert (submitted.status, submitted.json["status"]) == (201, "pending")
    assert (approved.status, approved.json["status"]) == (200, "approved")


@pytest.mark.parametrize(
    "subscription_id",
    ["123456789012", "my-project-42", "contoso.example:apps-42", "Größe 1 ✓", "x", "x" * 64, "👋" * 64],
    ids=lambda subscription_id: subscription_id[:12],
)
def test_what_is_no_azure_subscription_is_recorded_as_it_came(api: ApiClient, subscription_id: str) -> None:
    reply = api.post("/deploy", {**AWS, "subscription_id": subscription_id})

    record = api.get(f"/deployments/{reply.json['data']['deployment_id']}").json
    assert record["subscription_id"] == subscription_id


@pytest.mark.parametrize(
    ("subscription_id", "code"),
    [
        ("", "too_short"),
        ("x" * 65, "too_long"),
        ("a\nb", "bad_pattern"),
        ("a\x7f", "bad_pattern"),
        ("a\u0085b", "bad_pattern"),
        ("a\u200bb", "bad_pattern"),
        ("\u202etxt", "bad_pattern"),
        ("\ufeffa", "bad_pattern"),
        (123456789012, "wrong_type"),
        (None, "wrong_type"),
    ],
)
def test_what_nobody_could_read_is_no_subscription(
    api: ApiClient, subscription_id: object, code: str
) -> None:
    reply = api.post("/deploy", {**AWS, "subscription_id": subscription_id})

    assert refused(reply) == [("/subscription_id", code)]


@pytest.mark.parametrize("provider_type", ["azure", "terraform-azure"])
def test_azure_takes_the_id_of_a_subscription_and_no_other(api: ApiClient, provider_type: str) -> None:
    body = {**AWS, "provider_type": provider_type, "template_name": 7}

    wrong = api.post("/deploy", body)
    right = api.post("/deploy", {**body, "subscription_id": "01234567-89ab-cdef-0123-456789abcdef"})

    assert ("/subscription_id", "bad_pattern") in refused(wrong)
    assert "must be a GUID" in str(wrong.json["errors"])
    assert "/subscription_id" not in [pointer for pointer, _ in refused(right)]
