"""The fields from which the keys of a deployment's list rows are built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from functions.domain.deployments.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Listed:
    """The fields of the keys of list rows. They never change.

    `created_at` tells a deployment from a later one with the same id, which may be used again after the first
    deployment is deleted.
    """

    deployment_id: str
    provider_type: str
    template_name: str
    created_by: str
    created_at: datetime


def listed_fields(deployment: Deployment) -> Listed:
    """Return the deployment's fields for the keys of its list rows."""
    return Listed(
        deployment_id=deployment.deployment_id,
        provider_type=deployment.provider_type,
        template_name=deployment.template_name,
        created_by=deployment.created_by,
        created_at=deployment.created_at,
    )
