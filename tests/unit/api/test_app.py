"""function_app.py and host.json as the Functions host meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from functions.api.routes import NOT_FOUND, ROUTES
from local.paths import ROOT

INDEX = """
import json, sys
from function_app import app
functions = {f.get_function_name(): f.get_trigger().get_dict_repr() for f in app.get_functions()}
print(json.dumps({"functions": functions, "modules": sorted(sys.modules)}, default=str))
"""


@pytest.fixture(scope="module")
def indexed() -> dict[str, Any]:
    """What a fresh process without any setting finds in the app."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", INDEX], capture_output=True, check=True, cwd=ROOT, env=environment, timeout=60
    )
    printed: dict[str, Any] = json.loads(ended.stdout)
    return printed


def test_the_app_is_indexed_without_any_setting(indexed: dict[str, Any]) -> None:
    assert {route.name for route in ROUTES} < set(indexed["functions"])


def test_the_function_for_unknown_paths_sorts_behind_all_others(indexed: dict[str, Any]) -> None:
    assert max(indexed["functions"], key=str.lower) == NOT_FOUND.name


def test_the_app_has_the_workers_too(indexed: dict[str, Any]) -> None:
    kinds = {trigger["type"] for trigger in indexed["functions"].values()}

    assert kinds == {"httpTrigger", "queueTrigger", "timerTrigger"}


def test_a_cold_start_does_not_import_what_the_first_request_may_never_need(indexed: dict[str, Any]) -> None:
    assert not {"jsonschema", "azure.identity", "hcl2"} & set(indexed["modules"])


def test_paths_begin_at_the_root() -> None:
    host = json.loads((ROOT / "host.json").read_text())

    assert host["extensions"]["http"]["routePrefix"] == ""


def test_every_setting_of_the_host_has_its_reason_written_down() -> None:
    reasons = (ROOT / "docs" / "decisions" / "0004-host-settings.md").read_text()

    assert [
        name
        for name in setting_names(json.loads((ROOT / "host.json").read_text()))
        if f"`{name}`" not in reasons
    ] == []


def setting_names(settings: dict[str, Any], path: str = "") -> list[str]:
    names = []
    for name, value in settings.items():
        inner = isinstance(value, dict) and name != "logLevel"
        names += setting_names(value, f"{path}{name}.") if inner else [f"{path}{name}"]
    return names
