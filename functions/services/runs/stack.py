"""Stacks: a template's address, a workspace and an environment, which together name one deployment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.domain.identifiers import derived_deployment_id
from functions.services.context import Context

# A derived id has 48 bits, so two stacks with the same id are rare.
_CANDIDATES = 4


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack; `path` is the template's address."""

    path: str
    workspace: str
    env_id: str

    def candidates(self) -> Iterator[str]:
        """Return the ids that the stack's deployment may have. It gets the first one that is free."""
        name = f"run\n{self.path}\n{self.workspace}\n{self.env_id}"
        fingerprint = hashlib.sha256(name.encode()).hexdigest()
        return (derived_deployment_id(fingerprint, counter) for counter in range(_CANDIDATES))


def stack_of(deployment: Deployment) -> Stack:
    """Return the stack that a deployment belongs to."""
    return Stack(deployment.template_address, deployment.workspace, deployment.env_id)


def find_stack(ctx: Context, stack: Stack) -> Deployment | None:
    """Return the stack's deployment, or None if the stack was never run."""
    for candidate in stack.candidates():
        stored = ctx.store.get(candidate)
        if stored is None or stored.deployment.deleted_at:
            return None
        if stack_of(stored.deployment) == stack:
            return stored.deployment
    return None


def split_stack_path(stack_path: str) -> tuple[str, str]:
    """Return provider type and template name: (`terraform-aws`, `x`) for `terraform/aws/x`, (`azure`, `x`)
    for `bicep/x`. Raises RequestRefused `invalid_request`.
    """
    engine, _, rest = stack_path.partition("/")
    if engine == "bicep" and rest and "/" not in rest:
        return "azure", rest
    cloud, _, name = rest.partition("/")
    provider_type = f"{engine}-{cloud}"
    if provider_type in PROVIDER_TYPES and name and "/" not in name:
        return provider_type, name
    detail = "must be a template's address, as GET /templates lists it"
    raise RequestRefused(
        ProblemCode.INVALID_REQUEST,
        f"'{stack_path}' is not a stack: it {detail}",
        errors=[FieldProblem("/stack_path", "not_allowed", detail, "terraform/aws/storage-bucket")],
    )
