"""POST /deployments/{id}/outputs/{name}/reveal: return one sensitive output and record an event."""

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
    """Return the output's value, after the event is written.

    Raises RequestRefused `deployment_not_found`, `output_not_found`, `reveal_forbidden`, `conflict`;
    UnsealFailed, SecretBoxUnavailable.
    """

    def reveal() -> Any:
        stored = find_deployment(ctx, deployment_id)
        deployment = stored.deployment
        _check_permission(ctx, deployment, name, caller)
        value = _read_value(ctx, deployment, name)
        ctx.store.commit(stored, transitions.output_revealed(deployment, ctx.now(), caller, name))
        return value

    return retry_on_conflict(f"revealing output '{name}' of deployment '{deployment_id}'", reveal)


def _check_permission(ctx: Context, deployment: Deployment, name: str, caller: str) -> None:
    if name not in deployment.sensitive_outputs:
        names = ", ".join(f"'{output}'" for output in deployment.sensitive_outputs) or "none"
        raise RequestRefused(
            ProblemCode.OUTPUT_NOT_FOUND,
            f"deployment '{deployment.deployment_id}' has no sensitive output '{name[:64]}'; it has {names}",
        )
    environment = environment_for(ctx, deployment)
    readers = {deployment.created_by if name == "creator" else name for name in environment.reveal}
    if caller not in readers and "*" not in environment.reveal:
        raise RequestRefused(
            ProblemCode.REVEAL_FORBIDDEN,
            f"'{caller}' may not see the sensitive outputs of deployment '{deployment.deployment_id}': "
            f"ask a caller whom 'reveal' of environment '{environment.id}' lists",
        )


def _read_value(ctx: Context, deployment: Deployment, name: str) -> Any:
    blob = deployment.sealed_outputs
    sealed = ctx.artifacts.read(blob) if blob else None
    if blob is None or sealed is None or ctx.box is None:
        raise RequestRefused(
            ProblemCode.OUTPUT_NOT_FOUND, f"the value of output '{name}' was not stored, or no key is set"
        )
    return json.loads(ctx.box.open(sealed.data, name=blob))[name]
