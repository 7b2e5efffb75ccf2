"""The model of `slipway.yaml`, which has what the code of a template cannot express."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from functions.domain.deployments.user_request import ResourceType
from functions.domain.status import Approval
from functions.validation.models import InputModel, Omitted, Schema, choice

Seconds = Annotated[int, Field(ge=1, le=86400)]
Tag = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]
Parameters = dict[str, Any]
_UNIQUE: Schema = {"uniqueItems": True}


class Timeouts(InputModel):
    """Time limits for a run, in whole seconds, instead of those in the settings."""

    job_seconds: (
        Annotated[Seconds, Field(description="The whole job, from the start of its runner to its end.")]
        | Omitted
    ) = None
    command_seconds: Annotated[Seconds, Field(description="Each command of the engine.")] | Omitted = None


class Sizes(InputModel):
    """The parameters for the sizes small, medium and large of a user request."""

    small: Parameters | Omitted = None
    medium: Parameters | Omitted = None
    large: Parameters | Omitted = None


class Password(InputModel):
    """The rule for a random password."""

    length: Annotated[int, Field(ge=16, le=128, description="Number of characters.")]
    classes: Annotated[
        list[Literal["lower", "upper", "digits", "symbols"]],
        Field(
            min_length=1,
            description="Kinds of characters; each occurs at least once.",
            json_schema_extra=_UNIQUE,
        ),
    ]
    symbols: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=32,
                pattern=r"^[!-/:-@\[-`{-~]+$",
                description="The characters of the class `symbols`, if only some are allowed.",
            ),
        ]
        | Omitted
    ) = None

    @model_validator(mode="after")
    def _symbols_are_used(self) -> "Password":
        if self.symbols is not None and "symbols" not in self.classes:
            raise PydanticCustomError("not_allowed", "'symbols' is not among the classes")
        return self


class TemplateMetadata(InputModel):
    """The content of slipway.yaml. Every key is optional."""

    title: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=80,
                description="Name of the template for people; by default the name of its folder.",
            ),
        ]
        | Omitted
    ) = None
    summary: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=400,
                description="What the template creates, in a sentence or two.",
            ),
        ]
        | Omitted
    ) = None
    version: (
        Annotated[
            str,
            Field(
                pattern=r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$",
                description="Version of the template by semantic versioning; raise it with every change of "
                "the code.",
            ),
        ]
        | Omitted
    ) = None
    tags: list[Tag] = Field(
        default_factory=list,
        max_length=20,
        description="Words for finding the template.",
        json_schema_extra=_UNIQUE,
    )
    timeouts: Timeouts = Timeouts()
    protected: Annotated[
        bool,
        Field(description="Whether destroying a deployment of the template needs its name in `confirm`."),
    ] = False
    approval: (
        Annotated[
            Approval,
            choice(
                Approval,
                "The approval that every deployment of the template needs, whatever its environment needs.",
            ),
        ]
        | Omitted
    ) = None
    resource_type: (
        Annotated[
            ResourceType,
            choice(ResourceType, "The kind of user request that the template serves; one template for each."),
        ]
        | Omitted
    ) = None
    name_parameter: (
        Annotated[str, Field(min_length=1, description="The parameter that takes a user request's name.")]
        | Omitted
    ) = None
    sizes: Sizes = Sizes()
    generate: dict[str, Password] = Field(
        default_factory=dict,
        description="Sensitive parameters that get a random password if the caller gives none.",
    )
    example: (
        Annotated[Parameters, Field(description="Parameters of an example request; they must be valid.")]
        | Omitted
    ) = None

    @property
    def passwords(self) -> dict[str, dict[str, Any]]:
        """Return the rules of `generate`, as in the catalog."""
        return {name: rule.model_dump(exclude_none=True) for name, rule in self.generate.items()}

    @model_validator(mode="after")
    def _request_is_whole(self) -> "TemplateMetadata":
        if (self.resource_type is None) != (self.name_parameter is None):
            raise PydanticCustomError(
                "not_allowed", "/resource_type and /name_parameter belong together: give both or none"
            )
        return self
