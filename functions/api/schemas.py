"""The request bodies as JSON Schemas (draft 2020-12), for validation and for the API's description.

Patterns are ECMAScript's; each has a `maxLength` beside it, as `services.validation` asks for.
"""

from __future__ import annotations

from typing import Any, Final

from functions.domain.providers import PROVIDER_TYPES

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
            "maxLength": 36,
            "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
            "x-error-messages": {"pattern": "must be a GUID, such as 00000000-0000-0000-0000-000000000000"},
            "description": "The Azure subscription; required where the provider type deploys to Azure.",
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
    },
}

NO_FIELDS: Final[Schema] = {"type": "object", "additionalProperties": False, "properties": {}}
