"""Every route, as data: it drives registration, 404 and 405, the checks of query and body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from functions.api import schemas
from functions.api.handlers import catalog, deploy, deployments, health, history, long_running
from functions.api.http import Answer, Call
from functions.api.query import QueryParameter, moment, one_of, text, whole_number
from functions.domain.errors import FieldProblem
from functions.domain.providers import PROVIDER_TYPES
from functions.domain.status import DeploymentStatus
from functions.services.check_request import parameter_problems
from functions.services.context import Context

# Beyond this a number is no longer exact in every JSON reader; no log and no trail gets near it.
_LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class RequestBody:
    """A JSON body: its schema, and an example that would be taken.

    `further` finds what else is wrong with a body that the schema refuses, so that a caller sees it all at
    once.
    """

    schema: schemas.Schema
    example: Mapping[str, Any]
    required: bool = True
    further: Callable[[Context, Any], list[FieldProblem]] = lambda _ctx, _value: []


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What one method of a path takes, and who answers it."""

    handler: Callable[[Call], Answer]
    query: Mapping[str, QueryParameter] = field(default_factory=dict)
    body: RequestBody | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A path, which is one function of the app. `anonymous` paths need no function key."""

    name: str
    path: str
    methods: Mapping[str, Endpoint]
    anonymous: bool = False

    @property
    def allowed(self) -> str:
        """The value of `Allow`."""
        head = ["HEAD"] if "GET" in self.methods else []
        return ", ".join([*self.methods, *head, "OPTIONS"])


def _get(
    handler: Callable[[Call], Answer], query: Mapping[str, QueryParameter] | None = None
) -> dict[str, Endpoint]:
    return {"GET": Endpoint(handler, query or {})}


_LIST_QUERY = {
    "limit": whole_number(1, 200),
    "continuation_token": text(),
    "status": one_of(DeploymentStatus),
    "provider_type": one_of(sorted(PROVIDER_TYPES)),
    "template_name": text(128),
    "resource_group": text(90),
    "created_by": text(256),
    "created_after": moment(),
    "created_before": moment(),
}
_LOG_QUERY = {"offset": whole_number(0, _LARGEST)}
_EVENT_QUERY = {"after": whole_number(0, _LARGEST), "limit": whole_number(1, 500)}

_DEPLOY = RequestBody(
    schemas.DEPLOY,
    {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}},
    further=parameter_problems,
)
_CANCEL = RequestBody(schemas.NO_FIELDS, {}, required=False)

# The host tries routes in the order of the functions' names and takes the first that fits. No two of these
# fit one path; NOT_FOUND fits every path, so its name must sort behind all.
ROUTES: tuple[Route, ...] = (
    Route("health", "health", _get(health.show_health), anonymous=True),
    Route("providers", "providers", _get(catalog.show_providers)),
    Route("templates", "templates", _get(catalog.show_templates)),
    Route("template", "templates/{provider}/{name}", _get(catalog.show_template)),
    Route("deploy", "deploy", {"POST": Endpoint(deploy.deploy, body=_DEPLOY)}),
    Route("deployments", "deployments", _get(deployments.show_deployments, _LIST_QUERY)),
    Route("deployment", "deployments/{id}", _get(deployments.show_deployment)),
    Route("deployment_status", "deployments/{id}/status", _get(deployments.show_status)),
    Route("deployment_wait", "deployments/{id}/wait", _get(long_running.wait_for_deployment)),
    Route("deployment_operations", "deployments/{id}/operations", _get(long_running.show_operations)),
    Route("deployment_logs", "deployments/{id}/logs", _get(history.show_log, _LOG_QUERY)),
    Route("deployment_events", "deployments/{id}/events", _get(history.show_events, _EVENT_QUERY)),
    Route(
        "deployment_cancel", "deployments/{id}/cancel", {"POST": Endpoint(deployments.cancel, body=_CANCEL)}
    ),
    Route("operation", "operations/{id}", _get(long_running.show_operation)),
)

NOT_FOUND = Route("zz_not_found", "{*path}", {})
