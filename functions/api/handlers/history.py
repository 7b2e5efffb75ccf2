"""The log and the audit trail of a deployment. A client can continue where it stopped reading."""

from __future__ import annotations

from functions.api import encoders
from functions.api.http import RequestWithQuery, Response
from functions.api.queries import EventsQuery, LogQuery
from functions.services.deployments.list_events import list_events
from functions.services.operations.read_log import LogChunk, read_deployment_log

# A response contains at most this part of a log, so that it fits into a client's memory.
MAX_LOG_BYTES = 1024 * 1024


def show_log(request: RequestWithQuery[LogQuery]) -> Response:
    """Return the log from a byte offset, as plain text. It is empty before the log begins."""
    return log_response(
        read_deployment_log(request.ctx, request.route["id"], request.query.offset, MAX_LOG_BYTES)
    )


def log_response(chunk: LogChunk) -> Response:
    """Return a part of a log, with the next offset in the headers."""
    headers = {
        "Slipway-Next-Offset": str(chunk.next_offset),
        "Slipway-Log-Complete": "true" if chunk.complete else "false",
    }
    return Response(chunk.data, headers=headers, content_type="text/plain; charset=utf-8")


def show_events(request: RequestWithQuery[EventsQuery]) -> Response:
    """Return events in order. `next_after` is the value of `after` for the next request."""
    after = request.query.after
    events = list_events(request.ctx, request.route["id"], after=after, limit=request.query.limit)
    return Response(
        {
            "events": [encoders.event(entry) for entry in events],
            "next_after": events[-1].sequence if events else after,
        }
    )
