"""GET /api/v1/infrastructure/operations: runs, the newest first."""

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
    """The filters that are given must all hold."""

    limit: int
    token: str | None = None
    env_id: str | None = None
    stack_path: str | None = None
    workspace: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class RunPage:
    """May be short, or even empty, with a token."""

    runs: list[RunView] = field(default_factory=list)
    token: str | None = None


def list_runs(ctx: Context, query: RunQuery) -> RunPage:
    """Every operation of a stack that is named in full, else of each deployment those that have not ended,
    or the one that ended last; `limit` is of deployments then.

    Raises RequestRefused `bad_token`.
    """
    if query.stack_path and query.workspace and query.env_id:
        return _runs_of(ctx, Stack(query.stack_path, query.workspace, query.env_id), query)
    page = ctx.index.page(ListQuery(limit=query.limit, token=query.token))
    with ThreadPoolExecutor(_READERS) as pool:
        runs = pool.map(lambda entry: _runs_under_way(ctx, entry.deployment_id, query), page.entries)
        return RunPage(list(chain.from_iterable(runs)), page.token)


def _runs_under_way(ctx: Context, deployment_id: str, query: RunQuery) -> list[RunView]:
    """The deployment's operations that the query asks for; the heartbeats of others are not read."""
    stored = ctx.store.get(deployment_id)
    if stored is None or stored.deployment.forgotten_at:
        return []
    deployment = stored.deployment
    operations = (deployment.operation, *deployment.others)
    return [
        RunView(view_of(ctx, deployment, operation), produced_outputs(operation, ()))
        for operation in operations
        if _fits(deployment, operation, query)
    ]


def _runs_of(ctx: Context, stack: Stack, query: RunQuery) -> RunPage:
    """A page of one stack's operations; its token is the number of the last one."""
    before = _number(query.token) if query.token else None
    deployment = find_stack(ctx, stack)
    operations = ctx.store.operations(deployment.deployment_id) if deployment else []
    left = [each for each in reversed(operations) if before is None or each.number < before]
    fitting = [each for each in left if query.status in (None, each.status)]
    shown = fitting[: query.limit]
    token = str(shown[-1].number) if len(fitting) > len(shown) else None
    if deployment is None:
        return RunPage()
    runs = [RunView(view_of(ctx, deployment, each), produced_outputs(each, operations)) for each in shown]
    return RunPage(runs, token)


def _number(token: str) -> int:
    if not (token.isascii() and token.isdigit()):
        raise RequestRefused(ProblemCode.BAD_TOKEN, "the continuation token is not one of this list")
    return int(token)


def _fits(deployment: Deployment, operation: Operation, query: RunQuery) -> bool:
    stack = stack_of(deployment)
    wanted = (
        (stack.env_id, query.env_id),
        (stack.path, query.stack_path),
        (stack.workspace, query.workspace),
        (operation.status, query.status),
    )
    return all(value is None or value == has for has, value in wanted)
