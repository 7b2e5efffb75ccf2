"""Tells the runner to cancel, by a blob for which it checks every second."""

from __future__ import annotations

import json

from functions.domain.clock import optional_text
from functions.domain.deployments.operation import Operation
from functions.domain.jobs import blob_names
from functions.services.context import Context


def publish_cancel_request(ctx: Context, operation: Operation) -> None:
    """Write the blob if the operation has a cancel request. Safe to repeat."""
    if operation.cancel_requested_at is None:
        return
    request = {
        "requested_at": optional_text(operation.cancel_requested_at),
        "by": operation.cancel_requested_by,
    }
    ctx.artifacts.create(blob_names.cancel_request(operation.id), json.dumps(request).encode())
