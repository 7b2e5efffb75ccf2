"""The methods of every path, and the responses to other methods."""

from __future__ import annotations

import re

from functions.api.routes import ROUTES
from tests.contract.scenarios.recording import Recording
from tests.contract.scenarios.worlds import UNKNOWN
from tests.world import World

_VALUES = {"provider": "terraform-local", "name": "greeting", "id": f"deploy-{UNKNOWN}"}


def record(recording: Recording) -> None:
    """Record OPTIONS for every route, and a method that it does not allow."""
    caller = recording.over(World())
    for route in ROUTES:
        address = "/" + re.sub(r"\{(\w+)\}", lambda match: _VALUES[match.group(1)], route.path)
        caller.send(f"OPTIONS {route.path}", "OPTIONS", address)
        caller.send(f"PATCH {route.path}", "PATCH", address)
    caller.send("DELETE deployments", "DELETE", "/deployments")
    caller.send("OPTIONS of an unknown path", "OPTIONS", "/nowhere")
    caller.get("path with a slash too many", "/providers/")
    caller.get("path in capitals", "/Providers")
