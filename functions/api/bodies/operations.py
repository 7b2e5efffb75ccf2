"""The bodies of requests to an existing deployment or to one of its operations."""

from typing import Annotated, Any

from pydantic import Field

from functions.api.bodies.members import Comment, Confirmation, DiscardErroredState, RequiredApproval
from functions.validation.models import InputModel, Omitted, words

NewParameters = Annotated[
    dict[str, Any],
    Field(
        description="The complete new set. A sensitive parameter that is omitted keeps its value. "
        "Without this member all parameters stay unchanged."
    ),
]


class PlanBody(InputModel):
    """POST /deployments/{id}/plan."""

    parameters: NewParameters | Omitted = None
    approval: RequiredApproval | Omitted = None
    comment: Comment | Omitted = None


class ApplyBody(PlanBody):
    """POST /deployments/{id}/apply."""

    discard_errored_state: DiscardErroredState = False


class DestroyBody(InputModel):
    """POST /deployments/{id}/destroy."""

    approval: RequiredApproval | Omitted = None
    comment: Comment | Omitted = None
    discard_errored_state: DiscardErroredState = False
    confirm: Confirmation | Omitted = None


class UnlockBody(InputModel):
    """POST /deployments/{id}/unlock."""

    comment: Comment | Omitted = None
    lock_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=256,
            pattern="^[A-Za-z0-9][A-Za-z0-9._:-]*$",
            description="The id of the lock to release; a lock with another id stays.",
            json_schema_extra=words(pattern="must be a lock's id, as Terraform shows it"),
        ),
    ]


class EmptyBody(InputModel):
    """The body of a route that accepts no members."""


class CommentBody(InputModel):
    """The body of a cancellation or a recovery."""

    comment: Comment | Omitted = None


class DecisionBody(InputModel):
    """POST /operations/{id}/approve and /reject."""

    comment: Comment | Omitted = None
    plan_sha256: (
        Annotated[
            str,
            Field(
                pattern="^[0-9a-f]{64}$",
                description="The SHA-256 of the plan to decide on; no other plan is approved or rejected.",
                json_schema_extra=words(pattern="must be a SHA-256 in hex, as in the plan"),
            ),
        ]
        | Omitted
    ) = None
