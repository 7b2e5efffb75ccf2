"""Passes the parameters of a job to Terraform: plain ones in a file, secrets only in the environment."""

from __future__ import annotations

import json
from typing import Any

from runner.engines.terraform.hcl import as_expression
from runner.engines.terraform.session import TerraformSession
from runner.secrets import open_secrets


def write_variables(session: TerraformSession) -> None:
    """Write the plain parameters to a file, and set the sensitive ones as `TF_VAR_<name>`.

    Raises StepFailed as `open_secrets` does.
    """
    secrets = open_secrets(session.job)
    for name, value in secrets.values.items():
        if value is not None:
            schema = secrets.schemas.get(name, {})
            session.cli.environment[f"TF_VAR_{name}"] = _variable(value, schema)
    # A variable of the environment cannot be null, and null is no secret: so it goes to the file.
    nulls = {name: None for name, value in secrets.values.items() if value is None}
    parameters = {**session.job.spec.parameters, **nulls}
    session.variables.write_text(json.dumps(parameters, ensure_ascii=False), encoding="utf-8")


def _variable(value: Any, schema: dict[str, Any]) -> str:
    """Return a value as Terraform reads it from a variable of the environment.

    That is the text itself if the parameter is declared as a text or has no type, else an HCL expression.
    """
    is_raw = isinstance(value, str) and "object" not in schema.get("type", ())
    return str(value) if is_raw else as_expression(value)
