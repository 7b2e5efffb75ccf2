"""POST /deploy."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from functions.api.bodies.members import DryRun, EnvId, RequiredApproval
from functions.api.durations import parse_duration
from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.validation.models import InputModel, Omitted, Schema, choice, words

_AZURE_PROVIDER_TYPES = sorted(
    provider.name for provider in PROVIDER_TYPES.values() if provider.needs_azure_scope
)
_AZURE_SUBSCRIPTION: Schema = {
    "maxLength": 36,
    "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    **words(pattern="must be a GUID, such as 00000000-0000-0000-0000-000000000000"),
}
# An AWS account or a Google project.
_OTHER_ACCOUNT: Schema = {
    "minLength": 1,
    "maxLength": 64,
    # Excludes control characters, invisible characters, and those that change the direction of text.
    "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$",
    **words(pattern="must contain only printable characters"),
}
_SUBSCRIPTION_OF_CLOUD: Schema = {
    "if": {
        "required": ["provider_type"],
        "properties": {"provider_type": {"enum": _AZURE_PROVIDER_TYPES}},
    },
    "then": {"properties": {"subscription_id": _AZURE_SUBSCRIPTION}},
    "else": {"properties": {"subscription_id": _OTHER_ACCOUNT}},
}
_TAG_NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": r"^[^=\u0000-\u001f\u007f]*$",
    **words(
        minLength="a tag's name must not be empty",
        maxLength="a tag's name must have at most 128 characters",
        pattern="a tag's name must not contain '=' or control characters",
    ),
}
Tags = Annotated[
    dict[str, str],
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": 50,
            "propertyNames": _TAG_NAME,
            "additionalProperties": {"type": "string", "maxLength": 256},
            "description": "Names and values that are put on the resources, if the cloud has tags.",
        }
    ),
]


def _time_to_live(value: object) -> timedelta:
    try:
        return parse_duration(str(value))
    except ValueError as error:
        context = {"detail": str(error), "expected": "PT8H"}
        raise PydanticCustomError("not_allowed", "{detail}", context) from error


TimeToLive = Annotated[
    timedelta | Omitted,
    BeforeValidator(_time_to_live),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 32,
            "description": "ISO 8601 duration after which the deployment is destroyed, such as PT8H.",
        }
    ),
]


class DeployBody(InputModel):
    """POST /deploy."""

    model_config = ConfigDict(json_schema_extra=_SUBSCRIPTION_OF_CLOUD)

    template_name: Annotated[
        str,
        Field(min_length=1, max_length=128, description="A template's name, as GET /templates lists it."),
    ]
    provider_type: Annotated[
        str, choice(sorted(PROVIDER_TYPES), "The cloud to deploy to, and the engine to use.")
    ]
    subscription_id: (
        Annotated[
            str,
            Field(
                description="The account to deploy to: an Azure subscription, required if the provider "
                "type deploys to Azure; else any text, which is only recorded."
            ),
        ]
        | Omitted
    ) = None
    resource_group: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=90,
                # Azure Resource Manager's rule: word characters, '.', '-', '(', ')', and no '.' at the end.
                pattern=r"^[\w.()\u0080-\uffff-]*[\w()\u0080-\uffff-]$",
                description="The Azure resource group; required if the provider type deploys to Azure.",
                json_schema_extra=words(
                    pattern="must contain only letters, digits and '_-.()', and not end with '.'"
                ),
            ),
        ]
        | Omitted
    ) = None
    location: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=64,
                pattern="^[a-z0-9-]+$",
                description="The cloud's region.",
                json_schema_extra=words(
                    pattern="must contain only lower-case letters, digits and '-', such as 'eu-central-1'"
                ),
            ),
        ]
        | Omitted
    ) = None
    parameters: Annotated[
        dict[str, Any],
        Field(
            default_factory=dict,
            description="The template's parameters; GET /templates/{provider}/{name} has their schema.",
        ),
    ]
    tags: Annotated[Tags, Field(default_factory=dict)]
    env_id: EnvId | Omitted = None
    approval: RequiredApproval | Omitted = None
    dry_run: DryRun = False
    ttl: TimeToLive = None
