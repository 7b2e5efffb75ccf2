"""What happened to a deployment: its log and its audit trail, read on from where one left off."""

from __future__ import annotations

from functions.api import encoders
from functions.api.http import RequestWithQuery, Response
from functions.api.queries import EventsQuery, LogQuery
from functions.services.deployments.list_events import list_events
from functions.services.operations.read_log import LogChunk, read_deployment_log

# One answer's share of a log: a long one comes in parts, each small enough for a caller's memory.
MAX_LOG_BYTES = 1024 * 1024


def show_log(request: RequestWithQuery[LogQuery]) -> Response:
    """The log from a byte offset on, as plain text; empty where there is none yet."""
    return log_answer(
        read_deployment_log(request.ctx, request.route["id"], request.query.offset, MAX_LOG_BYTES)
    )


def log_answer(chunk: LogChunk) -> Response:
    """A part of a log, with where to read on."""
    headers = {
        "Slipway-Next-Offset": str(chunk.next_offset),
        "Slipway-Log-Complete": "true" if chunk.complete else "false",
    }
    return Response(chunk.data, headers=headers, content_type="text/plain; charset=utf-8")


def show_events(request: RequestWithQuery[EventsQuery]) -> Response:
    """The audit trail in order; `next_after` is what to ask for next, whether or not there is more by now."""
    after = request.query.after
    events = list_events(request.ctx, request.route["id"], after=after, limit=request.query.limit)
    return Response(
        {
            "events": [encoders.event(entry) for entry in events],
            "next_after": events[-1].sequence if events else after,
        }
    )
