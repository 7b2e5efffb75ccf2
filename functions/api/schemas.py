"""The request bodies as JSON Schemas (draft 2020-12), for validation and for the API's description.

Patterns are ECMAScript's; each has a `maxLength` beside it, as `services.validation` asks for.
"""

from __future__ import annotations

from typing import Any, Final

from functions.domain.providers import PROVIDER_TYPES
from functions.domain.status import Approval
from functions.domain.user_requests import ResourceType

Schema = dict[str, Any]

_TAG_NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": r"^[^=\u0000-\u001f\u007f]*$",
    "x-error-messages": {
        "minLength": "a tag's name must not be empty",
        "maxLength": "a tag's name must have at most 128 characters",
        "pattern": "a tag's name must not hold '=' or control characters",
    },
}

_AZURE_PROVIDER_TYPES = sorted(
    provider.name for provider in PROVIDER_TYPES.values() if provider.needs_azure_scope
)
_AZURE_SUBSCRIPTION: Schema = {
    "maxLength": 36,
    "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
    "x-error-messages": {"pattern": "must be a GUID, such as 00000000-0000-0000-0000-000000000000"},
}
# an AWS account, a Google project
_OTHER_ACCOUNT: Schema = {
    "minLength": 1,
    "maxLength": 64,
    # control characters, and what is invisible or turns the direction of the text around it
    "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$",
    "x-error-messages": {"pattern": "must hold printable characters only"},
}

_ENV_ID: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "description": "One of the installation's environments; without it the default one.",
}
_APPROVAL: Schema = {
    "type": "string",
    "enum": [str(each) for each in Approval],
    "description": "What somebody has to approve first; the environment may ask for more.",
}
_CONFIRM: Schema = {
    "type": "string",
    "maxLength": 256,
    "description": "The deployment's name, where its template is protected.",
}
_DISCARD: Schema = {
    "type": "boolean",
    "description": "Go on without a state that could not be written, where it cannot be recovered.",
}
_COMMENT: Schema = {"type": "string", "maxLength": 1024, "description": "Kept with who and when."}
_PARAMETERS: Schema = {
    "type": "object",
    "description": "The whole new set, but for sensitive ones: what is not given of those stays. "
    "Without it all parameters stay as they are.",
}


def _fields(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


DEPLOY: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["template_name", "provider_type"],
    "properties": {
        "template_name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 128,
            "description": "A template's name, as GET /templates lists it.",
        },
        "provider_type": {
            "type": "string",
            "enum": sorted(PROVIDER_TYPES),
            "description": "The cloud to deploy to, and the engine that does it.",
        },
        "subscription_id": {
            "type": "string",
            "description": "The account to deploy to: an Azure subscription, required where the provider "
            "type deploys to Azure; elsewhere any text, recorded as it came.",
        },
        "resource_group": {
            "type": "string",
            "minLength": 1,
            "maxLength": 90,
            # Azure Resource Manager's rule: word characters, dots, hyphens, parentheses; no dot at the end
            "pattern": r"^[\w.()\u0080-\uffff-]*[\w()\u0080-\uffff-]$",
            "x-error-messages": {
                "pattern": "must hold letters, digits, '_', '-', '.', '(' and ')' only, and not end with '.'"
            },
            "description": "The Azure resource group; required where the provider type deploys to Azure.",
        },
        "location": {
            "type": "string",
            "minLength": 1,
            "maxLength": 64,
            "pattern": "^[a-z0-9-]+$",
            "x-error-messages": {
                "pattern": "must be lower-case letters, digits and '-', such as 'eu-central-1'"
            },
            "description": "The cloud's region.",
        },
        "parameters": {
            "type": "object",
            "description": "The template's parameters; GET /templates/{provider}/{name} has their schema.",
        },
        "tags": {
            "type": "object",
            "maxProperties": 50,
            "propertyNames": _TAG_NAME,
            "additionalProperties": {"type": "string", "maxLength": 256},
            "description": "Names and values that are put on what is made, where the cloud knows tags.",
        },
        "env_id": _ENV_ID,
        "approval": _APPROVAL,
        "dry_run": {"type": "boolean", "description": "Plan only: nothing is made."},
        "ttl": {
            "type": "string",
            "minLength": 1,
            "maxLength": 32,
            "description": "ISO 8601 duration after which the deployment is destroyed, such as PT8H.",
        },
    },
    "if": {
        "required": ["provider_type"],
        "properties": {"provider_type": {"enum": _AZURE_PROVIDER_TYPES}},
    },
    "then": {"properties": {"subscription_id": _AZURE_SUBSCRIPTION}},
    "else": {"properties": {"subscription_id": _OTHER_ACCOUNT}},
}

PLAN: Final[Schema] = _fields(parameters=_PARAMETERS, approval=_APPROVAL, comment=_COMMENT)
APPLY: Final[Schema] = _fields(
    parameters=_PARAMETERS, approval=_APPROVAL, comment=_COMMENT, discard_errored_state=_DISCARD
)
DESTROY: Final[Schema] = _fields(
    approval=_APPROVAL,
    comment=_COMMENT,
    discard_errored_state=_DISCARD,
    confirm=_CONFIRM,
)
UNLOCK: Final[Schema] = _fields(
    required=("lock_id",),
    comment=_COMMENT,
    lock_id={
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._:-]*$",
        "x-error-messages": {"pattern": "must be a lock's id, as Terraform shows it"},
        "description": "The id of the lock to free; another one is left alone.",
    },
)
NOTHING: Final[Schema] = _fields()
COMMENT: Final[Schema] = _fields(comment=_COMMENT)
DECISION: Final[Schema] = _fields(
    comment=_COMMENT,
    plan_sha256={
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "x-error-messages": {"pattern": "must be a SHA-256 in hex, as the plan has it"},
        "description": "The plan that was looked at; another one is neither approved nor rejected.",
    },
)
NOTES: Final[Schema] = _fields(notes=_COMMENT)

RUN: Final[Schema] = _fields(
    required=("action", "stack_path"),
    action={"type": "string", "enum": ["plan", "apply", "destroy"], "description": "What to run."},
    stack_path={
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "description": "A template's address, such as terraform/aws/storage-bucket.",
    },
    workspace={
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$",
        "x-error-messages": {"pattern": "must be letters, digits, '_' and '-', the first a letter or digit"},
        "description": "Tells several deployments of one stack in one environment apart; 'default' without.",
    },
    vars={"type": "object", "description": "The whole set of the template's parameters; none leaves them."},
    confirm=_CONFIRM,
    discard_errored_state=_DISCARD,
    env_id=_ENV_ID,
)

REQUEST: Final[Schema] = _fields(
    required=("name", "resource_type"),
    name={"type": "string", "minLength": 1, "maxLength": 128, "description": "The resource's name."},
    resource_type={
        "type": "string",
        "enum": [str(each) for each in ResourceType],
        "description": "What is asked for.",
    },
    config={
        "type": "object",
        "properties": {"size": {"type": "string"}},
        "description": "`size`, and parameters of the template that serves the resource type.",
    },
    team_id={"type": "string", "minLength": 1, "maxLength": 128, "description": "The team it is for."},
    dry_run={"type": "boolean", "description": "Plan only: nothing is made."},
    env_id=_ENV_ID,
)
