"""The environments of an installation, as its owner writes them down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.configuration.environments_file import read_environments
from functions.domain.errors import SettingsInvalid
from functions.domain.status import Approval
from local.paths import ROOT

KEYS = ("approval", "backend", "location", "reveal", "self_approval", "tags")


def written(folder: Path, **environments: Any) -> Path:
    path = folder / "environments.json"
    path.write_text(json.dumps({"default": "dev", "environments": environments}))
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(SettingsInvalid) as refused:
        read_environments(path)
    return [problem.partition("': ")[2] for problem in refused.value.problems]


def test_the_environments_that_are_shipped_get_stricter_towards_production() -> None:
    found = read_environments(ROOT / "environments.json")

    assert found.default == "dev"
    assert {name: each.approval for name, each in found.by_id.items()} == {
        "dev": Approval.NONE,
        "staging": Approval.PLAN,
        "prod": Approval.PLAN,
    }
    assert found.by_id["prod"].self_approval is False


def test_what_is_left_out_is_the_safe_choice(tmp_path: Path) -> None:
    dev = read_environments(written(tmp_path, dev={})).by_id["dev"]

    assert (dev.approval, dev.self_approval, dev.reveal) == (Approval.NONE, False, ("creator",))
    assert (dev.backend.type, dev.backend.config, dev.location, dev.tags) == ("local", {}, None, {})


def test_a_back_end_is_taken_over_with_its_arguments(tmp_path: Path) -> None:
    backend = {"type": "azurerm", "config": {"storage_account_name": "a", "container_name": "c"}}

    dev = read_environments(written(tmp_path, dev={"backend": backend})).by_id["dev"]

    assert (dev.backend.type, dev.backend.config) == ("azurerm", backend["config"])


def test_a_credential_in_the_file_is_refused_and_its_variable_named(tmp_path: Path) -> None:
    config = {"storage_account_name": "a", "container_name": "c", "access_key": "secret"}
    path = written(tmp_path, dev={"backend": {"type": "azurerm", "config": config}})

    (problem,) = problems(path)

    assert "'access_key' is a credential" in problem
    assert "ARM_ACCESS_KEY" in problem
    assert "secret" not in problem.replace("'access_key'", "")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        dev={"approval": "maybe", "colour": "red"},
        prod={"backend": {"type": "floppy"}, "self_approval": "no"},
        staging={"tags": {"a": 1}},
    )

    assert problems(path) == [
        "environment 'dev': 'colour' is not one of approval, backend, location, reveal, self_approval, tags",
        "environment 'dev': 'approval' must be one of none, request, plan",
        "environment 'prod': 'self_approval' must be true or false",
        "environment 'prod': backend 'floppy' is not one of azurerm, gcs, http, local, s3",
        "environment 'staging': 'tags' must be an object of text values",
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ([], "it must be an object"),
        ({"approval": ["plan"]}, "'approval' must be one of none, request, plan"),
        ({"approval": None}, "'approval' must be one of none, request, plan"),
        ({"location": 1}, "'location' must be a region's name, or null"),
        ({"reveal": "creator"}, "'reveal' must be a list of callers' names, 'creator' or '*'"),
        ({"reveal": None}, "'reveal' must be a list of callers' names, 'creator' or '*'"),
        ({"backend": "local"}, "'backend' must be an object with 'type' and 'config'"),
        ({"backend": {"type": ["local"]}}, "'backend' must be an object with 'type' and 'config'"),
        ({"backend": {"type": "local", "key": 1}}, "'backend' must be an object with 'type' and 'config'"),
    ],
)
def test_a_value_of_the_wrong_type_is_told(tmp_path: Path, entry: Any, expected: str) -> None:
    assert problems(written(tmp_path, dev=entry)) == [f"environment 'dev': {expected}"]


def test_a_name_that_no_request_could_give_is_refused(tmp_path: Path) -> None:
    long = "x" * 65

    assert problems(written(tmp_path, **{"dev": {}, "a b": {}, "": {}, long: {}})) == [
        f"environment '{name}': a name has letters, digits, '-' and '_', at most 64"
        for name in ("a b", "", long)
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"environments": {}}', "{"])
def test_a_file_without_environments_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "environments.json"
    path.write_text(text)

    with pytest.raises(SettingsInvalid, match="reading the environments of"):
        read_environments(path)


@pytest.mark.parametrize("default", ["x", None, ["dev"], {}])
def test_a_default_that_is_none_of_them_is_refused(tmp_path: Path, default: Any) -> None:
    path = tmp_path / "environments.json"
    path.write_text(json.dumps({"default": default, "environments": {"dev": {}}}))

    assert problems(path) == ["'default' must be one of dev"]


def test_a_misspelt_key_of_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "environments.json"
    path.write_text(json.dumps({"default": "dev", "environment": {}, "environments": {"dev": {}}}))

    assert problems(path) == ["'environment' is not one of default, environments"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="No such file"):
        read_environments(tmp_path / "none.json")
