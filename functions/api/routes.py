"""The table of all routes, used to register functions, to find wrong paths and methods, and for checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from functions.api.handlers import (
    catalog,
    deploy,
    deployments,
    health,
    history,
    lifecycle,
    long_running,
    operations,
    requests,
    runs,
)
from functions.api.http import Request, RequestWithBody, RequestWithQuery, Response
from functions.api.queries import DeploymentsQuery, EventsQuery, LogQuery, RequestsQuery, RunsQuery
from functions.api.query import NoQuery
from functions.domain.errors import FieldProblem
from functions.services.admission.check_request import deploy_checks
from functions.services.context import Context
from functions.services.requests.submit_request import submission_checks
from functions.services.runs.start_run import run_checks

Q = TypeVar("Q")


@dataclass(frozen=True, slots=True)
class RequestBody:
    """A JSON body: its model, as `module.Class` of `bodies`, and a valid example.

    The model is named and not imported, as each cold start imports the routes and only some read a body.
    `semantic_checks` find the other problems of a body that its model refuses, so that the caller gets all
    problems at once.
    """

    model: str
    example: Mapping[str, Any]
    required: bool = True
    semantic_checks: Callable[[Context, Any], list[FieldProblem]] = lambda _ctx, _sent: []


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of a path: its handler, its query and its body."""

    handler: Callable[[Any], Response]
    query: type[object] = NoQuery
    body: RequestBody | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A path, which is one function of the app. An `anonymous` path needs no function key."""

    name: str
    path: str
    methods: Mapping[str, Endpoint]
    anonymous: bool = False

    @property
    def allowed(self) -> str:
        """Return the value of the `Allow` header."""
        head = ["HEAD"] if "GET" in self.methods else []
        return ", ".join([*self.methods, *head, "OPTIONS"])


def _get(handler: Callable[[Request], Response]) -> dict[str, Endpoint]:
    return {"GET": Endpoint(handler)}


def _search(handler: Callable[[RequestWithQuery[Q]], Response], query: type[Q]) -> dict[str, Endpoint]:
    return {"GET": Endpoint(handler, query)}


_DEPLOY = RequestBody(
    "deploy.DeployBody",
    {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}},
    semantic_checks=deploy_checks,
)
_PLAN = RequestBody("operations.PlanBody", {"comment": "what would it change?"}, required=False)
_APPLY = RequestBody("operations.ApplyBody", {"parameters": {"name": "Grace"}}, required=False)
_DESTROY = RequestBody("operations.DestroyBody", {"comment": "not needed any more"}, required=False)
_UNLOCK = RequestBody("operations.UnlockBody", {"lock_id": "01630d82-a8b4-9941-0cdc-4d73338b84fa"})
_COMMENT = RequestBody("operations.CommentBody", {"comment": "as discussed"}, required=False)
_DECISION = RequestBody("operations.DecisionBody", {"comment": "as discussed"}, required=False)
_NOTHING = RequestBody("operations.EmptyBody", {}, required=False)
_NOTES = RequestBody("requests.NotesBody", {"notes": "as discussed"}, required=False)
_RUN = RequestBody(
    "runs.RunBody",
    {"action": "apply", "stack_path": "terraform/local/greeting", "vars": {"name": "Ada"}},
    semantic_checks=run_checks,
)
_REQUEST = RequestBody(
    "requests.SubmissionBody",
    {"name": "contoso-reports", "resource_type": "s3", "config": {"size": "small"}},
    semantic_checks=submission_checks,
)


def _post(handler: Callable[[RequestWithBody[Any]], Response], body: RequestBody) -> dict[str, Endpoint]:
    return {"POST": Endpoint(handler, body=body)}


def _put(handler: Callable[[RequestWithBody[Any]], Response], body: RequestBody) -> dict[str, Endpoint]:
    return {"PUT": Endpoint(handler, body=body)}


# The host uses the first route that matches, in the order of the functions' names. No two of these routes
# match the same path. NOT_FOUND matches every path, so its name must sort after all others.
ROUTES: tuple[Route, ...] = (
    Route("health", "health", _get(health.show_health), anonymous=True),
    Route("providers", "providers", _get(catalog.show_providers)),
    Route("templates", "templates", _get(catalog.show_templates)),
    Route("template", "templates/{provider}/{name}", _get(catalog.show_template)),
    Route("deploy", "deploy", _post(deploy.deploy, _DEPLOY)),
    Route("deployments", "deployments", _search(deployments.show_deployments, DeploymentsQuery)),
    Route(
        "deployment",
        "deployments/{id}",
        {**_get(deployments.show_deployment), "DELETE": Endpoint(lifecycle.purge)},
    ),
    Route("deployment_status", "deployments/{id}/status", _get(deployments.show_status)),
    Route("deployment_wait", "deployments/{id}/wait", _get(long_running.wait_for_deployment)),
    Route("deployment_operations", "deployments/{id}/operations", _get(long_running.show_operations)),
    Route("deployment_logs", "deployments/{id}/logs", _search(history.show_log, LogQuery)),
    Route("deployment_events", "deployments/{id}/events", _search(history.show_events, EventsQuery)),
    Route("deployment_cancel", "deployments/{id}/cancel", _post(deployments.cancel, _COMMENT)),
    Route("deployment_plan", "deployments/{id}/plan", _post(lifecycle.plan, _PLAN)),
    Route("deployment_apply", "deployments/{id}/apply", _post(lifecycle.apply, _APPLY)),
    Route("deployment_destroy", "deployments/{id}/destroy", _post(lifecycle.destroy, _DESTROY)),
    Route("deployment_unlock", "deployments/{id}/unlock", _post(lifecycle.unlock, _UNLOCK)),
    Route("deployment_recover", "deployments/{id}/recover", _post(lifecycle.recover, _COMMENT)),
    Route("deployment_reveal", "deployments/{id}/outputs/{name}/reveal", _post(lifecycle.reveal, _NOTHING)),
    Route("operation", "operations/{id}", _get(long_running.show_operation)),
    Route("operation_plan", "operations/{id}/plan", _get(operations.show_plan)),
    Route("operation_logs", "operations/{id}/logs", _search(operations.show_log, LogQuery)),
    Route("operation_approve", "operations/{id}/approve", _post(operations.approve, _DECISION)),
    Route("operation_reject", "operations/{id}/reject", _post(operations.reject, _DECISION)),
    Route("operation_cancel", "operations/{id}/cancel", _post(operations.cancel, _COMMENT)),
    Route("operation_retry", "operations/{id}/retry", _post(operations.retry, _NOTHING)),
    Route("runs", "api/v1/infrastructure/runs", _post(runs.start, _RUN)),
    Route("run_operations", "api/v1/infrastructure/operations", _search(runs.show_all, RunsQuery)),
    Route("run_operation", "api/v1/infrastructure/operations/{id}", _get(runs.show)),
    Route("request_submit", "api/v1/users/requests/submit", _post(requests.submit, _REQUEST)),
    Route("requests", "api/v1/users/requests", _search(requests.show_all, RequestsQuery)),
    Route("user_request", "api/v1/users/requests/{id}", _get(requests.show)),
    Route("request_approve", "api/v1/admin/requests/{id}/approve", _put(requests.approve, _NOTES)),
    Route("request_reject", "api/v1/admin/requests/{id}/reject", _put(requests.reject, _NOTES)),
)

NOT_FOUND = Route("zz_not_found", "{*path}", {})
