"""Records which changes an apply began, and tells those whose outcome is unknown.

Terraform reports a create that got no response just like one that was refused: `apply_errored`, and no object
in the state. The cloud may have created the object all the same, and nobody would know of it. So a create
counts as done if the state has the object, as not done if the provider's error proves that the cloud refused
it, and otherwise as unknown.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from runner.engines.terraform.provider_errors import proves_refusal

ObjectKey = tuple[str, str, str, str]
"""Module, type, name and index key of a managed resource instance."""


class _Progress(Enum):
    BEGUN = "begun"
    ERRORED = "errored"
    COMPLETE = "complete"


@dataclass(slots=True)
class _Change:
    """A change that began.

    `keeps_old` is True for a create that replaces an object which Terraform deletes afterwards: then the
    state has an object at the address, whatever became of the create.
    """

    key: ObjectKey
    address: str
    creates: bool
    keeps_old: bool
    progress: _Progress = _Progress.BEGUN


@dataclass(frozen=True, slots=True)
class UnknownChanges:
    """The addresses of changes whose outcome is unknown.

    `may_hide_objects` is True if the cloud may have objects that the state does not contain.
    """

    addresses: tuple[str, ...]
    may_hide_objects: bool


@dataclass
class ApplyRecord:
    """Collects the events of one apply. Its addresses are Terraform's own: secrets in keys are not masked."""

    _changes: dict[tuple[ObjectKey, str], _Change] = field(default_factory=dict)
    _replaced: set[ObjectKey] = field(default_factory=set)
    _errors: dict[str, list[str]] = field(default_factory=dict)

    def planned(self, resource: Mapping[str, Any], action: str) -> None:
        """Record a planned change."""
        if action == "replace":
            self._replaced.add(_key_of(resource))

    def progressed(self, kind: str, resource: Mapping[str, Any], action: str) -> None:
        """Record an event about the progress of a change."""
        key = _key_of(resource)
        if kind == "apply_start":
            keeps_old = key in self._replaced and not self._is_complete(key, "delete")
            self._changes[key, action] = _Change(
                key, str(resource.get("addr")), action == "create", keeps_old
            )
        elif (change := self._changes.get((key, action))) is not None:
            change.progress = _Progress.COMPLETE if kind == "apply_complete" else _Progress.ERRORED

    def failed(self, address: str, text: str) -> None:
        """Record the text of an error that names a resource."""
        self._errors.setdefault(address, []).append(text)

    def unknown_changes(self, objects: Collection[ObjectKey] | None) -> UnknownChanges:
        """Return the unknown changes, given the objects in the state after the apply (None: not read)."""
        unknown = [change for change in self._changes.values() if self._is_unknown(change, objects)]
        addresses = tuple(dict.fromkeys(change.address for change in unknown))
        return UnknownChanges(addresses, any(change.creates for change in unknown))

    def _is_unknown(self, change: _Change, objects: Collection[ObjectKey] | None) -> bool:
        in_state = objects is not None and change.key in objects
        if change.progress is _Progress.COMPLETE:
            return change.creates and objects is not None and not in_state
        if change.progress is _Progress.ERRORED and self._was_refused(change):
            return False
        return not (change.creates and in_state and not change.keeps_old)

    def _was_refused(self, change: _Change) -> bool:
        errors = self._errors.get(change.address, [])
        return bool(errors) and all(map(proves_refusal, errors))

    def _is_complete(self, key: ObjectKey, action: str) -> bool:
        change = self._changes.get((key, action))
        return change is not None and change.progress is _Progress.COMPLETE


def objects_in(state: Mapping[str, Any]) -> frozenset[ObjectKey]:
    """Return the managed objects of a state, without deposed ones."""
    return frozenset(
        _key(resource.get("module"), resource.get("type"), resource.get("name"), instance.get("index_key"))
        for resource in state.get("resources") or ()
        if resource["mode"] == "managed"
        for instance in resource["instances"]
        if not instance.get("deposed")
    )


def _key_of(resource: Mapping[str, Any]) -> ObjectKey:
    return _key(
        resource.get("module"),
        resource.get("resource_type"),
        resource.get("resource_name"),
        resource.get("resource_key"),
    )


def _key(module: object, type_: object, name: object, index: object) -> ObjectKey:
    return (str(module or ""), str(type_), str(name), json.dumps(index))
