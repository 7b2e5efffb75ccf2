"""The models of request bodies, as the routes name them and the handlers take them."""

from __future__ import annotations

import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import pytest

from functions.api.bodies.deploy import DeployBody
from functions.api.body_check import model_named, read_body
from functions.api.routes import ROUTES, Endpoint
from functions.domain.errors import RequestRefused
from local.paths import ROOT

TAKING_A_BODY = [
    pytest.param(endpoint, id=f"{method} {route.path}")
    for route in ROUTES
    for method, endpoint in route.methods.items()
    if endpoint.body
]


@pytest.mark.parametrize("endpoint", TAKING_A_BODY)
def test_a_handler_takes_the_body_that_its_route_names(endpoint: Endpoint) -> None:
    assert endpoint.body is not None
    model = model_named(endpoint.body.model)

    hints = typing.get_type_hints(endpoint.handler, localns={model.__name__: model})

    assert typing.get_args(hints["request"]) == (model,)


@pytest.mark.parametrize("endpoint", TAKING_A_BODY)
def test_the_example_of_a_body_is_taken(endpoint: Endpoint) -> None:
    assert endpoint.body is not None
    model = model_named(endpoint.body.model)

    assert isinstance(read_body(model, dict(endpoint.body.example), lambda _sent: []), model)


@pytest.mark.parametrize("endpoint", TAKING_A_BODY)
def test_a_member_may_be_left_out_or_given_but_is_never_null(endpoint: Endpoint) -> None:
    assert endpoint.body is not None
    model = model_named(endpoint.body.model)
    nulls: dict[str, Any] = dict.fromkeys(model.input_schema()["properties"])

    if nulls:
        with pytest.raises(RequestRefused) as refused:
            read_body(model, nulls, lambda _sent: [])

        codes = {problem.pointer: problem.code for problem in refused.value.errors}
        assert codes.keys() == {f"/{name}" for name in nulls}
        assert set(codes.values()) <= {"wrong_type", "not_allowed"}


def test_what_was_sent_is_in_no_error() -> None:
    with pytest.raises(RequestRefused) as refused:
        read_body(DeployBody, {"ttl": "HUNTER2", "location": "HUNTER2", "tags": "HUNTER2"}, lambda _: [])

    assert [problem.pointer for problem in refused.value.errors] == [
        "/location",
        "/provider_type",
        "/tags",
        "/template_name",
        "/ttl",
    ]
    assert "HUNTER2" not in repr(refused.value.errors) + str(refused.value)


def test_no_plugin_of_an_installed_package_is_looked_for_or_sees_a_body(tmp_path: Path) -> None:
    package = tmp_path / "curious-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: curious\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[pydantic]\ncurious = curious:plugin\n")
    (tmp_path / "curious.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w').close()\nplugin = None\n")
    code = """
from functions.api.bodies.deploy import DeployBody
from functions.api.body_check import read_body
read_body(DeployBody, {"template_name": "greeting", "provider_type": "terraform-local"}, lambda sent: [])
"""
    environ = {"PYTHONPATH": f"{ROOT}:{tmp_path}"}

    subprocess.run([sys.executable, "-c", code], env=environ, check=True)

    assert not (tmp_path / "loaded").exists()
