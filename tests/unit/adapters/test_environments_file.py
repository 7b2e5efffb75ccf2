"""The environments of an installation, as its owner writes them down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.adapters.configuration.environments_file import read_environments
from functions.domain.errors import SettingsInvalid
from functions.domain.status import Approval
from local.docs.environments_schema import SCHEMA, main
from local.paths import ROOT


def written(folder: Path, **environments: Any) -> Path:
    path = folder / "environments.json"
    path.write_text(json.dumps({"default": "dev", "environments": environments}))
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(SettingsInvalid) as refused:
        read_environments(path)
    return [problem.partition("': ")[2] for problem in refused.value.problems]


def test_the_environments_that_are_shipped_get_stricter_towards_production() -> None:
    environments = read_environments(ROOT / "environments.json")

    assert environments.default == "dev"
    assert {name: environment.approval for name, environment in environments.by_id.items()} == {
        "dev": Approval.NONE,
        "staging": Approval.PLAN,
        "prod": Approval.PLAN,
    }
    assert environments.by_id["prod"].self_approval is False


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
        "/environments/dev/approval must be one of 'none', 'request', 'plan'",
        "/environments/dev/colour is unknown",
        "/environments/prod/backend/type must be one of 'azurerm', 'gcs', 'http', 'local', 's3'",
        "/environments/prod/self_approval must be true or false, got a string",
        "/environments/staging/tags/a must be a string, got a number",
    ]


def test_a_wrong_backend_is_told_beside_other_mistakes(tmp_path: Path) -> None:
    path = written(tmp_path, dev={"approval": "maybe"}, prod={"backend": {"type": "s3"}})

    missing = [f"backend 's3': '{name}' is missing, or not a text" for name in ("bucket", "region")]
    assert problems(path) == [
        "/environments/dev/approval must be one of 'none', 'request', 'plan'",
        f"/environments/prod/backend cannot be used: {'; '.join(missing)}",
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ([], " must be an object, got a list"),
        ({"approval": ["plan"]}, "/approval must be a string, got a list"),
        ({"approval": None}, "/approval must be a string, got null"),
        ({"location": 1}, "/location must be a string or null, got a number"),
        ({"reveal": "creator"}, "/reveal must be a list, got a string"),
        ({"reveal": None}, "/reveal must be a list, got null"),
        ({"self_approval": 1}, "/self_approval must be true or false, got a number"),
        ({"backend": "local"}, "/backend must be an object, got a string"),
        ({"backend": {"type": ["local"]}}, "/backend/type must be a string, got a list"),
        ({"backend": {"type": "local", "key": 1}}, "/backend/key is unknown"),
    ],
)
def test_a_value_of_the_wrong_type_is_told(tmp_path: Path, entry: Any, expected: str) -> None:
    assert problems(written(tmp_path, dev=entry)) == [f"/environments/dev{expected}"]


def test_a_name_that_no_request_could_give_is_refused(tmp_path: Path) -> None:
    long = "x" * 65

    assert problems(written(tmp_path, **{"dev": {}, "a b": {}, "": {}, long: {}})) == [
        f"/environments/{name} is no name: it must have letters, digits, '-' and '_', at most 64"
        for name in ("", "a b", long)
    ]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"environments": {}}', "{"])
def test_a_file_without_environments_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "environments.json"
    path.write_text(text)

    with pytest.raises(SettingsInvalid, match="reading the environments of"):
        read_environments(path)


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("x", "/default must be one of dev"),
        (None, "/default must be a string, got null"),
        (["dev"], "/default must be a string, got a list"),
        ({}, "/default must be a string, got an object"),
    ],
)
def test_a_default_that_is_none_of_them_is_refused(tmp_path: Path, default: Any, expected: str) -> None:
    path = tmp_path / "environments.json"
    path.write_text(json.dumps({"default": default, "environments": {"dev": {}}}))

    assert problems(path) == [expected]


def test_a_misspelt_key_of_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "environments.json"
    path.write_text(json.dumps({"default": "dev", "environment": {}, "environments": {"dev": {}}}))

    assert problems(path) == ["/environment is unknown; did you mean 'environments'?"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="No such file"):
        read_environments(tmp_path / "none.json")


def test_an_editor_finds_the_schema_of_the_file_that_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = json.loads((ROOT / "environments.json").read_text())

    assert (ROOT / shipped["$schema"]).resolve() == SCHEMA
    assert main(["--check"]) == 0, capsys.readouterr().err
