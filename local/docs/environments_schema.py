"""`python -m local.docs.environments_schema`: writes docs/environments.schema.json from the model.

Editors complete and check `environments.json` with it. `--check` only checks if it is up to date.
"""

from __future__ import annotations

import json
import sys

from functions.adapters.configuration.environments_file import EnvironmentsFile
from local.docs.generated_file import write_or_check
from local.paths import ROOT

SCHEMA = ROOT / "docs" / "environments.schema.json"


def main(arguments: list[str] | None = None) -> int:
    """Write or check the schema. Return 1 if `--check` finds that it is out of date."""
    return write_or_check(
        "local.docs.environments_schema", __doc__, arguments, SCHEMA, lambda _text: render()
    )


def render() -> str:
    """Return the text of the schema."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "environments.json",
        **EnvironmentsFile.input_schema(),
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main())
