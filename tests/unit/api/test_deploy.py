from __future__ import annotations

import json
from typing import Any

import pytest

from functions.domain.errors import OutcomeUnknown
from tests.unit.api_client import GREETING, ApiClient, settings
from tests.world import World


def test_a_deployment_is_queued_with_202_and_where_to_follow_it() -> None:
    reply = ApiClient().deploy()

    data = reply.json["data"]
    assert reply.status == 202
    assert reply.json == {
        "success": True,
        "message": "Deployment queued successfully",
        "data": {
            "deployment_id": data["deployment_id"],
            "status": "pending",
            "task_id": data["deployment_id"].replace("deploy-", "op-") + "-1",
            "template": "greeting",
        },
    }
    assert reply.headers["Location"] == (f"https://slipway.example/deployments/{data['deployment_id']}/wait")
    assert reply.headers["Operation-Location"] == f"https://slipway.example/operations/{data['task_id']}"
    assert reply.headers["Retry-After"] == "5"


def test_everything_that_was_asked_for_is_recorded() -> None:
    client = ApiClient()
    asked = {
        **GREETING,
        "parameters": {"name": "Zoë 👋"},
        "tags": {"team": "données"},
        "location": "eu-central-1",
        "resource_group": "rg-één_(1)",
        "subscription_id": "01234567-89ab-cdef-0123-456789abcdef",
    }

    deployment_id = client.post("/deploy", asked).json["data"]["deployment_id"]

    record = client.get(f"/deployments/{deployment_id}").json
    assert {name: record[name] for name in asked} == asked


def test_addresses_are_below_the_public_url_where_one_is_set() -> None:
    client = ApiClient(
        get_settings=lambda: settings(SLIPWAY_PUBLIC_URL="https://deploy.contoso.com/slipway/")
    )

    location = client.deploy(headers={"X-Forwarded-Host": "evil.example"}).headers["Location"]

    assert location.startswith("https://deploy.contoso.com/slipway/deployments/deploy-")


def test_a_forwarded_host_is_never_believed() -> None:
    reply = ApiClient().deploy(
        headers={"X-Forwarded-Host": "evil.example", "X-Original-Host": "evil.example"}
    )

    assert "evil" not in str(reply.headers)


@pytest.mark.parametrize("header", ["Idempotency-Key", "Repeatability-Request-ID"])
def test_a_repeated_request_gets_the_first_answer(header: str) -> None:
    client = ApiClient()

    first = client.deploy(headers={header: "order-66"})
    again = client.deploy(headers={header: "order-66"})

    assert again.status == first.status == 202
    assert again.json == first.json
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert ("Repeatability-Result" in again.headers) == (header == "Repeatability-Request-ID")


def test_a_key_means_the_same_in_either_header() -> None:
    client = ApiClient()

    first = client.deploy(headers={"Idempotency-Key": "order-66"})
    again = client.deploy(headers={"Repeatability-Request-ID": "order-66"})

    assert again.json == first.json


def test_a_key_that_was_used_for_another_body_is_refused() -> None:
    client = ApiClient()
    client.deploy(headers={"Idempotency-Key": "order-66"})

    reply = client.deploy(headers={"Idempotency-Key": "order-66"}, tags={"changed": "yes"})

    assert (reply.status, reply.json["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    "headers",
    [
        {"Idempotency-Key": "a", "Repeatability-Request-ID": "b"},
        {"Idempotency-Key": ""},
        {"Idempotency-Key": "x" * 256},
        {"Idempotency-Key": "two words"},
        {"Idempotency-Key": "clé"},
    ],
)
def test_an_unusable_key_is_refused(headers: dict[str, str]) -> None:
    reply = ApiClient().deploy(headers=headers)

    assert (reply.status, reply.json["code"]) == (400, "bad_idempotency_key")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"template_name": None}, "/template_name", "wrong_type"),
        ({"template_name": 7}, "/template_name", "wrong_type"),
        ({"template_name": ""}, "/template_name", "too_short"),
        ({"provider_type": "terraform-mars"}, "/provider_type", "not_allowed"),
        ({"parameters": []}, "/parameters", "wrong_type"),
        ({"parameters": None}, "/parameters", "wrong_type"),
        ({"subscription_id": "mine\n"}, "/subscription_id", "bad_pattern"),
        ({"resource_group": "ends-with."}, "/resource_group", "bad_pattern"),
        ({"resource_group": "a/b"}, "/resource_group", "bad_pattern"),
        ({"resource_group": "a" * 91}, "/resource_group", "too_long"),
        ({"location": "West Europe"}, "/location", "bad_pattern"),
        ({"location": "westeurope\n"}, "/location", "bad_pattern"),
        ({"tags": {"a": 1}}, "/tags/a", "wrong_type"),
        ({"tags": {"a": "x" * 257}}, "/tags/a", "too_long"),
        ({"tags": {"": "x"}}, "/tags", "too_short"),
        ({"tags": {"x" * 129: "x"}}, "/tags", "too_long"),
        ({"tags": {"a\nb": "x"}}, "/tags", "bad_pattern"),
        ({"tags": {str(number): "x" for number in range(51)}}, "/tags", "too_many"),
        ({"template": "greeting"}, "/template", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], pointer: str, code: str) -> None:
    reply = ApiClient().deploy(**changes)

    assert (reply.status, reply.json["code"]) == (422, "invalid_request")
    assert [(error["pointer"], error["code"]) for error in reply.json["errors"]] == [(pointer, code)]


def test_every_wrong_field_is_named_at_once() -> None:
    reply = ApiClient().post("/deploy", {"provider_type": 1, "tags": "x", "colour": "red"})

    assert [error["pointer"] for error in reply.json["errors"]] == [
        "/colour",
        "/provider_type",
        "/tags",
        "/template_name",
    ]


@pytest.mark.parametrize("body", [[], "greeting", 1, None, True])
def test_a_body_that_is_no_object_is_refused(body: Any) -> None:
    data = json.dumps(body).encode()

    reply = ApiClient().request("POST", "/deploy", data, {"Content-Type": "application/json"})

    assert (reply.status, reply.json["code"]) == (422, "invalid_request")
    assert reply.json["errors"][0]["pointer"] == ""


def test_wrong_fields_and_wrong_parameters_are_named_together() -> None:
    reply = ApiClient().deploy(tagz={}, parameters={"name": 3})

    assert reply.status == 422
    assert {problem["pointer"] for problem in reply.json["errors"]} == {"/tagz", "/parameters/name"}


def test_an_unknown_template_is_refused_with_the_nearest_name() -> None:
    reply = ApiClient().deploy(template_name="greetin")

    assert (reply.status, reply.json["code"]) == (422, "unknown_template")
    assert "'greeting'" in reply.json["detail"]


def test_a_provider_that_is_not_set_up_is_refused_saying_what_is_missing() -> None:
    reply = ApiClient().deploy(provider_type="terraform-aws", template_name="storage-bucket")

    assert (reply.status, reply.json["code"]) == (422, "provider_unavailable")
    assert "SLIPWAY_PROVIDERS" in reply.json["detail"]


def test_with_storage_down_the_caller_is_told_when_to_try_again() -> None:
    world = World()
    world.store.refuse_creates = True

    reply = ApiClient(world).deploy()

    assert (reply.status, reply.json["code"]) == (503, "storage_unavailable")
    assert reply.headers["Retry-After"] == "5"


def test_an_unknown_outcome_names_the_deployment() -> None:
    world = World()
    world.store.fail_creates_with = OutcomeUnknown("writing a deployment: no answer")

    reply = ApiClient(world).deploy()

    assert (reply.status, reply.json["code"]) == (503, "outcome_unknown")
    assert reply.json["deployment_id"].startswith("deploy-")
    assert "Retry-After" in reply.headers
