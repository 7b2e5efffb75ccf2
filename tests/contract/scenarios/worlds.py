"""Slipways in memory for several scenarios."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.builders import a_template
from tests.unit.api_client import Reply
from tests.world import World

DEPLOYMENTS = "/deployments"
OPERATIONS = "/operations"
RUNS = "/api/v1/infrastructure/runs"
RUN_OPERATIONS = "/api/v1/infrastructure/operations"
REQUESTS = "/api/v1/users/requests"
DECISIONS = "/api/v1/admin/requests"
UNKNOWN = "000000000000"
GREETING: dict[str, Any] = {"template_name": "greeting", "provider_type": "terraform-local"}
BUCKET: dict[str, Any] = {"template_name": "storage-bucket", "provider_type": "terraform-aws"}


def with_clouds() -> World:
    """Return a world with two usable provider types.

    Besides the greeting, the catalog has a bucket, and a vault that this installation cannot deploy.
    """
    world = World(providers=frozenset({"terraform-local", "terraform-aws"}))
    greeting = world.catalog.entries["terraform-local", "greeting"]
    bucket = a_template(
        address="terraform/aws/storage-bucket",
        path="terraform/aws/storage-bucket",
        cloud="aws",
        provider_type="terraform-aws",
        name="storage-bucket",
        title="Storage bucket",
        summary="A bucket for files.",
        digest=greeting.digest,
        tags=("storage",),
        timeouts={"apply": 600},
        example={"bucket_name": "my-bucket"},
        parameters=_BUCKET_PARAMETERS,
        sensitive_parameters=("token",),
        required_providers={"aws": "~> 6.0"},
    )
    vault = replace(
        bucket, address="terraform/azure/vault", cloud="azure", provider_type="terraform-azure", name="vault"
    )
    for entry in (bucket, vault):
        world.catalog.entries[entry.provider_type, entry.name] = entry
    return world


def deployment_of(reply: Reply) -> str:
    """Return the id of the deployment that `POST /deploy` created."""
    deployment_id: str = reply.json["data"]["deployment_id"]
    return deployment_id


_BUCKET_PARAMETERS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["bucket_name"],
    "properties": {
        "bucket_name": {"type": "string", "minLength": 3, "maxLength": 63, "pattern": "^[a-z0-9-]+$"},
        "copies": {"type": "integer", "minimum": 1, "maximum": 5, "default": 1},
        "storage_class": {"type": "string", "enum": ["standard", "cold"]},
        "rules": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["days"],
                "properties": {"days": {"type": "integer"}, "prefix": {"type": "string"}},
            },
        },
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "token": {"type": "string"},
    },
}
