"""What a deployment's list rows are found by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.domain.deployments.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Listed:
    """The fields that the keys of list rows are made of. None of them ever changes.

    `created_at` tells a deployment from a later one with the same id: an id may be used again once the first
    is forgotten.
    """

    deployment_id: str
    provider_type: str
    template_name: str
    created_by: str
    created_at: datetime


def listed_fields(deployment: Deployment) -> Listed:
    """Return what the deployment's list rows are found by."""
    return Listed(
        deployment_id=deployment.deployment_id,
        provider_type=deployment.provider_type,
        template_name=deployment.template_name,
        created_by=deployment.created_by,
        created_at=deployment.created_at,
    )
