"""POST /api/v1/infrastructure/runs."""

from typing import Annotated, Any, Literal

from pydantic import Field

from functions.api.bodies.members import Confirmation, DiscardErroredState, EnvId
from functions.domain.status import OperationKind
from functions.validation.models import InputModel, Omitted, choice, words


class RunBody(InputModel):
    """POST /api/v1/infrastructure/runs."""

    action: Annotated[
        Literal[OperationKind.PLAN, OperationKind.APPLY, OperationKind.DESTROY],
        choice(("plan", "apply", "destroy"), "What to run."),
    ]
    stack_path: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="A template's address, such as terraform/aws/storage-bucket.",
        ),
    ]
    workspace: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$",
            description="Distinguishes deployments of one stack in one environment; 'default' if omitted.",
            json_schema_extra=words(
                pattern="must contain only letters, digits, '_' and '-', and begin with a letter or digit"
            ),
        ),
    ] = "default"
    vars: (
        Annotated[
            dict[str, Any],
            Field(
                description="The complete set of the template's parameters; if omitted, they stay unchanged."
            ),
        ]
        | Omitted
    ) = None
    confirm: Confirmation | Omitted = None
    discard_errored_state: DiscardErroredState = False
    env_id: EnvId | Omitted = None
