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
        description="One of the installation's environments; the default one if omitted.",
    ),
]
RequiredApproval = Annotated[
    Approval, choice(Approval, "What has to be approved first; the environment may require more.")
]
Confirmation = Annotated[
    str, Field(max_length=256, description="The deployment's name, required if its template is protected.")
]
DiscardErroredState = Annotated[
    bool, Field(description="Continue without a state that could not be written and cannot be recovered.")
]
Comment = Annotated[str, Field(max_length=1024, description="Recorded with the caller and the time.")]
DryRun = Annotated[bool, Field(description="Plan only: nothing is applied.")]
