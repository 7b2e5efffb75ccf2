from __future__ import annotations

import json
from pathlib import Path

from local.stack.local_settings import write_local_settings


def test_the_core_tools_find_every_setting(tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"

    assert write_local_settings(file, {"SLIPWAY_STORAGE": "here"}) is None

    assert json.loads(file.read_text()) == {
        "IsEncrypted": False,
        "Values": {"FUNCTIONS_WORKER_RUNTIME": "python", "SLIPWAY_STORAGE": "here"},
    }


def test_a_developers_own_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    own = '{"Values": {"SLIPWAY_STORAGE": "elsewhere"}}'
    file.write_text(own)

    notice = write_local_settings(file, {"SLIPWAY_STORAGE": "here"})

    assert file.read_text() == own
    assert (
        notice
        == "'local.settings.json' names another storage than this one; delete it, and it is written again"
    )


def test_a_file_that_names_this_storage_is_not_remarked_upon(tmp_path: Path) -> None:
    file = tmp_path / "local.settings.json"
    write_local_settings(file, {"SLIPWAY_STORAGE": "here"})

    assert write_local_settings(file, {"SLIPWAY_STORAGE": "here", "SLIPWAY_NEW": "1"}) is None
