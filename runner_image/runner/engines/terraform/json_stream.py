"""Reads the output of Terraform and OpenTofu with `-json`: one object a line, machine-readable UI version 1.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from runner.engines.terraform.apply_record import ApplyRecord

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Limits of a job's result, which every request for a status reads as a whole.
_MAX_DIAGNOSTICS = 50
_MAX_TEXT_LENGTH = 4096
# planned action -> how many changes of an apply it makes; other actions make none
_CHANGING = {"create": 1, "update": 1, "delete": 1, "replace": 2}


class JsonStream:
    """Turns the output of one command into log lines, diagnostics and progress.

    A line that is no JSON object is logged unchanged. `changed` is called after each change of `done` or
    `in_flight`. `has_begun` is True once an apply has begun a change; `record` has the outcome of each.

    The log gets every text in full; `diagnostics` are cut to the limits of a result. Not logged are the
    event types, message codes and diagnostic summaries in `quiet`, and diagnostics for which `was_logged` is
    True. `redact` masks secrets in the decoded texts of an event before they are used.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        changed: Callable[[JsonStream], None] | None = None,
        *,
        quiet: frozenset[str] = frozenset(),
        was_logged: Callable[[str], bool] = lambda _: False,
        redact: Callable[[str], str] = str,
    ) -> None:
        self._write = write
        self._changed = changed
        self._quiet = quiet
        self._was_logged = was_logged
        self._redact = redact
        self._errors: list[dict[str, Any]] = []
        self._warnings: list[dict[str, Any]] = []
        self._in_flight: dict[str, None] = {}
        self.engine: str | None = None
        self.engine_version: str | None = None
        self.changes: dict[str, int] | None = None
        self.planned: list[tuple[str, str]] = []
        self.planned_outputs: list[tuple[str, str]] = []
        self.done = 0
        self.has_begun = False
        self.record = ApplyRecord()
        self.logged: set[str] = set()

    @property
    def diagnostics(self) -> tuple[dict[str, Any], ...]:
        """Return the errors, then the warnings; at most 50."""
        return tuple((self._errors + self._warnings)[:_MAX_DIAGNOSTICS])

    @property
    def first_error(self) -> str | None:
        """Return the summary of the first error, or None."""
        return str(self._errors[0]["summary"]) if self._errors else None

    @property
    def in_flight(self) -> tuple[str, ...]:
        """Return the addresses whose change has begun and not ended, in the order of their begin."""
        return tuple(self._in_flight)

    @property
    def to_do(self) -> int:
        """Return the number of planned changes, which `done` reaches at the end."""
        return sum(_CHANGING.get(action, 0) for _, action in self.planned)

    def line(self, text: str) -> None:
        """Take the next line."""
        event = _event(text)
        if event is None:
            if plain := self._redact(_COLOUR.sub("", text)).rstrip():
                self._write(plain)
            return
        kind = event.get("type")
        if kind == "diagnostic" and isinstance(event.get("diagnostic"), dict):
            self._diagnostic(event["diagnostic"])
            return
        if self._quiet.isdisjoint((kind, event.get("message_code"))) and (message := event.get("@message")):
            self._write(self._redact(str(message)))
        if kind == "version":
            self._version(event)
        elif kind == "change_summary":
            self.changes = _counts(event.get("changes"))
        elif kind == "planned_change":
            self._plan(event.get("change"))
        elif kind == "outputs":
            self._outputs(event.get("outputs"))
        elif isinstance(hook := event.get("hook"), dict):
            self._progress(str(kind), hook)

    def _version(self, event: dict[str, Any]) -> None:
        for engine in ("terraform", "tofu"):
            if version := event.get(engine):
                self.engine, self.engine_version = engine, str(version)
                return

    def _diagnostic(self, body: dict[str, Any]) -> None:
        diagnostic = _whole_diagnostic(body, self._redact)
        is_error = diagnostic["severity"] == "error"
        if is_error and body.get("address"):
            self.record.failed(str(body["address"]), f"{body.get('summary')}\n{body.get('detail')}")
        diagnostics = self._errors if is_error else self._warnings
        if len(diagnostics) < _MAX_DIAGNOSTICS:
            diagnostics.append(_cut(diagnostic))
        text = _for_people(diagnostic)
        self.logged.add(text)
        if diagnostic["summary"] not in self._quiet and not self._was_logged(text):
            self._write(text)

    def _plan(self, change: object) -> None:
        if isinstance(change, dict) and isinstance(resource := change.get("resource"), dict):
            action = str(change.get("action"))
            self.planned.append((self._redact(str(resource.get("addr"))), action))
            self.record.planned(resource, action)

    def _outputs(self, outputs: object) -> None:
        for name, body in outputs.items() if isinstance(outputs, dict) else ():
            action = body.get("action") if isinstance(body, dict) else None
            if action and action != "noop":
                self.planned_outputs.append((str(name), str(action)))

    def _progress(self, kind: str, hook: dict[str, Any]) -> None:
        resource = hook.get("resource")
        address = resource.get("addr") if isinstance(resource, dict) else None
        self.has_begun = self.has_begun or kind == "apply_start"
        action = hook.get("action")
        if action not in _CHANGING or not isinstance(resource, dict) or not isinstance(address, str):
            return
        address = self._redact(address)
        if kind == "apply_start":
            self._in_flight[address] = None
        elif kind in ("apply_complete", "apply_errored"):
            self._in_flight.pop(address, None)
            self.done += kind == "apply_complete"
        else:
            return
        self.record.progressed(kind, resource, action)
        if self._changed is not None:
            self._changed(self)


def _event(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) and "type" in event else None


def _counts(changes: object) -> dict[str, int] | None:
    if not isinstance(changes, dict):
        return None
    return {str(name): count for name, count in changes.items() if isinstance(count, int)}


def diagnostic_of(body: dict[str, Any], redact: Callable[[str], str]) -> dict[str, Any]:
    """Return a diagnostic of the engine as Slipway stores it: secrets masked, each text cut to 4 KiB."""
    return _cut(_whole_diagnostic(body, redact))


def _whole_diagnostic(body: dict[str, Any], redact: Callable[[str], str]) -> dict[str, Any]:
    source_range = body.get("range")
    source_range = source_range if isinstance(source_range, dict) else {}
    start = source_range.get("start")
    return {
        "severity": _text(body.get("severity"), str),
        "summary": _text(body.get("summary"), redact) or "",
        "detail": _text(body.get("detail"), redact),
        "file": _text(source_range.get("filename"), redact),
        "line": start.get("line") if isinstance(start, dict) else None,
        "address": _text(body.get("address"), redact),
    }


def _text(value: object, redact: Callable[[str], str]) -> str | None:
    """Return the text with secrets masked and lone surrogates replaced; None if the value is empty."""
    return redact(str(value)).encode("utf-8", "replace").decode() if value else None


def _cut(diagnostic: dict[str, Any]) -> dict[str, Any]:
    # Cut only after masking: the masker would not find half a secret.
    return {name: _cut_text(value) if isinstance(value, str) else value for name, value in diagnostic.items()}


def _cut_text(text: str) -> str:
    """Return at most 4 KiB of UTF-8; a longer text ends with an ellipsis."""
    data = text.encode()
    if len(data) <= _MAX_TEXT_LENGTH:
        return text
    return data[: _MAX_TEXT_LENGTH - 3].decode("utf-8", "ignore") + "…"


def _for_people(diagnostic: dict[str, Any]) -> str:
    lines = [f"{(diagnostic['severity'] or 'note').capitalize()}: {diagnostic['summary']}"]
    if diagnostic["file"]:
        lines.append(f"  on {diagnostic['file']} line {diagnostic['line']}")
    if diagnostic["address"]:
        lines.append(f"  with {diagnostic['address']}")
    if diagnostic["detail"]:
        lines.extend(f"  {line}".rstrip() for line in diagnostic["detail"].splitlines())
    return "\n".join(lines)
