"""Members that several request bodies share."""

from typing import Annotated

from pydantic import Field

from functions.domain.status import Approval
from functions.validation.models import choice

EnvId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="One of the installation's environments; without it the default one.",
    ),
]
RequiredApproval = Annotated[
    Approval, choice(Approval, "What somebody has to approve first; the environment may ask for more.")
]
Confirmation = Annotated[
    str, Field(max_length=256, description="The deployment's name, where its template is protected.")
]
DiscardErroredState = Annotated[
    bool, Field(description="Go on without a state that could not be written, where it cannot be recovered.")
]
Comment = Annotated[str, Field(max_length=1024, description="Kept with who and when.")]
DryRun = Annotated[bool, Field(description="Plan only: nothing is made.")]
