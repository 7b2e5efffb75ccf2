"""A job's parameters as Terraform's variables: the plain ones in a file, a secret in the environment only."""

from __future__ import annotations

import json
from typing import Any

from runner.engines.terraform.hcl import as_expression
from runner.engines.terraform.session import TerraformSession
from runner.secrets import open_secrets


def write_variables(session: TerraformSession) -> None:
    """Have Terraform get every parameter, a sensitive one as `TF_VAR_<name>`. Raises StepFailed as
    `open_secrets` does.
    """
    secrets = open_secrets(session.job)
    for name, value in secrets.values.items():
        if value is not None:
            schema = secrets.schemas.get(name, {})
            session.cli.environment[f"TF_VAR_{name}"] = _variable(value, schema)
    # no variable of the environment can say null, and that is no secret
    nulls = {name: None for name, value in secrets.values.items() if value is None}
    parameters = {**session.job.spec.parameters, **nulls}
    session.variables.write_text(json.dumps(parameters, ensure_ascii=False), encoding="utf-8")


def _variable(value: Any, schema: dict[str, Any]) -> str:
    """The value as Terraform reads it from a variable of the environment: the text itself where the parameter
    is declared as a text, or as nothing at all; else an expression.
    """
    is_raw = isinstance(value, str) and "object" not in schema.get("type", ())
    return str(value) if is_raw else as_expression(value)
