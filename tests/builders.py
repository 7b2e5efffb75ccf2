"""Builds valid objects with defaults for every value. A test passes only the values that matter to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from functions.domain.catalog.template_entry import TemplateEntry, TemplateOutput
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation, new_operation
from functions.domain.environments import Environment, Environments
from functions.domain.identifiers import new_deployment_id, operation_id
from functions.domain.jobs.job_contract import JobResult, JobSpec, Outcome, Task
from functions.domain.jobs.saved_plan import PlanRecord
from functions.domain.jobs.terraform_state import Backend, StateRecord
from functions.domain.status import Approval, OperationKind, Phase, Resources
from functions.ports import ActiveEntry, JobStart

AT = datetime(2026, 11, 21, 3, 4, 5, 678_000, tzinfo=UTC)


def an_operation(deployment_id: str = "deploy-0123456789ab", *, at: datetime = AT) -> Operation:
    """Return the first operation of a deployment, pending."""
    return new_operation(
        deployment_id, 1, at=at, created_by="ada", correlation_id="trace-1", kind=OperationKind.APPLY
    )


def a_deployment(deployment_id: str | None = None, *, at: datetime = AT, **changes: Any) -> Deployment:
    """Return a new deployment. Its id is random unless it is given."""
    deployment_id = deployment_id or new_deployment_id()
    values: dict[str, Any] = {
        "provider_type": "terraform-local",
        "cloud_provider": "local",
        "template_name": "greeting",
        "template_version": None,
        "template_digest": "0" * 64,
        "subscription_id": None,
        "resource_group": None,
        "location": None,
        "parameters": {},
        "tags": {},
        "created_by": "ada",
        "created_at": at,
        "correlation_id": "trace-1",
        "operation": an_operation(deployment_id, at=at),
    }
    return Deployment(deployment_id=deployment_id, **{**values, **changes})


def a_result(outcome: Outcome = Outcome.SUCCEEDED, *, at: datetime = AT, **changes: Any) -> JobResult:
    """Return a job's result, by default of an apply that succeeded and created resources."""
    values: dict[str, Any] = {
        "resources": Resources.SOME,
        "applied": True,
        "phase": Phase.READING_OUTPUTS,
    }
    return JobResult(outcome=outcome, ended_at=at, **{**values, **changes})


def a_state(**changes: Any) -> StateRecord:
    """Return the record of a Terraform state in a file."""
    values: dict[str, Any] = {
        "backend_type": "local",
        "backend_config": {"path": "terraform.tfstate"},
        "workspace": "default",
    }
    return StateRecord(**{**values, **changes})


def a_job_spec(deployment_id: str = "deploy-0123456789ab", **changes: Any) -> JobSpec:
    """Return the spec of the first job of a deployment's first operation."""
    values: dict[str, Any] = {
        "operation_id": operation_id(deployment_id, 1),
        "job": 1,
        "kind": OperationKind.APPLY,
        "task": Task.APPLY,
        "correlation_id": "trace-1",
        "provider_type": "terraform-local",
        "template_name": "greeting",
        "template_digest": "0" * 64,
        "location": None,
        "parameters": {},
        "secrets": {},
        "sensitive_outputs": (),
        "tags": {},
        "backend": Backend("local", {}),
        "workspace": "slipway",
        "command_seconds": 3600,
        "job_seconds": 7200,
        "lock_wait_seconds": 300,
    }
    return JobSpec(deployment_id=deployment_id, **{**values, **changes})


def a_job_start(deployment_id: str = "deploy-0123456789ab", *, job: int = 1) -> JobStart:
    """Return the data with which a launcher starts a job."""
    return JobStart(deployment_id, operation_id(deployment_id, 1), job, "trace-1")


def an_active_entry(deployment_id: str = "deploy-0123456789ab", **changes: Any) -> ActiveEntry:
    """Return the active entry of a deployment's first operation."""
    values: dict[str, Any] = {
        "key": operation_id(deployment_id, 1),
        "created_at": AT,
        "due_at": AT,
        "correlation_id": "trace-1",
    }
    return ActiveEntry(deployment_id=deployment_id, **{**values, **changes})


def a_template(**changes: Any) -> TemplateEntry:
    """Return the template `terraform/local/greeting`, with one optional parameter and one output."""
    values: dict[str, Any] = {
        "address": "terraform/local/greeting",
        "path": "terraform/local/greeting",
        "engine": "terraform",
        "cloud": "local",
        "provider_type": "terraform-local",
        "name": "greeting",
        "title": "Greeting",
        "summary": None,
        "version": "1.0.0",
        "digest": "0" * 64,
        "tags": (),
        "protected": False,
        "timeouts": {},
        "example": {},
        "files": ("main.tf",),
        "parameters": {
            "type": "object",
            "properties": {"name": {"type": "string", "default": "world"}},
            "additionalProperties": False,
        },
        "sensitive_parameters": (),
        "outputs": (TemplateOutput("greeting", None, sensitive=False),),
        "required_providers": {},
    }
    return TemplateEntry(**{**values, **changes})


def an_environment(env_id: str = "dev", **changes: Any) -> Environment:
    """Return an environment that requires no approval."""
    values: dict[str, Any] = {
        "location": None,
        "tags": {},
        "approval": Approval.NONE,
        "self_approval": True,
        "reveal": ("creator",),
        "backend": Backend("local", {}),
    }
    return Environment(id=env_id, **{**values, **changes})


def an_environment_set() -> Environments:
    """Return `dev` without approvals, `staging` with plan approval, `prod` without self-approval."""
    staging = an_environment("staging", approval=Approval.PLAN, tags={"environment": "staging"})
    prod = an_environment("prod", approval=Approval.PLAN, self_approval=False)
    return Environments("dev", {"dev": an_environment(), "staging": staging, "prod": prod})


def a_plan(**changes: Any) -> PlanRecord:
    """Return the record of a plan that the first job saved, from a state that was never written."""
    values: dict[str, Any] = {
        "job": 1,
        "sha256": "1" * 64,
        "template_digest": "0" * 64,
        "engine_version": "1.11.4",
        "providers": {},
        "parameters_digest": "2" * 64,
        "serial": 0,
        "lineage": "",
        "planned_at": AT,
    }
    return PlanRecord(**{**values, **changes})
