"""What a plan would change, for people: without anything secret, and no longer than they can read."""

from __future__ import annotations

import json
from typing import Any

from runner.json_stream import JsonStream

HIDDEN = "***"
_LONGEST_VALUE = 1000
_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("read",): "read",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}


def summary_of_stream(stream: JsonStream) -> dict[str, Any]:
    """The addresses and actions that a plan told as it ran: costs no further command."""
    return {
        "changes": stream.changes,
        "detail": "addresses",
        "resources": [{"address": address, "action": action} for address, action in stream.planned],
        "outputs": [{"name": name, "action": action} for name, action in stream.planned_outputs],
    }


def summary_of_plan(plan: dict[str, Any], stream: JsonStream) -> dict[str, Any]:
    """The same with every changed attribute, from `show -json`.

    A sensitive value is `***`; one that is not known before the apply is null, with `known` false.
    https://developer.hashicorp.com/terraform/internals/json-format#change-representation
    """
    resources = [_resource(change) for change in plan.get("resource_changes", ())]
    return {
        "changes": stream.changes,
        "detail": "attributes",
        "resources": [resource for resource in resources if resource["action"] != "no-op"],
        "outputs": [
            {"name": name, "action": _action(change)}
            for name, change in plan.get("output_changes", {}).items()
            if _action(change) != "no-op"
        ],
    }


def _resource(change: dict[str, Any]) -> dict[str, Any]:
    body = change["change"]
    found = {"address": change["address"], "action": _action(body), "attributes": _attributes(body)}
    if change.get("action_reason"):
        found["reason"] = change["action_reason"]
    return found


def _action(body: dict[str, Any]) -> str:
    return _ACTIONS.get(tuple(body["actions"]), "no-op")


def _attributes(body: dict[str, Any]) -> list[dict[str, Any]]:
    before, after = body.get("before") or {}, body.get("after") or {}
    unknown = body.get("after_unknown") or {}
    hidden_before, hidden_after = body.get("before_sensitive") or {}, body.get("after_sensitive") or {}
    names = sorted({*before, *after, *(name for name, mark in unknown.items() if mark)})
    changed = []
    for name in names:
        was, will_be = before.get(name), after.get(name)
        is_known = not _any_mark(unknown.get(name))
        if is_known and was == will_be:
            continue
        entry: dict[str, Any] = {
            "name": name,
            "before": _shown(was, _mark(hidden_before, name)),
            "after": _shown(will_be, _mark(hidden_after, name)),
        }
        if not is_known:
            entry["known"] = False
        changed.append(entry)
    return changed


def _mark(marks: Any, name: str) -> Any:
    return marks if marks is True else marks.get(name, False)


def _any_mark(mark: Any) -> bool:
    if isinstance(mark, dict):
        return any(map(_any_mark, mark.values()))
    return any(map(_any_mark, mark)) if isinstance(mark, list) else bool(mark)


def _shown(value: Any, mark: Any) -> Any:
    hidden = _hide(value, mark)
    text = hidden if isinstance(hidden, str) else json.dumps(hidden, ensure_ascii=False)
    return hidden if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _hide(value: Any, mark: Any) -> Any:
    """The value with `***` wherever the mask, which has the same shape, says so."""
    if mark is True:
        return None if value is None else HIDDEN
    if isinstance(value, dict) and isinstance(mark, dict):
        return {name: _hide(item, mark.get(name, False)) for name, item in value.items()}
    if isinstance(value, list) and isinstance(mark, list):
        marks = [*mark, *[False] * (len(value) - len(mark))]
        return [_hide(item, each) for item, each in zip(value, marks, strict=False)]
    return HIDDEN if _any_mark(mark) and value is not None else value
