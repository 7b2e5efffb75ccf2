"""Showing the runner that somebody wants it to stop: a blob that it looks for every second."""

from __future__ import annotations

import json

from functions.domain.clock import optional_text
from functions.domain.deployments.operation import Operation
from functions.domain.jobs import blob_names
from functions.services.context import Context


def publish_cancel_request(ctx: Context, operation: Operation) -> None:
    """Write the blob if a cancel was asked for; written once, however often this is called."""
    if operation.cancel_requested_at is None:
        return
    request = {
        "requested_at": optional_text(operation.cancel_requested_at),
        "by": operation.cancel_requested_by,
    }
    ctx.artifacts.create(blob_names.cancel_request(operation.id), json.dumps(request).encode())
