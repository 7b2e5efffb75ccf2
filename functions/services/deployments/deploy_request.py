"""The request of POST /deploy, before and after its checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments.deployment import IdempotencyRecord, UserRequest
from functions.domain.environments import Environment
from functions.domain.status import Approval


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """The caller's request. `body` is the decoded body as sent, by which a repeated request is recognized;
    `ttl` is the time from acceptance until the deployment is destroyed.
    """

    template_name: str
    provider_type: str
    subscription_id: str | None
    resource_group: str | None
    location: str | None
    parameters: dict[str, Any]
    tags: dict[str, str]
    body: dict[str, Any]
    env_id: str | None = None
    workspace: str = "default"
    approval: Approval | None = None
    dry_run: bool = False
    ttl: timedelta | None = None
    user_request: UserRequest | None = None


@dataclass(frozen=True, slots=True)
class ValidatedRequest:
    """A request that passed every check, with the template, environment and approval that apply to it."""

    request: DeployRequest
    template: TemplateEntry
    environment: Environment
    approval: Approval
    plan_approval_follows: bool
    caller: str
    correlation_id: str
    record: IdempotencyRecord | None
    at: datetime
