"""GET /api/v1/infrastructure/operations: runs, the newest first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from functions.ports import ListQuery
from functions.services.context import Context
from functions.services.get_operation import OperationView, view_of
from functions.services.list_operations import list_operations
from functions.services.run_stack import stack_deployment

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

    runs: list[OperationView] = field(default_factory=list)
    token: str | None = None


def list_runs(ctx: Context, query: RunQuery) -> RunPage:
    """Every operation of a stack that is named in full, else the newest operation of each deployment.

    Raises RequestRefused `bad_token`.
    """
    if query.stack_path and query.workspace and query.env_id:
        deployment = stack_deployment(ctx, query.stack_path, query.workspace, query.env_id)
        found = list_operations(ctx, deployment.deployment_id) if deployment else []
        return RunPage([view for view in found if _fits(view, query)][: query.limit])
    page = ctx.index.page(ListQuery(limit=query.limit, token=query.token))
    with ThreadPoolExecutor(_READERS) as pool:
        stored = pool.map(lambda entry: ctx.store.get(entry.deployment_id), page.entries)
        views = [view_of(ctx, each.deployment, each.deployment.operation) for each in stored if each]
    return RunPage([view for view in views if _fits(view, query)], page.token)


def _fits(view: OperationView, query: RunQuery) -> bool:
    deployment = view.deployment
    wanted = (
        (deployment.env_id, query.env_id),
        (deployment.template_address, query.stack_path),
        (deployment.workspace, query.workspace),
        (view.operation.status, query.status),
    )
    return all(value is None or value == has for has, value in wanted)
