"""A job's own work folder. It is removed at the end; the launcher sweeps it where the runner died."""

from __future__ import annotations

import shutil
from pathlib import Path


class Workspace:
    """`template` is where the engine runs; its own files lie beside it in `root`, out of the
    template's way.
    """

    def __init__(self, work_dir: Path, operation_id: str, job: int) -> None:
        self.root = work_dir / f"{operation_id}-{job}"
        self.template = self.root / "template"
        self.log_spool = self.root / "log.spool"

    def create(self) -> None:
        """Make it, empty. What is there already was left by an execution that is over: the claim is ours."""
        self.remove()
        self.template.mkdir(parents=True)

    def remove(self) -> None:
        """Delete it; harmless where there is none."""
        shutil.rmtree(self.root, ignore_errors=True)
