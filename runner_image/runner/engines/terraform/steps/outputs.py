"""Reads the outputs of what was applied."""

from __future__ import annotations

import json

from functions.domain.failures import Failure, FailureCode
from runner.engines.terraform.session import TerraformSession
from runner.errors import StepFailed
from runner.process.stop import Stop
from runner.shared_steps import publish_outputs


def read_outputs(session: TerraformSession) -> None:
    """Read the outputs and publish them; sensitive ones are sealed."""
    # The state that was read after the apply contains them; `output` would take another start of the engine.
    outputs = _run_output(session) if session.outputs is None else session.outputs
    publish_outputs(session.job, outputs)


def _run_output(session: TerraformSession) -> dict[str, tuple[object, bool]]:
    """Return the outputs from `terraform output`. It ignores the stop flag, as the apply is done."""
    result, output = session.cli.read("output", "-json", stop=Stop())
    if result.returncode != 0:
        message = f"{session.describe_end('output', result)}, after everything was applied"
        raise StepFailed(Failure(FailureCode.OUTPUTS_FAILED, message))
    try:
        return {name: (body["value"], body["sensitive"]) for name, body in json.loads(output).items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = (
            f"{session.cli.name('output')} wrote no outputs that can be read, after everything was applied"
        )
        raise StepFailed(Failure(FailureCode.OUTPUTS_FAILED, message)) from error
