from __future__ import annotations

import pytest

from functions.domain.jobs import blob_names
from tests.unit.api_client import ApiClient
from tests.world import World


def test_every_provider_type_says_whether_it_can_be_used() -> None:
    providers = {view["provider_type"]: view for view in ApiClient().get("/providers").json["providers"]}

    assert providers["terraform-local"] == {
        "provider_type": "terraform-local",
        "title": "no cloud: Terraform's built-in provider",
        "cloud": "local",
        "engine": "terraform",
        "needs_azure_scope": False,
        "usable": True,
        "reason": None,
    }
    assert not providers["terraform-aws"]["usable"]
    assert "SLIPWAY_PROVIDERS" in providers["terraform-aws"]["reason"]


def test_the_catalog_leads_to_each_template() -> None:
    client = ApiClient()

    templates = client.get("/templates").json["templates"]

    assert templates
    for template in templates:
        details = client.get(template["url"].removeprefix("https://slipway.example")).json
        assert template.items() <= details.items()
        assert details["parameters"]["type"] == "object"


def test_the_example_of_a_template_is_a_request_that_is_taken() -> None:
    client = ApiClient()

    example = client.get("/templates/terraform-local/greeting").json["example"]

    assert client.post("/deploy", example).status == 202


@pytest.mark.parametrize(
    "path", ["terraform-local/greetin", "terraform-mars/greeting", "terraform-local/%2e%2e"]
)
def test_a_template_that_is_not_there_is_not_found(path: str) -> None:
    reply = ApiClient().get(f"/templates/{path}")

    assert (reply.status, reply.json["code"]) == (404, "template_not_found")


def test_health_is_200_with_the_state_of_each_dependency() -> None:
    reply = ApiClient().get("/health")

    assert (reply.status, reply.json["status"]) == (200, "healthy")
    assert set(reply.json["dependencies"].values()) == {"ok"}


def test_health_warns_of_an_engine_that_slipway_is_not_tested_with() -> None:
    world = World()
    assert "warnings" not in ApiClient(world).get("/health").json

    world.artifacts.overwrite(blob_names.untested_engine(), b"engine tofu 1.12.6 is untested")

    reply = ApiClient(world).get("/health")
    assert (reply.status, reply.json["warnings"]) == (200, ["engine tofu 1.12.6 is untested"])


def test_health_is_503_naming_what_does_not_answer() -> None:
    world = World()
    world.wake_ups.down = True

    reply = ApiClient(world).get("/health")

    assert (reply.status, reply.json["status"]) == (503, "unhealthy")
    assert reply.json["dependencies"]["queues"] == "sending to a queue: storage could not be reached"
    assert reply.json["dependencies"]["tables"] == "ok"
