"""The bodies of a user's request, and of an administrator's decision on it."""

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from functions.api.bodies.members import Comment, DryRun, EnvId
from functions.domain.deployments.user_request import ResourceType
from functions.validation.models import InputModel, Omitted, choice


class SubmissionBody(InputModel):
    """POST /api/v1/users/requests/submit."""

    name: Annotated[str, Field(min_length=1, max_length=128, description="The resource's name.")]
    resource_type: Annotated[ResourceType, choice(ResourceType, "The resource type to create.")]
    config: Annotated[
        dict[str, Any],
        WithJsonSchema(
            {
                "type": "object",
                "properties": {"size": {"type": "string"}},
                "description": "`size`, and parameters of the template that serves the resource type.",
            }
        ),
        Field(default_factory=dict),
    ]
    team_id: (
        Annotated[str, Field(min_length=1, max_length=128, description="The team that the resource is for.")]
        | Omitted
    ) = None
    dry_run: DryRun = False
    env_id: EnvId | Omitted = None


class NotesBody(InputModel):
    """PUT /api/v1/admin/requests/{id}/approve and /reject."""

    notes: Comment | Omitted = None
