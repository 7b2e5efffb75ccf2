"""`python -m runner.spare`: a runner that imports everything first and then waits for its job.

The process launcher keeps one (functions/adapters/launchers/spare_runner.py): no job waits for imports.
"""

from __future__ import annotations

import sys

from functions.adapters.launchers.spare_runner import wait_for_job
from functions.adapters.storage import queue_wake_ups  # noqa: F401 - what `main` imports at the job's end
from functions.adapters.storage.clients import import_sdks
from runner.__main__ import main

if __name__ == "__main__":
    import_sdks()
    sys.exit(main() if wait_for_job() else 0)
