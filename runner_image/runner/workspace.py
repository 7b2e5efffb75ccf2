"""The work folder of a job. The runner removes it at the end; if the runner dies, the launcher does."""

from __future__ import annotations

import shutil
from pathlib import Path


class Workspace:
    """The folder `template`, where the engine runs, lies in `root`; the runner's own files are beside it."""

    def __init__(self, work_dir: Path, operation_id: str, job: int) -> None:
        self.root = work_dir / f"{operation_id}-{job}"
        self.template = self.root / "template"
        self.log_spool = self.root / "log.spool"

    def create(self) -> None:
        """Create the folder, empty. Old files are of an execution that has ended: this one has the claim."""
        self.remove()
        self.template.mkdir(parents=True)

    def remove(self) -> None:
        """Delete the folder, if it exists."""
        shutil.rmtree(self.root, ignore_errors=True)
