"""POST /deploy: check the request, write it down, ring the bell (design §4 rules 1 and 2).

The storage calls are: the `active` entry, the batch, the bell. The batch decides: once it is committed the
answer is yes, whatever the bell did; reconcile finds the deployment by its `active` entry.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.domain import artifacts
from functions.domain.catalog import TemplateEntry
from functions.domain.deployment import Deployment, IdempotencyMark, first_operation
from functions.domain.errors import AlreadyExists, OutcomeUnknown, RequestRefused, StorageUnavailable
from functions.domain.identifiers import derived_deployment_id, new_deployment_id
from functions.domain.messages import Doorbell
from functions.domain.providers import PROVIDER_TYPES
from functions.domain.status import OperationKind
from functions.ports import ActiveEntry
from functions.services.check_request import check_request
from functions.services.context import Context

log = logging.getLogger("slipway.accept")

# A derived id has 48 bits: two keys meeting on one is rare, and a third candidate rarer than a broken disk.
_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class DeployRequest:
    """What the caller asked for. `body` is the decoded body as sent, for telling a repeat from another
    request.
    """

    template_name: str
    provider_type: str
    subscription_id: str | None
    resource_group: str | None
    location: str | None
    parameters: dict[str, Any]
    tags: dict[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The caller's key, and the route it was sent to."""

    value: str
    route: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The deployment; `replayed` where an earlier request with the same key had made it."""

    deployment: Deployment
    replayed: bool


def accept_deployment(
    ctx: Context, request: DeployRequest, *, caller: str, correlation_id: str, key: IdempotencyKey | None
) -> Accepted:
    """Write the deployment down and ring for it.

    Raises RequestRefused (`unknown_template`, `provider_unavailable`, `secrets_unsupported`,
    `invalid_request`, `invalid_parameters`, `idempotency_key_reused`, `outcome_unknown`) and
    StorageUnavailable,
    after which nothing is half-made.
    """
    mark = _mark(request, caller, key) if key else None
    try:
        template = check_request(
            ctx,
            provider_type=request.provider_type,
            template_name=request.template_name,
            parameters=request.parameters,
            subscription_id=request.subscription_id,
            resource_group=request.resource_group,
        )
    except RequestRefused:
        # The template may have changed since the first time: a repeat still gets the first answer.
        earlier = _earlier(ctx, mark) if mark else None
        if earlier is None:
            raise
        return Accepted(earlier, replayed=True)
    _keep_template(ctx, template)
    at = ctx.now()
    for deployment_id in _candidates(mark):
        deployment = _new_deployment(
            request,
            template,
            deployment_id,
            at=at,
            caller=caller,
            correlation_id=correlation_id,
            mark=mark,
        )
        if _write(ctx, deployment):
            ring(ctx, deployment)
            return Accepted(deployment, replayed=False)
        earlier = _same_key(ctx, deployment_id, mark)
        if earlier is not None:
            ring(ctx, earlier)
            return Accepted(earlier, replayed=True)
    raise StorageUnavailable("choosing a deployment id: every candidate is taken")


def ring(ctx: Context, deployment: Deployment) -> None:
    """Ring for a deployment; a bell that is not heard costs nothing but the time until reconcile looks."""
    try:
        ctx.bells.ring(Doorbell(deployment.deployment_id, deployment.correlation_id))
    except StorageUnavailable:
        log.warning(
            "ringing for deployment '%s': the queue did not answer, reconcile will look",
            deployment.deployment_id,
        )


def _candidates(mark: IdempotencyMark | None) -> list[str]:
    if mark is None:
        return [new_deployment_id() for _ in range(_CANDIDATES)]
    return [derived_deployment_id(mark.fingerprint, counter) for counter in range(_CANDIDATES)]


def _mark(request: DeployRequest, caller: str, key: IdempotencyKey) -> IdempotencyMark:
    fingerprint = hashlib.sha256(f"{caller}\n{key.route}\n{key.value}".encode()).hexdigest()
    canonical = json.dumps(request.body, sort_keys=True, separators=(",", ":")).encode()
    return IdempotencyMark(fingerprint, hmac.new(key.value.encode(), canonical, hashlib.sha256).hexdigest())


def _keep_template(ctx: Context, template: TemplateEntry) -> None:
    """Store the template's files once per digest; this process remembers which ones are there."""
    if template.digest not in ctx.kept_templates:
        ctx.artifacts.create(artifacts.template_bundle(template.digest), ctx.catalog.bundle(template))
        ctx.kept_templates.add(template.digest)


def _new_deployment(
    request: DeployRequest,
    template: TemplateEntry,
    deployment_id: str,
    *,
    at: datetime,
    caller: str,
    correlation_id: str,
    mark: IdempotencyMark | None,
) -> Deployment:
    return Deployment(
        deployment_id=deployment_id,
        provider_type=request.provider_type,
        cloud_provider=PROVIDER_TYPES[request.provider_type].cloud,
        template_name=template.name,
        template_version=template.version,
        template_digest=template.digest,
        subscription_id=request.subscription_id,
        resource_group=request.resource_group,
        location=request.location,
        parameters=request.parameters,
        tags=request.tags,
        created_by=caller,
        created_at=at,
        correlation_id=correlation_id,
        idempotency=mark,
        operation=first_operation(
            deployment_id, at=at, created_by=caller, correlation_id=correlation_id, kind=OperationKind.APPLY
        ),
    )


def _write(ctx: Context, deployment: Deployment) -> bool:
    """True once written; False where the id is taken."""
    ctx.index.add_active(
        ActiveEntry(
            deployment_id=deployment.deployment_id,
            created_at=deployment.created_at,
            due_at=deployment.created_at + timedelta(seconds=ctx.policy.watch_seconds),
            running=False,
            correlation_id=deployment.correlation_id,
        )
    )
    try:
        ctx.store.create(deployment.accepted())
    except AlreadyExists:
        return False
    except OutcomeUnknown as unknown:
        again = (
            "post it again with the same Idempotency-Key"
            if deployment.idempotency
            else (
                f"look for it at /deployments/{deployment.deployment_id} before you post it again, "
                "and send an Idempotency-Key with such requests"
            )
        )
        raise RequestRefused(
            "outcome_unknown",
            f"writing deployment '{deployment.deployment_id}': "
            f"storage did not say whether it was written; {again}",
            deployment_id=deployment.deployment_id,
        ) from unknown
    return True


def _earlier(ctx: Context, mark: IdempotencyMark) -> Deployment | None:
    for deployment_id in _candidates(mark):
        if ctx.store.get(deployment_id) is None:
            return None
        earlier = _same_key(ctx, deployment_id, mark)
        if earlier is not None:
            return earlier
    return None


def _same_key(ctx: Context, deployment_id: str, mark: IdempotencyMark | None) -> Deployment | None:
    """The deployment that this very key made, or None where the id is another's. Raises
    `idempotency_key_reused`.
    """
    stored = ctx.store.get(deployment_id) if mark else None
    if stored is None or mark is None or stored.deployment.idempotency is None:
        return None
    if stored.deployment.idempotency.fingerprint != mark.fingerprint:
        return None
    if not hmac.compare_digest(stored.deployment.idempotency.body_mac, mark.body_mac):
        raise RequestRefused(
            "idempotency_key_reused",
            f"this idempotency key was used for deployment '{deployment_id}' "
            "with another body; use a new key",
            deployment_id=deployment_id,
        )
    return stored.deployment
