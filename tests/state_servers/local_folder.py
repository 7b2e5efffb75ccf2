"""The `local` backend: a folder."""

from __future__ import annotations

from pathlib import Path

from functions.domain.jobs.terraform_state import Backend


class LocalFolder:
    """One folder for states."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def backend(self) -> Backend:
        return Backend("local", {})

    @property
    def environment(self) -> dict[str, str]:
        return {"SLIPWAY_STATE_DIR": str(self._folder)}

    def traces(self, deployment_id: str) -> list[str]:
        return [str(path) for path in self._folder.rglob("*") if deployment_id in str(path)]
