"""docs/api.md says what the tables of the code say, and its examples work."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from functions.api.problems import PROBLEMS
from functions.api.routes import ROUTES
from functions.api.schemas import DEPLOY
from tests.unit.api_client import ApiClient
from tests.world import World

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
SECTIONS = dict(re.findall(r"^### (\w+ /\S*)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
CURLS = re.findall(r"^curl .*$", PAGE, re.MULTILINE)


def test_every_route_has_its_section_and_no_other_has() -> None:
    assert list(SECTIONS) == [f"{method} /{route.path}" for route in ROUTES for method in route.methods]


def test_the_overview_lists_every_route() -> None:
    assert re.findall(r"^\| \[`(\w+ /\S*)`\]", PAGE, re.MULTILINE) == list(SECTIONS)


def test_every_route_has_an_example() -> None:
    assert [heading for heading, text in SECTIONS.items() if "\ncurl " not in text] == []


@pytest.mark.parametrize("curl", CURLS)
def test_every_example_works(curl: str) -> None:
    world = World()
    deployment = world.deploy().deployment
    _, *words = shlex.split(curl.replace("deploy-3f2a9c0d1e4b", deployment.deployment_id))
    options = dict(pairwise(words))
    address = next(word for word in words if word.startswith("$SLIPWAY_URL"))
    headers = [word.split(": ", 1) for flag, word in pairwise(words) if flag == "-H"]

    reply = ApiClient(world).request(
        options.get("-X", "GET"),
        address.removeprefix("$SLIPWAY_URL").replace("op-3f2a9c0d1e4b-1", deployment.task_id),
        options.get("-d", "").encode(),
        dict(headers),
    )

    assert reply.status in (200, 202)


def test_every_query_parameter_is_in_its_routes_section() -> None:
    missing = [
        (route.path, name)
        for route in ROUTES
        for method, endpoint in route.methods.items()
        for name in endpoint.query
        if f"`{name}`" not in SECTIONS[f"{method} /{route.path}"]
    ]

    assert missing == []


def test_every_field_of_a_deploy_request_is_described() -> None:
    described = re.findall(r"^\| `(\w+)` \|", SECTIONS["POST /deploy"], re.MULTILINE)

    assert set(described) == set(DEPLOY["properties"])


@pytest.mark.parametrize(
    ("route", "address"),
    [
        ("GET /deployments/{id}/status", "/deployments/{id}/status"),
        ("GET /operations/{id}", "/operations/{op}"),
        ("GET /providers", "/providers"),
        ("GET /templates", "/templates"),
        ("GET /deployments", "/deployments"),
        ("GET /deployments/{id}/events", "/deployments/{id}/events"),
    ],
)
def test_every_field_of_an_answer_is_in_its_routes_section(route: str, address: str) -> None:
    world = World()
    deployment = world.applying()
    world.index.put_list_rows(deployment)

    body = ApiClient(world).get(address.format(id=deployment.deployment_id, op=deployment.task_id)).json

    inner = [
        item for value in body.values() if isinstance(value, list) for item in value if isinstance(item, dict)
    ]
    names = {name for answer in (body, *inner) for name in answer}
    assert [name for name in names if not re.search(rf"[`\"]{name}[`\"]", SECTIONS[route])] == []


def test_the_table_of_problems_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)

    assert rows == [(code, str(problem.status), problem.title) for code, problem in PROBLEMS.items()]
