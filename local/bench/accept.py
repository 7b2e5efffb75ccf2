"""Compares `POST /deploy` with its three storage calls alone: the `active` row, the batch, the message."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from functions.adapters.storage import deployment_rows, index_rows
from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import new_operation
from functions.domain.identifiers import new_correlation_id, new_deployment_id
from functions.domain.jobs.wake_up import WakeUp
from functions.ports import ActiveEntry
from functions.services.lookup import find_deployment
from local.bench.app_in_process import AppInProcess, app_on, post
from local.bench.figure import Figure, Say, interleaved, p50, p95
from local.bench.private_azurite import private_azurite
from local.bench.storage_calls import StorageCall, recorded_storage_calls

BOUND = 1.5
_ROUNDS, _PAIRS = 6, 50
_BODY = {
    "template_name": "greeting",
    "provider_type": "terraform-local",
    "parameters": {"name": "Ada"},
    "tags": {"team": "platform"},
}


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure both on an Azurite in memory, with the same SDK objects."""
    with private_azurite(folder, say) as storage:
        app = app_on(storage, folder)
        deploy = app.caller("deploy", post("/deploy", _BODY))
        # The first request stores the files of the template and opens the connections.
        first = find_deployment(app.context, json.loads(deploy())["data"]["deployment_id"])
        bare = _bare(app, first.deployment)
        problems = _differences(_calls(deploy), _calls(bare()))
        say(f"posting {_ROUNDS * _PAIRS} deployments, and making the same storage calls alone")
        whole: list[float] = []
        alone: list[float] = []
        for _ in range(_ROUNDS):
            post_times, call_times = interleaved(_PAIRS, lambda: deploy, bare)
            whole += post_times
            alone += call_times
            # Azurite becomes slower with the length of a queue.
            app.clients.operations.clear_messages()
    parts = {
        "POST /deploy p50": p50(whole),
        "p95": p95(whole),
        "bare p50": p50(alone),
        "bare p95": p95(alone),
    }
    return [Figure("accept", parts, p50(whole) / p50(alone), BOUND, len(whole), problems=problems)]


def _bare(app: AppInProcess, like: Deployment) -> Callable[[], Callable[[], None]]:
    """Return a function that prepares a copy of the deployment and returns the calls that write it."""
    deployments, index, wake_ups = app.clients.deployments, app.clients.index, app.clients.operations

    def prepare() -> Callable[[], None]:
        change = transitions.accepted(_another(like))
        deployment = change.deployment
        active = index_rows.active_row(
            ActiveEntry(
                key=deployment.operation.id,
                deployment_id=deployment.deployment_id,
                created_at=deployment.created_at,
                due_at=deployment.created_at + timedelta(seconds=app.context.policy.watch_seconds),
                correlation_id=deployment.correlation_id,
            )
        )
        rows = (
            deployment_rows.deployment_row(deployment),
            deployment_rows.operation_row(deployment.operation),
            deployment_rows.event_row(deployment.deployment_id, change.event),
        )
        message = WakeUp(deployment.deployment_id, deployment.correlation_id).to_json()

        def call() -> None:
            index.create_entity(active)
            deployments.submit_transaction([("create", row) for row in rows])
            wake_ups.send_message(message)

        return call

    return prepare


def _another(like: Deployment) -> Deployment:
    deployment_id, correlation_id = new_deployment_id(), new_correlation_id()
    operation = new_operation(
        deployment_id,
        1,
        at=like.created_at,
        created_by=like.created_by,
        correlation_id=correlation_id,
        kind=like.operation.kind,
        parameters=like.operation.parameters,
        secrets=like.operation.secrets,
    )
    return replace(
        like,
        deployment_id=deployment_id,
        correlation_id=correlation_id,
        operation=operation,
        event_count=0,
    )


def _calls(action: Callable[[], object]) -> list[StorageCall]:
    with recorded_storage_calls() as calls:
        action()
    return calls


def _differences(whole: list[StorageCall], bare: list[StorageCall]) -> tuple[str, ...]:
    """Return how the requests differ: the ratio is only valid if they have the same length."""
    if whole == bare:
        return ()
    return (f"POST /deploy makes the storage calls {_describe(whole)}, the bare ones are {_describe(bare)}",)


def _describe(calls: list[StorageCall]) -> str:
    return ", ".join(f"{call.method} {call.path} ({call.sent_bytes} bytes)" for call in calls)
