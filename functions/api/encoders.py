"""How each thing looks in JSON: one encoder for each."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from functions.api.links import Links
from functions.domain.catalog import TemplateEntry
from functions.domain.clock import optional_text, to_text
from functions.domain.deployment import Deployment
from functions.domain.event import Event
from functions.domain.job import Heartbeat
from functions.domain.operation import Operation
from functions.domain.providers import PROVIDER_TYPES
from functions.domain.status import OperationStatus
from functions.ports import ListEntry
from functions.services.list_providers import ProviderView

HIDDEN = "***"

Json = dict[str, Any]


def status(deployment: Deployment, heartbeat: Heartbeat | None, now: datetime) -> Json:
    """The status document, which `/status`, `/wait` and `/cancel` answer with."""
    return {
        "deployment_id": deployment.deployment_id,
        "status": deployment.status,
        "provider_type": deployment.provider_type,
        "template_name": deployment.template_name,
        "created_at": to_text(deployment.created_at),
        **_course(deployment.operation, heartbeat, now),
        "outputs": {**deployment.outputs, **dict.fromkeys(deployment.sensitive_outputs, HIDDEN)},
        "sensitive_outputs": list(deployment.sensitive_outputs),
        "error": deployment.error.to_dict() if deployment.error else None,
        "resources": deployment.resources,
        "correlation_id": deployment.correlation_id,
        "task_id": deployment.task_id,
    }


def record(deployment: Deployment, heartbeat: Heartbeat | None, now: datetime, links: Links) -> Json:
    """The whole record: the status document and all that was asked for and is known besides."""
    return {
        **status(deployment, heartbeat, now),
        "cloud_provider": deployment.cloud_provider,
        "template_address": deployment.template_address,
        "template_version": deployment.template_version,
        "template_digest": deployment.template_digest,
        "subscription_id": deployment.subscription_id,
        "resource_group": deployment.resource_group,
        "location": deployment.location,
        "parameters": deployment.parameters,
        "tags": deployment.tags,
        "created_by": deployment.created_by,
        "execution": deployment.operation.execution,
        "state": deployment.state.to_dict() if deployment.state else None,
        "links": _deployment_links(deployment, links),
    }


def summary(entry: ListEntry) -> Json:
    """A line of the list."""
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


def operation(run: Operation, heartbeat: Heartbeat | None, now: datetime) -> Json:
    """An operation."""
    return {
        "id": run.id,
        "deployment_id": run.deployment_id,
        "kind": run.kind,
        "status": run.status,
        "created_at": to_text(run.created_at),
        "created_by": run.created_by,
        **_course(run, heartbeat, now),
        "jobs": run.job,
        "execution": run.execution,
        "cancel_requested_at": optional_text(run.cancel_requested_at),
        "cancel_requested_by": run.cancel_requested_by,
        "changes": run.changes,
        "error": run.error.to_dict() if run.error else None,
        "correlation_id": run.correlation_id,
    }


def event(entry: Event) -> Json:
    """A line of the audit trail."""
    return {
        "sequence": entry.sequence,
        "name": entry.name,
        "at": to_text(entry.at),
        "actor": entry.actor,
        "correlation_id": entry.correlation_id,
        "detail": entry.detail,
    }


def provider(view: ProviderView) -> Json:
    """A provider type; `reason` says what is missing where it is not usable."""
    return {
        "provider_type": view.provider.name,
        "title": view.provider.title,
        "cloud": view.provider.cloud,
        "engine": view.provider.engine,
        "needs_azure_scope": view.provider.needs_azure_scope,
        "usable": view.usable,
        "reason": view.reason,
    }


def template(entry: TemplateEntry, links: Links) -> Json:
    """A line of the catalog."""
    return {
        "name": entry.name,
        "provider_type": entry.provider_type,
        "address": entry.address,
        "title": entry.title,
        "summary": entry.summary,
        "version": entry.version,
        "digest": entry.digest,
        "cloud": entry.cloud,
        "engine": entry.engine,
        "tags": list(entry.tags),
        "url": links.template(entry.provider_type, entry.name),
    }


def template_details(entry: TemplateEntry, links: Links) -> Json:
    """A template with its parameter schema, its outputs and a request that would deploy it."""
    return {
        **template(entry, links),
        "parameters": entry.parameters,
        "outputs": [asdict(output) for output in entry.outputs],
        "required_providers": dict(entry.required_providers),
        "timeouts": dict(entry.timeouts),
        "example": _example(entry),
    }


def _course(run: Operation, heartbeat: Heartbeat | None, now: datetime) -> Json:
    """When and how far; the heartbeat of a running operation knows better than the record."""
    beat = heartbeat if run.status is OperationStatus.RUNNING else None
    return {
        "started_at": optional_text(run.started_at),
        "completed_at": optional_text(run.completed_at),
        "duration_seconds": _duration(run.started_at, run.completed_at or now),
        "phase": beat.phase if beat else run.phase,
        "progress": _progress(beat) if beat else None,
        "condition": run.condition,
    }


def _progress(beat: Heartbeat) -> Json:
    return {"done": beat.done, "total": beat.total, "in_flight": list(beat.in_flight)}


def _duration(started_at: datetime | None, until: datetime) -> float | None:
    # two machines' clocks may differ by a little
    return round(max(0.0, (until - started_at).total_seconds()), 3) if started_at else None


def _deployment_links(deployment: Deployment, links: Links) -> Json:
    parts = ("status", "wait", "operations", "logs", "events", "cancel")
    return {
        "self": links.deployment(deployment.deployment_id),
        **{part: links.deployment(deployment.deployment_id, part) for part in parts},
        "template": links.template(deployment.provider_type, deployment.template_name),
    }


def _example(entry: TemplateEntry) -> Json:
    scope = {"subscription_id": "00000000-0000-0000-0000-000000000000", "resource_group": "my-resource-group"}
    return {
        "template_name": entry.name,
        "provider_type": entry.provider_type,
        **(scope if PROVIDER_TYPES[entry.provider_type].needs_azure_scope else {}),
        "parameters": dict(entry.example),
    }
