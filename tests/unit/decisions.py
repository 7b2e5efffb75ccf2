"""What somebody says to an operation."""

from __future__ import annotations

from functions.services.decide_operation import Said, decide_operation
from tests.world import World


def approve(world: World, operation_id: str, caller: str = "bob", *, plan_sha256: str | None = None) -> None:
    decide_operation(world.ctx, operation_id, Said(True, caller, "fine", plan_sha256))


def reject(world: World, operation_id: str) -> None:
    decide_operation(world.ctx, operation_id, Said(False, "bob", "too big"))
