"""Encodes what the services return as JSON: one encoder for each kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from functions.api.links import Links
from functions.domain.clock import optional_text, to_text
from functions.domain.codec import to_plain
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.event import Event
from functions.domain.deployments.operation import Decision, Operation
from functions.domain.deployments.user_request import request_status
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.status import Condition, OperationStatus
from functions.ports import ListEntry
from functions.services.operations.get_operation import OperationView
from functions.services.operations.get_plan import PlanView
from functions.services.runs.get_run import RunView

HIDDEN = "***"

Json = dict[str, Any]

_PARTS = (
    "status",
    "wait",
    "operations",
    "logs",
    "events",
    "cancel",
    "plan",
    "apply",
    "destroy",
    "unlock",
    "recover",
)


def status(deployment: Deployment, heartbeat: Heartbeat | None, now: datetime) -> Json:
    """Return the status document, the body of `/status`, `/wait` and `/cancel`."""
    return {
        "deployment_id": deployment.deployment_id,
        "status": deployment.status,
        "provider_type": deployment.provider_type,
        "template_name": deployment.template_name,
        "created_at": to_text(deployment.created_at),
        **_progress_fields(deployment.operation, heartbeat, now),
        "outputs": outputs(deployment),
        "sensitive_outputs": list(deployment.sensitive_outputs),
        "error": to_plain(deployment.error),
        "resources": deployment.resources,
        "correlation_id": deployment.correlation_id,
        "task_id": deployment.task_id,
    }


def deployment_record(
    deployment: Deployment, heartbeat: Heartbeat | None, now: datetime, links: Links
) -> Json:
    """Return the complete record: the status document, the request's fields and what else is recorded."""
    return {
        **status(deployment, heartbeat, now),
        "cloud_provider": deployment.cloud_provider,
        "template_address": deployment.template_address,
        "template_version": deployment.template_version,
        "template_digest": deployment.template_digest,
        "subscription_id": deployment.subscription_id,
        "resource_group": deployment.resource_group,
        "location": deployment.location,
        "env_id": deployment.env_id,
        "workspace": deployment.workspace,
        "parameters": {**deployment.parameters, **dict.fromkeys(deployment.secrets, HIDDEN)},
        "sensitive_parameters": sorted(deployment.secrets),
        "tags": deployment.tags,
        "created_by": deployment.created_by,
        "execution": deployment.operation.execution,
        "state": to_plain(deployment.state),
        "recoverable": deployment.errored_state is not None,
        "expires_at": optional_text(deployment.expires_at),
        "backend_type": deployment.backend.type,
        "approval": deployment.operation.approval,
        "unfinished": [operation.id for operation in deployment.unfinished],
        "request": to_plain(deployment.request),
        "links": _deployment_links(deployment, links),
    }


def summary(entry: ListEntry) -> Json:
    """Return a deployment's entry in the list."""
    return {
        "deployment_id": entry.deployment_id,
        "status": entry.status,
        "provider_type": entry.provider_type,
        "template_name": entry.template_name,
        "subscription_id": entry.subscription_id,
        "resource_group": entry.resource_group,
        "location": entry.location,
        "created_by": entry.created_by,
        "created_at": entry.created_at,
        "started_at": entry.started_at,
        "completed_at": entry.completed_at,
    }


def operation(view: OperationView, now: datetime) -> Json:
    """Return an operation."""
    operation = view.operation
    return {
        "id": operation.id,
        "deployment_id": operation.deployment_id,
        "kind": operation.kind,
        "status": operation.status,
        "created_at": to_text(operation.created_at),
        "created_by": operation.created_by,
        "comment": operation.comment,
        **_progress_fields(operation, view.heartbeat, now),
        "position": view.position,
        "blocked_by": view.blocked_by,
        "approval": operation.approval,
        "awaiting_since": optional_text(operation.awaiting_since),
        "awaiting_until": optional_text(view.awaiting_until),
        "decision": _decision(operation.decision) if operation.decision else None,
        "request_decision": _decision(operation.request_decision) if operation.request_decision else None,
        "plan": to_plain(operation.plan),
        "changes": operation.changes,
        "jobs": operation.job,
        "execution": operation.execution,
        "engine_version": operation.engine_version,
        "lock_id": operation.lock_id,
        "retry_of": operation.retry_of,
        "cancel_requested_at": optional_text(operation.cancel_requested_at),
        "cancel_requested_by": operation.cancel_requested_by,
        "cancel_comment": operation.cancel_comment,
        "late_result": operation.late_result,
        "error": to_plain(operation.error),
        "correlation_id": operation.correlation_id,
    }


def run(run_view: RunView, now: datetime) -> Json:
    """Return an operation as the infrastructure API shows it, with the outputs that it produced."""
    view = run_view.view
    deployment, operation = view.deployment, view.operation
    return {
        "id": operation.id,
        "env_id": deployment.env_id,
        "action": operation.kind,
        "status": operation.status,
        "stack_path": deployment.template_address,
        "workspace": deployment.workspace,
        "task_id": operation.id,
        "deployment_id": deployment.deployment_id,
        "created_at": to_text(operation.created_at),
        "created_by": operation.created_by,
        **_progress_fields(operation, view.heartbeat, now),
        "position": view.position,
        "blocked_by": view.blocked_by,
        "plan_summary": operation.changes,
        "outputs": outputs(deployment) if run_view.produced_outputs else {},
        "sensitive_outputs": list(deployment.sensitive_outputs) if run_view.produced_outputs else [],
        "error": to_plain(operation.error),
        "correlation_id": operation.correlation_id,
    }


def user_request(deployment: Deployment) -> Json:
    """Return a user's request for a resource."""
    request, decision = deployment.request, deployment.request_decision
    if request is None:
        raise ValueError(f"showing deployment '{deployment.deployment_id}' as a request: it is none")
    return {
        "id": deployment.deployment_id,
        "deployment_id": deployment.deployment_id,
        "task_id": deployment.task_id,
        "name": request.name,
        "resource_type": request.resource_type,
        "config": request.config,
        "team_id": request.team_id,
        "status": request_status(deployment),
        "env_id": deployment.env_id,
        "created_by": deployment.created_by,
        "created_at": to_text(deployment.created_at),
        "decision": _decision(decision) if decision else None,
        "outputs": outputs(deployment),
        "sensitive_outputs": list(deployment.sensitive_outputs),
        "error": to_plain(deployment.error),
    }


def plan(view: PlanView) -> Json:
    """Return the changes of a plan."""
    return {
        "operation_id": view.operation.id,
        "kind": view.operation.kind,
        "status": view.operation.status,
        "plan": to_plain(view.operation.plan),
        **view.summary,
    }


def outputs(deployment: Deployment) -> Json:
    """Return the outputs by name, with sensitive values masked."""
    return {**deployment.outputs, **dict.fromkeys(deployment.sensitive_outputs, HIDDEN)}


def event(entry: Event) -> Json:
    """Return an event of the audit trail."""
    return {
        "sequence": entry.sequence,
        "name": entry.name,
        "at": to_text(entry.at),
        "actor": entry.actor,
        "operation_id": entry.operation_id,
        "correlation_id": entry.correlation_id,
        "detail": entry.detail,
    }


def _progress_fields(operation: Operation, heartbeat: Heartbeat | None, now: datetime) -> Json:
    """Return the times and the progress. A running operation's heartbeat is newer than its record."""
    beat = heartbeat if operation.status is OperationStatus.RUNNING else None
    return {
        "started_at": optional_text(operation.started_at),
        "completed_at": optional_text(operation.completed_at),
        "duration_seconds": _duration(operation.started_at, operation.completed_at or now),
        "phase": beat.phase if beat else operation.phase,
        "progress": _progress(beat) if beat else None,
        "condition": Condition.STATE_LOCKED if beat and beat.lock else operation.condition,
        "lock": to_plain(beat.lock) if beat else None,
    }


def in_flight(beat: Heartbeat | None) -> list[str]:
    """Return the addresses of the resources that the runner was working on."""
    return list(beat.in_flight) if beat else []


def _decision(decision: Decision) -> Json:
    return {
        "approved": decision.approved,
        "by": decision.by,
        "at": to_text(decision.at),
        "comment": decision.comment,
    }


def _progress(beat: Heartbeat) -> Json:
    return {"done": beat.done, "total": beat.total, "in_flight": in_flight(beat)}


def _duration(started_at: datetime | None, until: datetime) -> float | None:
    # The clocks of two machines may differ a little.
    return round(max(0.0, (until - started_at).total_seconds()), 3) if started_at else None


def _deployment_links(deployment: Deployment, links: Links) -> Json:
    return {
        "self": links.deployment(deployment.deployment_id),
        **{part: links.deployment(deployment.deployment_id, part) for part in _PARTS},
        "template": links.template(deployment.provider_type, deployment.template_name),
    }
