"""The API answers as it did when its answers were recorded; `record_answers` says when to record anew."""

from __future__ import annotations

import re
from typing import Any

import pytest

from functions.api.problems import PROBLEMS
from functions.api.routes import ROUTES
from functions.domain.errors import ProblemCode
from tests.contract.record_answers import RECORDED, answers_of, recorded_answers_of
from tests.contract.scenarios import SCENARIOS

# A method that is not taken and a path that is not there say nothing about a handler.
_NOT_HANDLED = {404, 405}


def _all_recorded() -> list[dict[str, Any]]:
    return [entry for scenario in SCENARIOS for entry in recorded_answers_of(scenario)]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_request_is_answered_as_it_was_recorded(scenario: str) -> None:
    now, recorded = answers_of(scenario), recorded_answers_of(scenario)

    assert [entry["name"] for entry in now] == [entry["name"] for entry in recorded]
    for entry, before in zip(now, recorded, strict=True):
        assert entry == before


def test_every_file_of_recordings_has_its_scenario() -> None:
    assert {path.stem for path in RECORDED.iterdir()} == set(SCENARIOS)


@pytest.mark.parametrize(
    ("path", "method"), [(route.path, method) for route in ROUTES for method in route.methods]
)
def test_every_method_of_every_route_is_recorded_with_an_answer_of_its_handler(
    path: str, method: str
) -> None:
    pattern = re.compile("/" + re.sub(r"\{\w+\}", "[^/]+", path))

    requests = [
        entry["name"]
        for entry in _all_recorded()
        if entry["request"]["method"] == method
        and pattern.fullmatch(entry["request"]["address"].partition("?")[0])
        and entry["answer"]["status"] not in _NOT_HANDLED
    ]

    assert requests


def test_every_problem_is_recorded() -> None:
    bodies = [entry["answer"]["body"] for entry in _all_recorded()]
    recorded = {body["code"] for body in bodies if isinstance(body, dict) and "code" in body}

    # every engine that ships can do all that the API offers; tests/e2e/test_engines.py has one that cannot
    assert set(PROBLEMS) - recorded == {ProblemCode.UNSUPPORTED_BY_ENGINE}


def test_nothing_recorded_depends_on_when_or_where_it_was_recorded() -> None:
    text = "".join(path.read_text() for path in sorted(RECORDED.iterdir()))

    ids = set(re.findall(r"\b(?:deploy|op)-[0-9a-f]{12}", text))
    assert ids == {"deploy-000000000000", "op-000000000000"}
    assert re.findall(r"functions[./]\w+|runner[./]\w+", text) == []
