"""GET /api/v1/infrastructure/operations: runs, newest first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.errors import ProblemCode, RequestRefused
from functions.ports import ListQuery
from functions.services.context import Context
from functions.services.operations.get_operation import view_of
from functions.services.runs.get_run import RunView, produced_outputs
from functions.services.runs.stack import Stack, find_stack, stack_of

_READERS = 8


@dataclass(frozen=True, slots=True)
class RunQuery:
    """The filters of the list. A run must match all that are given."""

    limit: int
    token: str | None = None
    env_id: str | None = None
    stack_path: str | None = None
    workspace: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page. It may be short or even empty although it has a token."""

    runs: list[RunView] = field(default_factory=list)
    token: str | None = None


def list_runs(ctx: Context, query: RunQuery) -> RunPage:
    """Return one page of runs.

    If the query names a stack in full, return every operation of the stack. Else return the unfinished
    operations of each deployment, or its last one; `limit` then counts deployments. Raises RequestRefused
    `bad_token`.
    """
    if query.stack_path and query.workspace and query.env_id:
        return _runs_of(ctx, Stack(query.stack_path, query.workspace, query.env_id), query)
    page = ctx.index.page(ListQuery(limit=query.limit, token=query.token))
    with ThreadPoolExecutor(_READERS) as pool:
        runs = pool.map(lambda entry: _unfinished_runs(ctx, entry.deployment_id, query), page.entries)
        return RunPage(list(chain.from_iterable(runs)), page.token)


def _unfinished_runs(ctx: Context, deployment_id: str, query: RunQuery) -> list[RunView]:
    """Return the deployment's unfinished or last operations that match the query.

    Only their heartbeats are read.
    """
    stored = ctx.store.get(deployment_id)
    if stored is None or stored.deployment.deleted_at:
        return []
    deployment = stored.deployment
    operations = (deployment.operation, *deployment.queued_operations)
    return [
        RunView(view_of(ctx, deployment, operation), produced_outputs(operation, ()))
        for operation in operations
        if _matches(deployment, operation, query)
    ]


def _runs_of(ctx: Context, stack: Stack, query: RunQuery) -> RunPage:
    """Return a page of one stack's operations. Its token is the number of the page's last operation."""
    before = _number(query.token) if query.token else None
    deployment = find_stack(ctx, stack)
    operations = ctx.store.operations(deployment.deployment_id) if deployment else []
    older = [operation for operation in reversed(operations) if before is None or operation.number < before]
    matching = [operation for operation in older if query.status in (None, operation.status)]
    page = matching[: query.limit]
    token = str(page[-1].number) if len(matching) > len(page) else None
    if deployment is None:
        return RunPage()
    runs = [
        RunView(view_of(ctx, deployment, operation), produced_outputs(operation, operations))
        for operation in page
    ]
    return RunPage(runs, token)


def _number(token: str) -> int:
    if not (token.isascii() and token.isdigit()):
        raise RequestRefused(ProblemCode.BAD_TOKEN, "the continuation token was not issued for this list")
    return int(token)


def _matches(deployment: Deployment, operation: Operation, query: RunQuery) -> bool:
    stack = stack_of(deployment)
    filters = (
        (stack.env_id, query.env_id),
        (stack.path, query.stack_path),
        (stack.workspace, query.workspace),
        (operation.status, query.status),
    )
    return all(wanted is None or wanted == actual for actual, wanted in filters)
