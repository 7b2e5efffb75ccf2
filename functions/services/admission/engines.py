"""Refuses requests that the deployment's engine does not support, before anything is stored."""

from __future__ import annotations

from functions.domain.errors import FieldProblem, ProblemCode, RequestRefused
from functions.domain.jobs.engines import EngineAbilities
from functions.domain.status import OperationKind

_DEFAULT_WORKSPACE = "default"


def check_kind(engine: EngineAbilities, kind: OperationKind) -> None:
    """Raise RequestRefused `unsupported_by_engine` if the engine has no such operation."""
    if not engine.can(kind):
        raise RequestRefused(
            ProblemCode.UNSUPPORTED_BY_ENGINE,
            f"the deployment's engine '{engine.name}' does not support '{kind}'",
        )


def check_workspace(engine: EngineAbilities, workspace: str) -> None:
    """Raise RequestRefused `invalid_request` for a named workspace if the engine has no workspaces."""
    if engine.uses_backend or workspace == _DEFAULT_WORKSPACE:
        return
    detail = f"must be '{_DEFAULT_WORKSPACE}': engine '{engine.name}' has no workspaces"
    problem = FieldProblem("/workspace", "not_allowed", detail, [_DEFAULT_WORKSPACE])
    raise RequestRefused(
        ProblemCode.INVALID_REQUEST,
        f"checking the request: engine '{engine.name}' has no workspaces",
        errors=[problem],
    )
