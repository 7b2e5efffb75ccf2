"""docs/api.md says what the tables of the code say, and its examples work; so do those of the README."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import pytest

from functions.api.bodies import operations
from functions.api.bodies.deploy import DeployBody
from functions.api.bodies.requests import SubmissionBody
from functions.api.bodies.runs import RunBody
from functions.api.body_check import model_named
from functions.api.problems import PROBLEMS
from functions.api.query import parameters_of
from functions.api.routes import ROUTES, RequestBody
from functions.domain.failures import FAILURES
from functions.validation.models import InputModel, Schema
from local.paths import ROOT
from tests.unit.api_client import Reply
from tests.unit.doc_world import BEFORE, FURTHER, examples_world, heading_of, send
from tests.unit.stages import new

PAGE = (ROOT / "docs" / "api.md").read_text()
SECTIONS: dict[str, str] = dict(re.findall(r"^### (\w+ /\S*)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
CURLS = [
    (heading, curl)
    for heading, text in SECTIONS.items()
    for curl in re.findall(r"^curl .*$", text, re.MULTILINE)
]
README = (ROOT / "README.md").read_text().partition("\n## The API\n")[2].partition("\n## ")[0]
README_CURLS = re.findall(r"^curl .*?(?=\n(?:curl|```|\n))", README, re.MULTILINE | re.DOTALL)

RECORD, STATUS = "GET /deployments/{id}", "GET /deployments/{id}/status"
OPERATION, RUN = "GET /operations/{id}", "GET /api/v1/infrastructure/operations/{id}"
REQUEST = "GET /api/v1/users/requests/{id}"
ASKED = [f"POST /deployments/{{id}}/{kind}" for kind in ("plan", "apply", "destroy", "unlock", "recover")]

# The sections that an answer's own section points to.
DESCRIBED_IN: dict[str, list[str]] = {
    "GET /templates/{provider}/{name}": ["GET /templates"],
    RECORD: [STATUS],
    "GET /deployments/{id}/wait": [STATUS],
    "POST /deployments/{id}/cancel": [STATUS],
    OPERATION: [STATUS],
    "GET /operations/{id}/plan": [OPERATION],
    RUN: [STATUS],
    "GET /api/v1/infrastructure/operations": [RUN, STATUS],
    "POST /api/v1/infrastructure/runs": [RUN, STATUS],
    **{heading: [OPERATION, STATUS] for heading in (*ASKED, "GET /deployments/{id}/operations")},
    **{f"POST /operations/{{id}}/{verb}": [OPERATION, STATUS] for verb in ("approve", "reject", "retry")},
    "POST /operations/{id}/cancel": [OPERATION, STATUS, "POST /deployments/{id}/cancel"],
    REQUEST: [STATUS],
    "GET /api/v1/users/requests": [REQUEST, STATUS],
    "POST /api/v1/users/requests/submit": [REQUEST, STATUS],
    **{f"PUT /api/v1/admin/requests/{{id}}/{verb}": [REQUEST, STATUS] for verb in ("approve", "reject")},
}

LISTS = {
    "GET /providers": "providers",
    "GET /templates": "templates",
    "GET /deployments": "deployments",
    "GET /deployments/{id}/operations": "operations",
    "GET /deployments/{id}/events": "events",
    "GET /api/v1/infrastructure/operations": "operations",
    "GET /api/v1/users/requests": "requests",
}

# Their names are the caller's, the template's or the engine's.
FREE = {
    *("parameters", "outputs", "tags", "config", "backend_config", "providers", "detail", "sizes"),
    *("timeouts", "required_providers", "example", "links"),
}


def test_every_route_has_its_section_and_no_other_has() -> None:
    assert list(SECTIONS) == [f"{method} /{route.path}" for route in ROUTES for method in route.methods]


def test_the_overview_lists_every_route() -> None:
    assert re.findall(r"^\| \[`(\w+ /\S*)`\]", PAGE, re.MULTILINE) == list(SECTIONS)


def test_every_link_on_the_page_leads_to_a_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors


def test_every_route_has_an_example() -> None:
    assert [heading for heading, text in SECTIONS.items() if "\ncurl " not in text] == []


def play(heading: str, curl: str) -> Reply:
    world = examples_world()
    return send(curl, world, BEFORE.get(heading, new)(world))


@pytest.mark.parametrize(("heading", "curl"), CURLS)
def test_every_example_works_and_every_field_of_its_answer_is_described(heading: str, curl: str) -> None:
    reply = play(heading, curl)

    assert heading_of(_generic(curl)) == heading
    assert reply.status in (200, 201, 202, 204), reply.json
    assert _undescribed(reply, heading) == []


@pytest.mark.parametrize(("heading", "curl"), [(of, curl) for of, curl in CURLS if of in LISTS])
def test_every_example_of_a_list_finds_something(heading: str, curl: str) -> None:
    assert play(heading, curl).json[LISTS[heading]] != []


@pytest.mark.parametrize("curl", README_CURLS)
def test_every_example_of_the_readmes_api_part_works(curl: str) -> None:
    reply = play(heading_of(curl), curl)

    assert reply.status in (200, 201, 202, 204), reply.json


def test_the_readme_shows_every_family() -> None:
    paths = [heading_of(curl).split()[1] for curl in README_CURLS]

    for family in ("/deploy", "/api/v1/infrastructure/", "/api/v1/users/", "/api/v1/admin/"):
        assert [path for path in paths if path.startswith(family)] != [], family


@pytest.mark.parametrize(("heading", "stage"), FURTHER)
def test_every_field_of_an_answer_is_described_whatever_has_happened(heading: str, stage: Any) -> None:
    world = examples_world()
    curl = next(curl for of, curl in CURLS if of == heading)

    assert _undescribed(send(curl, world, stage(world)), heading) == []


def test_every_query_parameter_is_in_its_routes_section() -> None:
    missing = [
        (route.path, name)
        for route in ROUTES
        for method, endpoint in route.methods.items()
        for name in parameters_of(endpoint.query)
        if f"`{name}`" not in SECTIONS[f"{method} /{route.path}"]
    ]

    assert missing == []


def fields_of(body: RequestBody) -> Collection[str]:
    properties: dict[str, object] = model_named(body.model).input_schema()["properties"]
    return properties


def test_every_field_of_every_request_body_is_described() -> None:
    missing = [
        (route.path, name)
        for route in ROUTES
        for method, endpoint in route.methods.items()
        for name in (fields_of(endpoint.body) if endpoint.body else ())
        if f"`{name}`" not in _request_section(f"{method} /{route.path}")
    ]

    assert missing == []


def _request_section(heading: str) -> str:
    """What is asked of a deployment has its fields in one table, which is the first one's."""
    return SECTIONS[ASKED[0]] if heading in ASKED else SECTIONS[heading]


@pytest.mark.parametrize(
    ("heading", "schema"),
    [
        ("POST /deploy", DeployBody.input_schema()),
        ("POST /api/v1/infrastructure/runs", RunBody.input_schema()),
        ("POST /api/v1/users/requests/submit", SubmissionBody.input_schema()),
    ],
)
def test_the_table_of_a_requests_fields_is_that_of_its_schema(heading: str, schema: Schema) -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|([^|]*)\|", SECTIONS[heading], re.MULTILINE)
    described = {name: when.strip() for row, when in rows for name in re.findall(r"\w+", row)}

    assert set(described) == set(schema["properties"])
    assert [name for name, when in described.items() if when == "required"] == schema["required"]


def test_the_table_of_what_is_asked_of_a_deployment_is_that_of_its_bodies() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", SECTIONS[ASKED[0]], re.MULTILINE)
    models: dict[str, type[InputModel]] = {
        "plan": operations.PlanBody,
        "apply": operations.ApplyBody,
        "destroy": operations.DestroyBody,
        "unlock": operations.UnlockBody,
        "recover": operations.CommentBody,
    }

    for kind, model in models.items():
        described = {name for name, of in rows if of == "all" or f"`/{kind}`" in of}
        assert (kind, described) == (kind, set(model.input_schema()["properties"]))


def test_the_table_of_problems_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)

    assert rows == [(code, str(problem.status), problem.title) for code, problem in PROBLEMS.items()]


def test_the_table_of_why_an_operation_ended_is_that_of_the_code() -> None:
    section = PAGE.partition("\n## Why an operation ended\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (yes)? \|$", section, re.MULTILINE)

    assert rows == [
        (code, reason.cause, reason.next_step, "yes" if reason.transient else "")
        for code, reason in FAILURES.items()
    ]


def _generic(curl: str) -> str:
    """The example with its ids and names as the route has them."""
    curl = re.sub(r"(deploy|op)-3f2a9c0d1e4b(-1)?", "{id}", curl)
    return curl.replace("/password/", "/{name}/").replace("/terraform-local/greeting", "/{provider}/{name}")


def _undescribed(reply: Reply, heading: str) -> list[str]:
    if "json" not in reply.headers.get("Content-Type", ""):
        return []
    text = SECTIONS[heading] + "".join(SECTIONS[other] for other in DESCRIBED_IN.get(heading, []))
    return sorted({name for name in _names(reply.json) if not re.search(rf"[`\"]{name}[`\"]", text)})


def _names(value: Any) -> Iterator[str]:
    """The names of every member, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            if name not in FREE or isinstance(item, list):
                yield from _names(item)
