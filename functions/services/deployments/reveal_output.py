"""POST /deployments/{id}/outputs/{name}/reveal: one sensitive output, to who may, with an event."""

from __future__ import annotations

import json
from typing import Any

from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import ProblemCode, RequestRefused
from functions.services.admission.environments import environment_for
from functions.services.context import Context
from functions.services.lookup import find_deployment
from functions.services.optimistic_retry import retry_on_conflict


def reveal_output(ctx: Context, deployment_id: str, name: str, *, caller: str) -> Any:
    """The output's value; the event is written before it is given.

    Raises RequestRefused `deployment_not_found`, `output_not_found`, `reveal_forbidden`, `conflict`;
    UnsealFailed, SecretBoxUnavailable.
    """

    def reveal() -> Any:
        stored = find_deployment(ctx, deployment_id)
        deployment = stored.deployment
        _check(ctx, deployment, name, caller)
        value = _value(ctx, deployment, name)
        ctx.store.commit(stored, transitions.output_revealed(deployment, ctx.now(), caller, name))
        return value

    return retry_on_conflict(f"revealing output '{name}' of deployment '{deployment_id}'", reveal)


def _check(ctx: Context, deployment: Deployment, name: str, caller: str) -> None:
    if name not in deployment.sensitive_outputs:
        known = ", ".join(f"'{output}'" for output in deployment.sensitive_outputs) or "none"
        raise RequestRefused(
            ProblemCode.OUTPUT_NOT_FOUND,
            f"deployment '{deployment.deployment_id}' has no sensitive output '{name[:64]}'; it has {known}",
        )
    environment = environment_for(ctx, deployment)
    readers = {deployment.created_by if each == "creator" else each for each in environment.reveal}
    if caller not in readers and "*" not in environment.reveal:
        raise RequestRefused(
            ProblemCode.REVEAL_FORBIDDEN,
            f"'{caller}' may not see the sensitive outputs of deployment '{deployment.deployment_id}': "
            f"ask one of those whom 'reveal' of environment '{environment.id}' names",
        )


def _value(ctx: Context, deployment: Deployment, name: str) -> Any:
    blob = deployment.sealed_outputs
    found = ctx.artifacts.read(blob) if blob else None
    if blob is None or found is None or ctx.box is None:
        raise RequestRefused(
            ProblemCode.OUTPUT_NOT_FOUND, f"the value of output '{name}' was not kept, or its key is not set"
        )
    return json.loads(ctx.box.open(found.data, name=blob))[name]
