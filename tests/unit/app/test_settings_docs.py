from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import pytest

from functions.adapters.configuration.environments_file import read_environments
from functions.domain.environments import Environment
from functions.domain.settings_reader import declared_settings
from functions.settings import Settings
from local.docs import settings_tables
from local.docs.settings_tables import app_settings, main
from local.paths import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_the_page_shows_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_page_that_drifted_is_told_of_left_alone_by_check_and_written_anew_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "settings.md"
    drifted = PAGE.replace("| 604800 (7 days) |", "| 604800 |")
    page.write_text(drifted)
    monkeypatch.setattr(settings_tables, "PAGE", page)

    assert main(["--check"]) == 1
    assert "run python -m local.docs.settings_tables" in capsys.readouterr().err
    assert page.read_text() == drifted
    assert main([]) == 0
    assert page.read_text() == PAGE


def test_every_setting_has_a_row_with_its_default_and_bounds() -> None:
    rows = app_settings().splitlines()[2:]

    assert len(rows) == len(list(declared_settings(Settings)))
    assert "| `SLIPWAY_LOCK_WAIT_SECONDS` | 300 | 0 to 86400 | how long a job waits" in "\n".join(rows)


def test_the_pages_environments_are_ones_that_the_app_takes_with_every_key_explained(tmp_path: Path) -> None:
    example = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "environments.json"
    file.write_text(example[0])

    environments = read_environments(file)

    assert environments.by_id["prod"].backend.type == "s3"
    keys = {field.name for field in dataclasses.fields(Environment)} - {"id"}
    assert set(json.loads(example[0])["environments"]["prod"]) == keys
    assert [key for key in keys if f"| `{key}` |" not in PAGE] == []
