"""GET /deployments/{id}/logs: the log of the current operation, from a byte offset, with the logs of all its
jobs in sequence.
"""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.deployments.operation import Operation
from functions.domain.errors import ProblemCode, RequestRefused
from functions.domain.jobs import blob_names
from functions.services.context import Context
from functions.services.lookup import find_deployment, find_operation

_MAX_CHARACTER_LENGTH = 4
"""The most bytes of one character in UTF-8."""


@dataclass(frozen=True, slots=True)
class LogChunk:
    """A part of a log. `data` is UTF-8 and ends at the end of a character; `complete` means that no more
    follows.
    """

    data: bytes
    next_offset: int
    complete: bool


def read_deployment_log(ctx: Context, deployment_id: str, offset: int, limit: int) -> LogChunk:
    """Return a part of the log of the deployment's current or last operation.

    Raises RequestRefused `deployment_not_found`, `invalid_query`.
    """
    return _read(ctx, find_deployment(ctx, deployment_id).deployment.operation, offset, limit)


def read_operation_log(ctx: Context, operation_id: str, offset: int, limit: int) -> LogChunk:
    """Return a part of an operation's log. Raises RequestRefused `operation_not_found`, `invalid_query`."""
    return _read(ctx, find_operation(ctx, operation_id)[1], offset, limit)


def _read(ctx: Context, operation: Operation, offset: int, limit: int) -> LogChunk:
    data = b""
    start = 0
    end = 0
    for job in range(1, operation.job + 1):
        name = blob_names.log(operation.id, job)
        end = start + (ctx.artifacts.size(name) or 0)
        position = offset + len(data)
        if position < end and len(data) < limit:
            data += ctx.artifacts.read_from(name, position - start, limit - len(data)) or b""
        start = end
    if offset > end:
        raise RequestRefused(
            ProblemCode.INVALID_QUERY,
            f"offset {offset} is past the end of the log, which has {end} bytes so far",
        )
    at_end = offset + len(data) >= end
    data = whole_characters(data, at_end=at_end and operation.status.is_final)
    next_offset = offset + len(data)
    return LogChunk(data, next_offset, operation.status.is_final and next_offset >= end)


def whole_characters(data: bytes, *, at_end: bool) -> bytes:
    """Return `data` without an incomplete character at its end; at the end of the log, return all of it."""
    if at_end:
        return data
    for cut in range(1, min(_MAX_CHARACTER_LENGTH, len(data)) + 1):
        lead = data[-cut]
        if lead & 0b1100_0000 != 0b1000_0000:
            return data[:-cut] if cut < _length(lead) else data
    return data


def _length(lead: int) -> int:
    """Return the length in bytes of the character that begins with `lead`."""
    if lead >= 0b1111_0000:
        return 4
    if lead >= 0b1110_0000:
        return 3
    return 2 if lead >= 0b1100_0000 else 1
