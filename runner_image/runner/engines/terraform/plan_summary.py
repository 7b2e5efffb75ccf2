"""Summarizes for people what a plan would change, with secrets masked and long values cut.

`show -json` is described in
https://developer.hashicorp.com/terraform/internals/json-format#change-representation
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from runner.engines.terraform.json_stream import JsonStream
from runner.masking.encodings import MASK
from runner.masking.secret_masker import SecretMasker, texts_in

_MAX_VALUE_LENGTH = 1000
_NOTHING = "no-op"
_ACTIONS = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("read",): "read",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
}
# `plan -json` uses another word for a resource that Terraform forgets without destroying it.
_ACTIONS_OF_STREAM = {"remove": "forget"}


def summary_of_stream(stream: JsonStream) -> dict[str, Any]:
    """Return the addresses and actions that `plan` reported, so that no further command is needed."""
    return {
        "changes": stream.changes,
        "detail": "addresses",
        "resources": [
            {"address": address, "action": _ACTIONS_OF_STREAM.get(action, action)}
            for address, action in stream.planned
        ],
        "outputs": [{"name": name, "action": action} for name, action in stream.planned_outputs],
    }


def summary_of_plan(plan: dict[str, Any], stream: JsonStream, redact: SecretMasker) -> dict[str, Any]:
    """Return the summary with every changed attribute, from `show -json`.

    A sensitive value is `***`, also in an attribute that the provider did not mark. A value that is unknown
    before the apply is null, with `known` false.
    """
    redact.add(marked_texts(plan))
    changes = plan.get("resource_changes", ())
    return {
        "changes": stream.changes,
        "detail": "attributes",
        "resources": [_resource(change, redact) for change in changes if _action(change) != _NOTHING],
        "outputs": [
            {"name": name, "action": action}
            for name, change in plan.get("output_changes", {}).items()
            if (action := _action({"change": change})) != _NOTHING
        ],
    }


def _resource(change: dict[str, Any], redact: SecretMasker) -> dict[str, Any]:
    body = change["change"]
    summary = {
        "address": redact(change["address"]),
        "action": _action(change),
        "attributes": _attributes(body, redact),
    }
    if previous := change.get("previous_address"):
        summary["previous_address"] = redact(previous)
    if reason := change.get("action_reason"):
        summary["reason"] = reason
    if paths := body.get("replace_paths"):
        summary["replace_because"] = [".".join(map(str, path)) for path in paths]
    return summary


def _action(change: dict[str, Any]) -> str:
    """Return one of `_ACTIONS`, or `import` or `move` for a resource that does not change otherwise."""
    action = _ACTIONS.get(tuple(change["change"]["actions"]), _NOTHING)
    if action == _NOTHING and change["change"].get("importing"):
        return "import"
    return "move" if action == _NOTHING and change.get("previous_address") else action


def _attributes(body: dict[str, Any], redact: SecretMasker) -> list[dict[str, Any]]:
    before, after = body.get("before") or {}, body.get("after") or {}
    unknown = body.get("after_unknown") or {}
    hidden_before, hidden_after = body.get("before_sensitive") or {}, body.get("after_sensitive") or {}
    changed = []
    for name in sorted({*before, *after, *unknown}):
        was, will_be = before.get(name), after.get(name)
        is_known = not _any_mark(unknown.get(name))
        if is_known and was == will_be:
            continue
        entry: dict[str, Any] = {
            "name": name,
            "before": _shown(was, _mark(hidden_before, name), redact),
            "after": _shown(will_be, _mark(hidden_after, name), redact),
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


def marked_texts(plan: dict[str, Any]) -> list[str]:
    """Return every text that the plan marks as sensitive, each once.

    They are masked everywhere, because providers copy such values into attributes without a mark, and
    templates into messages.
    """
    return sorted(set(texts_in(list(_marked(plan)))))


def _marked(plan: dict[str, Any]) -> Iterator[Any]:
    changed = (*plan.get("resource_changes", ()), *plan.get("resource_drift", ()))
    for body in (*(change["change"] for change in changed), *plan.get("output_changes", {}).values()):
        yield from _marked_values(body.get("before"), body.get("before_sensitive"))
        yield from _marked_values(body.get("after"), body.get("after_sensitive"))
    # The values that data sources have read are in no change.
    yield from _marked_in_module(plan.get("prior_state", {}).get("values", {}).get("root_module", {}))
    # The value of a sensitive variable may be its default, which is no parameter of the job.
    declared = plan.get("configuration", {}).get("root_module", {}).get("variables", {})
    variables = plan.get("variables", {})
    yield from (
        variables.get(name, {}).get("value") for name, body in declared.items() if body.get("sensitive")
    )


def _marked_in_module(module: dict[str, Any]) -> Iterator[Any]:
    for resource in module.get("resources", ()):
        yield from _marked_values(resource.get("values"), resource.get("sensitive_values"))
    for child in module.get("child_modules", ()):
        yield from _marked_in_module(child)


def _marked_values(value: Any, mark: Any) -> Iterator[Any]:
    if mark is True:
        yield value
    elif isinstance(value, dict) and isinstance(mark, dict):
        for name, item_mark in mark.items():
            yield from _marked_values(value.get(name), item_mark)
    elif isinstance(value, list) and isinstance(mark, list):
        for item, item_mark in zip(value, mark, strict=False):
            yield from _marked_values(item, item_mark)


def _shown(value: Any, mark: Any, redact: SecretMasker) -> Any:
    # Masked before it is cut: the masker would not find half a secret.
    shown = redact.all_in(_hide(value, mark))
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    return shown if len(text) <= _MAX_VALUE_LENGTH else f"{text[:_MAX_VALUE_LENGTH]}…"


def _hide(value: Any, mark: Any) -> Any:
    """Return the value with `***` at every place that the mark, which has the same shape, calls sensitive."""
    if mark is True:
        return None if value is None else MASK
    if isinstance(value, dict) and isinstance(mark, dict):
        return {name: _hide(item, mark.get(name, False)) for name, item in value.items()}
    if isinstance(value, list) and isinstance(mark, list):
        marks = [*mark, *[False] * (len(value) - len(mark))]
        return [_hide(item, item_mark) for item, item_mark in zip(value, marks, strict=False)]
    return MASK if _any_mark(mark) and value is not None else value
