from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from functions.services.context import Context

STORAGE = ("store", "index", "artifacts", "wake_ups", "due", "timer_runs")


class Calls:
    """Wraps the storage of a context and records every call in `made`.

    The host dies at call number `die_at`, counted from 0: before the call, or with `after` right after it.
    """

    def __init__(self, *, die_at: int | None = None, after: bool = False) -> None:
        self.made: list[str] = []
        self._die_at = die_at
        self._after = after

    def around(self, ctx: Context) -> Context:
        """Return the context with each storage port wrapped."""
        ports = {name: _Port(name, getattr(ctx, name), self) for name in STORAGE}
        return replace(ctx, **ports)  # type: ignore[arg-type]  # each wrapper passes every call on

    def make(
        self, name: str, call: Callable[..., Any], arguments: tuple[Any, ...], more: dict[str, Any]
    ) -> Any:
        dies = len(self.made) == self._die_at
        self.made.append(name)
        if dies and not self._after:
            raise KeyboardInterrupt
        result = call(*arguments, **more)
        if dies:
            raise KeyboardInterrupt
        return result


class _Port:
    def __init__(self, name: str, real: object, calls: Calls) -> None:
        self._name = name
        self._real = real
        self._calls = calls

    def __getattr__(self, method: str) -> Callable[..., Any]:
        call = getattr(self._real, method)
        return lambda *arguments, **more: self._calls.make(f"{self._name}.{method}", call, arguments, more)
