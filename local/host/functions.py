"""Reads the functions of an app like the Python worker. Refuses those that worker or host would refuse."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import typing
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.host.errors import AppRefusedError

HTTP_TRIGGER = "httpTrigger"
QUEUE_TRIGGER = "queueTrigger"
TIMER_TRIGGER = "timerTrigger"

_FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)
_BINDING_NAME = re.compile(r"\$return|(?!.*__)[a-zA-Z_][a-zA-Z0-9_]{0,127}")
_TRUE = ("1", "true")


@dataclass(frozen=True, slots=True)
class IndexedFunction:
    """One function: its code, and the binding of its trigger as in function.json."""

    name: str
    call: Callable[..., Any]
    trigger: Mapping[str, Any]
    takes_context: bool

    @property
    def trigger_type(self) -> str:
        """Return `httpTrigger`, `queueTrigger` or `timerTrigger`."""
        return str(self.trigger["type"])

    @property
    def trigger_parameter(self) -> str:
        """Return the name of the argument that gets the value of the trigger."""
        return str(self.trigger["name"])


def load_functions(settings: Mapping[str, str]) -> list[IndexedFunction]:
    """Import `function_app` and return its functions, without those that a setting disables.

    Raises AppRefusedError with every problem, one a line.
    """
    import azure.functions as func

    module = importlib.import_module("function_app")
    apps = [value for value in vars(module).values() if isinstance(value, func.FunctionRegister)]
    if len(apps) != 1:
        raise AppRefusedError(f"function_app.py needs one FunctionApp at its top level, not {len(apps)}")
    try:
        declared = apps[0].get_functions()
    except ValueError as error:
        raise AppRefusedError(str(error)) from error
    functions: list[IndexedFunction] = []
    problems: list[str] = []
    for function in declared:
        try:
            functions.append(_index(function))
        except AppRefusedError as error:
            problems.append(str(error))
    if problems:
        raise AppRefusedError("\n".join(problems))
    return [function for function in functions if not _is_disabled(function, settings)]


def _is_disabled(function: IndexedFunction, settings: Mapping[str, str]) -> bool:
    return settings.get(f"AzureWebJobs.{function.name}.Disabled", "").lower() in _TRUE


def _index(function: Any) -> IndexedFunction:
    name = str(function.get_function_name())
    if not _FUNCTION_NAME.fullmatch(name) or name.lower() == "host":
        raise AppRefusedError(f"'{name}' is not a valid name for a function")
    bindings = [json.loads(text) for text in function.get_raw_bindings()]
    _check_binding_names(name, bindings)
    call = function.get_user_function()
    parameters = set(inspect.signature(call).parameters)
    indexed = IndexedFunction(name, call, _only_trigger(name, bindings), "context" in parameters)
    if parameters - {"context"} != {indexed.trigger_parameter}:
        raise AppRefusedError(
            f"function '{name}' takes {sorted(parameters)}, but only '{indexed.trigger_parameter}' is bound"
        )
    _check_annotation(indexed)
    return indexed


def _check_binding_names(name: str, bindings: list[dict[str, Any]]) -> None:
    counts = Counter(str(binding["name"]).lower() for binding in bindings)
    for binding in bindings:
        if not _BINDING_NAME.fullmatch(binding["name"]):
            raise AppRefusedError(
                f"function '{name}' has a binding named '{binding['name']}', which is not a valid name"
            )
        if counts[binding["name"].lower()] > 1:
            raise AppRefusedError(f"function '{name}' has two bindings named '{binding['name']}'")


def _only_trigger(name: str, bindings: list[dict[str, Any]]) -> dict[str, Any]:
    triggers = [binding for binding in bindings if binding["type"].endswith("Trigger")]
    if len(triggers) != 1:
        raise AppRefusedError(f"function '{name}' has {len(triggers)} triggers and needs one")
    if triggers[0]["type"] not in (HTTP_TRIGGER, QUEUE_TRIGGER, TIMER_TRIGGER):
        raise AppRefusedError(
            f"function '{name}' has a '{triggers[0]['type']}', which this host does not run"
        )
    for binding in bindings:
        if binding is not triggers[0] and binding["type"] != "http":
            raise AppRefusedError(
                f"function '{name}' has a binding '{binding['type']}', which this host does not serve"
            )
    return triggers[0]


def _check_annotation(function: IndexedFunction) -> None:
    """Resolve the annotations, as the worker does: it fails on a name imported only for type checkers."""
    from azure.functions import get_binding_registry

    try:
        annotations = typing.get_type_hints(function.call)
    except NameError as error:
        raise AppRefusedError(
            f"function '{function.name}' has an annotation that cannot be resolved: {error}"
        ) from error
    annotation = annotations.get(function.trigger_parameter)
    converter = get_binding_registry().get(  # type: ignore[no-untyped-call]  # the library's
        function.trigger_type
    )
    if annotation is not None and not converter.check_input_type_annotation(annotation):
        raise AppRefusedError(
            f"function '{function.name}' takes '{function.trigger_parameter}' as {annotation}, "
            f"which is not the type of a '{function.trigger_type}'"
        )
