from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

from functions import settings
from functions.adapters.configuration.environments_file import read_environments
from functions.domain.environments import Environment
from local.paths import ROOT

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_the_page_names_every_setting_of_the_app() -> None:
    names = [value for name, value in vars(settings).items() if name.isupper() and isinstance(value, str)]

    assert [name for name in names if f"| `{name}` |" not in PAGE] == []


def test_the_pages_environments_are_ones_that_the_app_takes_with_every_key_explained(tmp_path: Path) -> None:
    example = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "environments.json"
    file.write_text(example[0])

    found = read_environments(file)

    assert found.by_id["prod"].backend.type == "s3"
    keys = {field.name for field in dataclasses.fields(Environment)} - {"id"}
    assert set(json.loads(example[0])["environments"]["prod"]) == keys
    assert [key for key in keys if f"| `{key}` |" not in PAGE] == []
