"""A Slipway whose greeting serves user requests for `s3`."""

from __future__ import annotations

from typing import Any

from tests.unit.api_client import ApiClient, Reply
from tests.unit.life import ADA, change_template
from tests.world import World

REQUESTS = "/api/v1/users/requests"
SIZES = {"small": {"copies": 1, "class": "t1"}, "large": {"copies": 3, "class": "t9"}}
PARAMETERS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "bucket_name": {"type": "string", "maxLength": 20, "pattern": "^[a-z-]+$"},
        "copies": {"type": "integer"},
        "class": {"type": "string"},
        "password": {"type": "string"},
    },
}


def a_world(**template: Any) -> World:
    """Return a world whose greeting serves `s3`."""
    world = World()
    change_template(
        world,
        resource_type="s3",
        name_parameter="bucket_name",
        sizes=SIZES,
        parameters=PARAMETERS,
        sensitive_parameters=("password",),
        **template,
    )
    return world


def submit(api: ApiClient, headers: dict[str, str] | None = None, **changes: Any) -> Reply:
    body = {"name": "reports", "resource_type": "s3", "config": {"size": "small"}, **changes}
    return api.post(f"{REQUESTS}/submit", body, {**ADA, **(headers or {})})


def decide(api: ApiClient, request_id: str, decision: str, who: dict[str, str], notes: str = "") -> Reply:
    return api.put(f"/api/v1/admin/requests/{request_id}/{decision}", {"notes": notes}, who)
