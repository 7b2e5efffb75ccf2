"""Programs that stand in for a spare runner, and for a launcher that uses one."""

from __future__ import annotations

# notes its process id, waits for a job, and works on it for ever
WAITS = """
import json, os, pathlib, socket, time
from runner.spare import wait_for_job
pathlib.Path(os.environ["SPARES"], str(os.getpid())).touch()
if wait_for_job(socket.socket(fileno=os.dup(0))):
    pathlib.Path("seen").write_text(json.dumps(dict(os.environ)))
    print("at work", flush=True)
    time.sleep(600)
"""
# the same, but it imports its code for as long as the file `importing` exists
IMPORTS = (
    """
import os, pathlib, time
pathlib.Path(os.environ["SPARES"], str(os.getpid())).touch()
while pathlib.Path(os.environ["SPARES"], "..", "importing").exists():
    time.sleep(0.01)
"""
    + WAITS
)
DIES = """
import os, pathlib
pathlib.Path(os.environ["SPARES"], str(os.getpid())).touch()
"""
# a launcher of its own that is used once
USES_A_LAUNCHER = """
import os, pathlib, sys, time
from functions.adapters.launchers.process_launcher import ProcessLauncher
from functions.adapters.launchers.spare_runner import SpareRunner
from functions.ports import JobStart
environ = dict(os.environ)
spare = SpareRunner(environ, [sys.executable, "-c", sys.argv[2]])
launcher = ProcessLauncher(pathlib.Path(sys.argv[1]), environ, [sys.executable, "-c", "pass"], spare)
launcher.start(JobStart("deploy-0123456789ab", "op-0123456789ab-1", 1, "trace-1"))
time.sleep(600)
"""
