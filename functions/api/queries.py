"""The query parameters of each path, as a dataclass: a field is a parameter with its default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from functions.api.query import moment, one_of, parameter, text, whole_number
from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.deployments.user_request import RequestStatus
from functions.domain.status import DeploymentStatus, OperationStatus

_PAGE_LENGTH = whole_number(1, 200)
# The largest integer that every JSON reader keeps exact. No log or audit trail is that long.
_POSITION = whole_number(0, 2**53 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageQuery:
    """One page of a list."""

    limit: int = parameter(_PAGE_LENGTH, 50)
    continuation_token: str | None = parameter(text())


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentsQuery(PageQuery):
    """One page of the deployments that match all filters."""

    status: str | None = parameter(one_of(DeploymentStatus))
    provider_type: str | None = parameter(one_of(sorted(PROVIDER_TYPES)))
    template_name: str | None = parameter(text(128))
    resource_group: str | None = parameter(text(90))
    created_by: str | None = parameter(text(256))
    created_after: datetime | None = parameter(moment())
    created_before: datetime | None = parameter(moment())


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsQuery(PageQuery):
    """One page of users' requests, optionally of one status."""

    status: str | None = parameter(one_of(RequestStatus))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsQuery(PageQuery):
    """One page of the runs that match all filters."""

    env_id: str | None = parameter(text(64))
    stack_path: str | None = parameter(text(200))
    workspace: str | None = parameter(text(64))
    status: str | None = parameter(one_of(OperationStatus))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """A log from a byte offset."""

    offset: int = parameter(_POSITION, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsQuery:
    """The events after a sequence number."""

    after: int = parameter(_POSITION, 0)
    limit: int = parameter(whole_number(1, 500), 100)
