"""The document in which an errored state is saved, with the base state: the one from which its apply began.

Only both together show whether the errored state may replace the one that is now in the backend.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ErroredState:
    """An errored state, byte for byte, and its base state; None if that could not be read."""

    state: bytes
    base_state: bytes | None

    def to_json(self) -> bytes:
        """Return the document. The states are texts in it, as numbers might be rounded in nested JSON."""
        return json.dumps({"state": _text(self.state), "began_from": _text(self.base_state)}).encode()

    @classmethod
    def from_json(cls, data: bytes) -> ErroredState:
        """Read a document of `to_json`. Raises KeyError, ValueError, TypeError or AttributeError."""
        body = json.loads(data)
        base_state = body["began_from"]
        return cls(_bytes(body["state"]), None if base_state is None else _bytes(base_state))


def changed_by_others(current: dict[str, Any], *, errored: dict[str, Any], base: dict[str, Any]) -> list[str]:
    """Return the addresses that another client has changed since the failed apply began.

    The errored state may replace the current one only if there are none. Serials do not show it: Terraform
    saves the state every 20 s during an apply, and raises the serial at each try, also if it cannot write. So
    the current state may be one that the failed apply itself saved on its way. Such a state contains only
    objects of the base state and the errored one, and all objects that are the same in both.
    """
    if base and current.get("serial") == base.get("serial"):
        return []
    base_objects, errored_objects, current_objects = _objects(base), _objects(errored), _objects(current)
    added = current_objects - base_objects - errored_objects
    removed = (base_objects & errored_objects) - current_objects
    return sorted({address for address, _, _ in added | removed})


def _objects(state: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return everything in a state as address, value, and status, which is empty or `tainted`.

    Whether an object is `deposed` does not count: an object is, for a while, when it is replaced.
    """
    outputs = state.get("outputs") or {}
    objects = {(f"output.{name}", json.dumps(body, sort_keys=True), "") for name, body in outputs.items()}
    for resource in state.get("resources") or ():
        for instance in resource.get("instances") or ():
            address = _address(resource, instance)
            value = json.dumps(instance.get("attributes"), sort_keys=True)
            # With and without its status: an object that a provisioner taints at the end was saved without.
            objects |= {(address, value, status) for status in ("", instance.get("status") or "")}
    return objects


def _address(resource: dict[str, Any], instance: dict[str, Any]) -> str:
    module = f"{resource['module']}." if resource.get("module") else ""
    data = "data." if resource.get("mode") == "data" else ""
    key = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
    return f"{module}{data}{resource.get('type')}.{resource.get('name')}{key}"


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
