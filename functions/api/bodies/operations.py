"""What is asked of a deployment that is there, or of one of its operations."""

from typing import Annotated, Any

from pydantic import Field

from functions.api.bodies.base import (
    Body,
    Comment,
    Confirmation,
    DiscardErroredState,
    Omitted,
    RequiredApproval,
    words,
)

NewParameters = Annotated[
    dict[str, Any],
    Field(
        description="The whole new set, but for sensitive ones: what is not given of those stays. "
        "Without it all parameters stay as they are."
    ),
]


class PlanBody(Body):
    """POST /deployments/{id}/plan."""

    parameters: NewParameters | Omitted = None
    approval: RequiredApproval | Omitted = None
    comment: Comment | Omitted = None


class ApplyBody(PlanBody):
    """POST /deployments/{id}/apply."""

    discard_errored_state: DiscardErroredState = False


class DestroyBody(Body):
    """POST /deployments/{id}/destroy."""

    approval: RequiredApproval | Omitted = None
    comment: Comment | Omitted = None
    discard_errored_state: DiscardErroredState = False
    confirm: Confirmation | Omitted = None


class UnlockBody(Body):
    """POST /deployments/{id}/unlock."""

    comment: Comment | Omitted = None
    lock_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=256,
            pattern="^[A-Za-z0-9][A-Za-z0-9._:-]*$",
            description="The id of the lock to free; another one is left alone.",
            json_schema_extra=words(pattern="must be a lock's id, as Terraform shows it"),
        ),
    ]


class EmptyBody(Body):
    """A route that takes no members."""


class CommentBody(Body):
    """A cancellation, or a recovery."""

    comment: Comment | Omitted = None


class DecisionBody(Body):
    """POST /operations/{id}/approve and /reject."""

    comment: Comment | Omitted = None
    plan_sha256: (
        Annotated[
            str,
            Field(
                pattern="^[0-9a-f]{64}$",
                description="The plan that was looked at; another one is neither approved nor rejected.",
                json_schema_extra=words(pattern="must be a SHA-256 in hex, as the plan has it"),
            ),
        ]
        | Omitted
    ) = None
