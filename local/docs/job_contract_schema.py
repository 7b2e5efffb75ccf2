"""`python -m local.docs.job_contract_schema`: writes docs/job_contract.schema.json from the code.

It is the JSON Schema of the documents that app and runner exchange, so that a review shows each change of
them. `--check` only checks if it is up to date.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pydantic import TypeAdapter

from functions.domain.jobs.job_contract import Claim, Heartbeat, JobResult, JobSpec
from local.docs.generated_file import write_or_check
from local.paths import ROOT

SCHEMA = ROOT / "docs" / "job_contract.schema.json"
DOCUMENTS = (JobSpec, Claim, Heartbeat, JobResult)
# These are documented in the code. In the schema, a new wording would look like a change of the contract.
_PROSE = ("title", "description")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the schema. Return 1 if `--check` finds that it is out of date."""
    return write_or_check(
        "local.docs.job_contract_schema", __doc__, arguments, SCHEMA, lambda _text: render()
    )


def render() -> str:
    """Return the text of the schema, which is the same on every machine."""
    adapters = [(kind.__name__, "validation", TypeAdapter(kind)) for kind in DOCUMENTS]
    _, schema = TypeAdapter.json_schemas(adapters)  # type: ignore[arg-type]  # the mode is a Literal
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "written by local/docs/job_contract_schema.py from functions/domain/jobs/job_contract.py",
        "anyOf": [{"$ref": f"#/$defs/{kind.__name__}"} for kind in DOCUMENTS],
        "$defs": _without_prose(schema["$defs"]),
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _without_prose(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_prose(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # A member may have such a name, too: then its value is a schema, not a text.
    members = {name: value for name, value in schema.items() if name not in _PROSE or isinstance(value, dict)}
    return {name: _without_prose(value) for name, value in members.items()}


if __name__ == "__main__":
    sys.exit(main())
