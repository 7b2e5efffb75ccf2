"""A state that could not be written, as it is kept: with the state that its apply began from. Only the two
together tell whether what lies in the back end now may be replaced.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ErroredState:
    """`state` is byte for byte what the engine left; `base_state` is None where that could not be read."""

    state: bytes
    base_state: bytes | None

    def to_json(self) -> bytes:
        """What is sealed. The states are texts in it: as JSON of its own their numbers might be rounded."""
        return json.dumps({"state": _text(self.state), "began_from": _text(self.base_state)}).encode()

    @classmethod
    def from_json(cls, data: bytes) -> ErroredState:
        """The inverse of `to_json`; raises KeyError, ValueError, TypeError or AttributeError for anything
        else.
        """
        body = json.loads(data)
        base_state = body["began_from"]
        return cls(_bytes(body["state"]), None if base_state is None else _bytes(base_state))


def changed_by_others(
    there: dict[str, Any], *, kept: dict[str, Any], base_state: dict[str, Any]
) -> list[str]:
    """The addresses of what somebody else has changed since the apply began that left the state `kept`, told
    from the state that is `there`: `kept` may take its place only where there are none.

    Serials do not tell: Terraform saves while it applies, every 20 s, and raises the serial at each try,
    whether it can write or not. So the state that is there may be one that this apply saved on its way. Such
    a one holds only what the apply found or left, and all that it left as it found it.
    """
    if base_state and there.get("serial") == base_state.get("serial"):
        return []
    found, left, seen = _objects(base_state), _objects(kept), _objects(there)
    foreign = (seen - found - left) | ((found & left) - seen)
    return sorted({address for address, _, _ in foreign})


def _objects(state: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Everything in a state: address, value, and a mark of its own where that is not in order (`tainted`).

    Whether an object is `deposed` does not count: a replaced one is, for a while.
    """
    outputs = state.get("outputs") or {}
    objects = {(f"output.{name}", json.dumps(body, sort_keys=True), "") for name, body in outputs.items()}
    for resource in state.get("resources") or ():
        for instance in resource.get("instances") or ():
            address = _address(resource, instance)
            value = json.dumps(instance.get("attributes"), sort_keys=True)
            # the mark is apart: what a provisioner taints in the end was saved without it
            objects |= {(address, value, mark) for mark in ("", instance.get("status") or "")}
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
