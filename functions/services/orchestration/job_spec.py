"""Builds the spec of a job: all of the runner's inputs, so that it never reads a table."""

from __future__ import annotations

from collections.abc import Mapping

from functions.domain.deployments.deployment import Deployment
from functions.domain.jobs import blob_names
from functions.domain.jobs.engines import engine_of
from functions.domain.jobs.job_contract import JobSpec, Task
from functions.domain.jobs.terraform_settings import TerraformSettings
from functions.services.catalog.template_snapshots import template_of
from functions.services.context import Context

DEFAULT_WORKSPACE = "slipway"
"""Terraform refuses to delete its own `default` workspace, so the state in it could never be removed."""


def job_spec(ctx: Context, deployment: Deployment) -> JobSpec:
    """Return the spec of the current operation's next job."""
    operation = deployment.operation
    template = template_of(ctx, deployment)
    engine = engine_of(deployment.provider_type)
    parameters, secrets = deployment.inputs(operation)
    return JobSpec(
        deployment_id=deployment.deployment_id,
        operation_id=operation.id,
        job=operation.job + 1,
        kind=operation.kind,
        task=operation.task,
        correlation_id=operation.correlation_id,
        provider_type=deployment.provider_type,
        template_name=deployment.template_name,
        template_digest=deployment.template_digest,
        location=deployment.location,
        subscription_id=deployment.subscription_id,
        resource_group=deployment.resource_group,
        parameters=parameters,
        secrets=secrets,
        former_secrets=_former_secrets(ctx, deployment, secrets),
        sensitive_outputs=template.sensitive_outputs,
        tags=deployment.tags,
        command_seconds=template.timeouts.get("command_seconds", ctx.policy.command_seconds),
        job_seconds=template.timeouts.get("job_seconds", ctx.policy.job_seconds),
        plan=operation.plan if operation.task is Task.APPLY_PLAN else None,
        lock_id=operation.lock_id,
        errored_state=operation.errored_state,
        engine=engine.name,
        **(_terraform_settings(ctx, deployment).spec_members() if engine.uses_backend else {}),
    )


def _terraform_settings(ctx: Context, deployment: Deployment) -> TerraformSettings:
    workspace = terraform_workspace(deployment.workspace)
    return TerraformSettings(deployment.backend, workspace, ctx.policy.lock_wait_seconds)


def _former_secrets(ctx: Context, deployment: Deployment, secrets: Mapping[str, str]) -> tuple[str, ...]:
    """Return the sealed blobs of former values. After an incomplete apply the state may contain them."""
    if not secrets and not deployment.secrets:
        return ()
    names = ctx.artifacts.names(blob_names.operations_prefix(deployment.deployment_id))
    return tuple(sorted({name for name in names if blob_names.is_secrets(name)} - set(secrets.values())))


def terraform_workspace(name: str) -> str:
    """Return Terraform's workspace for the one that a caller names."""
    return DEFAULT_WORKSPACE if name == "default" else name
