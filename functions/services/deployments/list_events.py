"""GET /deployments/{id}/events: the audit trail."""

from __future__ import annotations

from functions.domain.deployments.event import Event
from functions.services.context import Context
from functions.services.lookup import find_deployment


def list_events(ctx: Context, deployment_id: str, *, after: int, limit: int) -> list[Event]:
    """Return the events with a sequence above `after`, in order.

    Raises RequestRefused `deployment_not_found`.
    """
    find_deployment(ctx, deployment_id)
    return ctx.store.events(deployment_id, after=after, limit=limit)
