"""What making the storage clients costs a process that has prepared for it."""

from __future__ import annotations

import subprocess
import sys

from local.paths import ROOT

_IMPORTED_AFTERWARDS = """
import sys
from functions.adapters.storage import queue_wake_ups
from functions.adapters.storage.clients import StorageClients, import_sdks
import_sdks()
before = set(sys.modules)
clients = StorageClients("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=YQ==")
clients.container, clients.completions
print(sorted(set(sys.modules) - before))
"""


def test_the_clients_of_a_runner_that_was_a_spare_import_nothing_more() -> None:
    command = [sys.executable, "-c", _IMPORTED_AFTERWARDS]
    imported = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True)

    assert imported.stdout == b"[]\n"
