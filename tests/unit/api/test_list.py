from __future__ import annotations

from typing import Any

from functions.ports import ListEntry, ListPage, ListQuery
from tests.unit.api_client import ApiClient
from tests.world import World


def world_with(count: int) -> World:
    world = World()
    for _ in range(count):
        world.index.put_list_rows(world.deploy().deployment)
        world.pass_time(1)
    return world


def follow(client: ApiClient, address: str) -> list[list[dict[str, Any]]]:
    pages = []
    while address:
        page = client.get(address.removeprefix("https://slipway.example")).json
        pages.append(page["deployments"])
        address = page["next"] or ""
    return pages


def test_an_empty_list_ends_at_once() -> None:
    assert ApiClient().get("/deployments").json == {
        "deployments": [],
        "continuation_token": None,
        "next": None,
    }


def test_following_next_gives_every_deployment_once_newest_first() -> None:
    world = world_with(5)

    pages = follow(
        ApiClient(world), "/deployments?limit=2&template_name=greeting&provider_type=terraform-local"
    )

    created = [entry["created_at"] for page in pages for entry in page]
    assert len(created) == len(set(created)) == 5
    assert created == sorted(created, reverse=True)
    assert all(len(page) <= 2 for page in pages)


def test_a_line_of_the_list_says_what_and_where_it_stands() -> None:
    world = world_with(1)

    line = ApiClient(world).get("/deployments").json["deployments"][0]

    assert set(line) == {
        "deployment_id",
        "status",
        "provider_type",
        "template_name",
        "subscription_id",
        "resource_group",
        "location",
        "created_by",
        "created_at",
        "started_at",
        "completed_at",
    }
    assert line["status"] == "pending"


def test_the_address_of_the_next_page_keeps_the_filters_but_no_key(monkeypatch: Any) -> None:
    world = World()
    asked: list[ListQuery] = []

    def page(query: ListQuery) -> ListPage:
        asked.append(query)
        return ListPage(list[ListEntry](), token="a b&c")

    monkeypatch.setattr(world.index, "page", page)
    client = ApiClient(world)
    filters = "created_by=ada%2Bx&created_after=2026-11-21T03:00:00%2B01:00&status=running&limit=7"

    following = client.get(f"/deployments?{filters}&code=secret").json["next"]
    client.get(following.removeprefix("https://slipway.example"))

    assert "secret" not in following
    first, second = asked
    assert second.token == "a b&c"
    assert (first.limit, first.created_by, first.status) == (7, "ada+x", "running")
    assert (second.limit, second.created_by, second.created_after) == (7, "ada+x", first.created_after)


def test_fifty_are_given_unless_another_number_is_asked_for() -> None:
    assert len(ApiClient(world_with(51)).get("/deployments").json["deployments"]) == 50


def test_a_token_that_was_not_made_here_is_refused() -> None:
    reply = ApiClient(world_with(1)).get("/deployments?continuation_token=made-up")

    assert (reply.status, reply.json["code"]) == (400, "bad_token")
