"""What tests of running jobs wait for and look at."""

from __future__ import annotations

import subprocess
from pathlib import Path

from functions.domain.failures import Failure
from functions.domain.jobs.job_contract import JobResult
from tests.eventually import eventually
from tests.runner.runner_process import RunnerProcess

SLEEPS = """
resource "terraform_data" "first" {}
resource "terraform_data" "sleeps" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" {
    command = "exec sleep 300"
  }
}
output "done" { value = terraform_data.sleeps.id }
"""


def held_until(release: Path) -> str:
    """A template whose last resource is not made before there is such a file. It makes one itself, named
    `….begun`, when all the others are made.
    """
    wait = f"touch {release}.begun; until [ -e {release} ]; do sleep 0.1; done"
    return f"""
resource "terraform_data" "many" {{
  count = 300
  input = count.index
}}
resource "terraform_data" "held" {{
  depends_on = [terraform_data.many]
  provisioner "local-exec" {{
    command = "{wait}"
  }}
}}
"""


def has_begun(release: Path) -> bool:
    """True once the apply of such a template is at its last resource."""
    return Path(f"{release}.begun").exists()


def failure_of(result: JobResult) -> Failure:
    assert result.failure is not None
    return result.failure


def wait_until_sleeping(runner: RunnerProcess) -> None:
    """Until the apply is at its sleep, and the state has what came before."""
    eventually(lambda: sleepers(runner))


def sleepers(runner: RunnerProcess) -> list[int]:
    """The processes that sleep in the runner's work folder."""
    listed = subprocess.run(["ps", "-eo", "pid=,comm="], capture_output=True, text=True, check=True)
    pids = [int(line.split()[0]) for line in listed.stdout.splitlines() if line.split()[1] == "sleep"]
    return [pid for pid in pids if _folder_of(pid).startswith(str(runner.folder))]


def _folder_of(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return ""


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]
