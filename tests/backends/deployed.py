"""One deployment on a real backend: the real runner's jobs, and somebody's own Terraform beside them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Heartbeat, JobResult, Task
from functions.domain.jobs.terraform_state import StateLock
from functions.domain.status import OperationKind
from runner.engines.terraform.state.errored_state_file import ErroredState
from tests.eventually import eventually
from tests.runner.runner_process import RunnerProcess
from tests.runner.waiting import children, sleepers, wait_until_sleeping
from tests.state_servers.stand import StateStand

TEMPLATE = """
variable "word" { default = "one" }
resource "terraform_data" "word" { input = var.word }
output "word" { value = terraform_data.word.output }
"""
# the second resource holds the apply, and the lock with it, once the first one is made, until `release`
_HOLDS = """
variable "word" { default = "one" }
resource "terraform_data" "word" { input = var.word }
resource "terraform_data" "held" {
  depends_on = [terraform_data.word]
  provisioner "local-exec" {
    command = "sleep 600; true"
  }
}
output "word" { value = terraform_data.word.output }
"""
_ADDS = _HOLDS.replace("sleep 600", "sleep 0")
# what Terraform says of a lock that another client was just taking or giving back (azurerm, s3)
_RACES = 20
_LOST_RACE = re.compile(r'"terraformlockid"\s+was\s+empty|PreconditionFailed.*NoSuchKey', re.DOTALL)


@dataclass
class Outside:
    """A plain Terraform that works on the same state, as a person at a terminal may."""

    folder: Path
    environment: dict[str, str]
    runner: RunnerProcess

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def apply_when_free(self) -> subprocess.CompletedProcess[str]:
        """Apply, waiting for the lock. Terraform itself gives up at once, instead of waiting, where another
        client takes the lock or gives it back at the same instant; then it is run again.
        """
        ended = self._apply()
        for _ in range(_RACES):
            if ended.returncode == 0 or not _LOST_RACE.search(ended.stderr):
                break
            ended = self._apply()
        return ended

    def _apply(self) -> subprocess.CompletedProcess[str]:
        return self.run("apply", "-auto-approve", "-input=false", "-lock-timeout=60s")

    def start_held(self) -> subprocess.Popen[bytes]:
        """Start an apply and return once it is in its middle, the lock held."""
        process = self._start(subprocess.DEVNULL, "apply", "-auto-approve", "-input=false")
        wait_until_sleeping(self.runner)
        return process

    def start_undecided(self) -> subprocess.Popen[bytes]:
        """Start an apply and return once it asks whether to go on, the lock held."""
        process = self._start(subprocess.PIPE, "apply")
        assert process.stdout is not None
        output = b""
        while b"Enter a value" not in output:
            chunk = os.read(process.stdout.fileno(), 65536)
            assert chunk, output
            output += chunk
        return process

    def _start(self, pipe: int, *arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
        )
        # ended with the runners, however the test goes
        self.runner.started.append(process)
        return process


@dataclass
class Deployed:
    """`number` is that of an operation; each has one job where no other is named."""

    runner: RunnerProcess
    stand: StateStand

    def operation(self, number: int) -> str:
        return f"{self.runner.operation_id.rpartition('-')[0]}-{number}"

    def run(self, number: int, *, template: str = TEMPLATE, job: int = 1, **spec: Any) -> JobResult:
        """Run the operation's job to its end."""
        self.start(number, template=template, job=job, **spec).wait(180)
        return self.result(number, job)

    def start(
        self,
        number: int,
        *,
        template: str = TEMPLATE,
        job: int = 1,
        at: dict[str, str] | None = None,
        **spec: Any,
    ) -> subprocess.Popen[bytes]:
        """Start the operation's job; `at` has it find the backend elsewhere."""
        operation_id = self.operation(number)
        spec = {"backend": self.stand.backend, **spec}
        self.runner.accept({"main.tf": template}, operation_id=operation_id, job=job, **spec)
        environment: dict[str, Any] = {**self.stand.environment, **(at or {})}
        return self.runner.start(job=job, operation_id=operation_id, **environment)

    def start_held(self, number: int) -> subprocess.Popen[bytes]:
        """Start an apply and return once it is in its middle: one resource made, the lock held."""
        process = self.start(number, template=_HOLDS)
        wait_until_sleeping(self.runner)
        return process

    def release(self) -> None:
        """Let the applies that were started held go on."""
        for pid in sleepers(self.runner):
            os.kill(pid, signal.SIGTERM)

    def kill_engine(self, number: int) -> None:
        """Have an apply whose Terraform is killed in its middle, as when memory runs out: its lock stays."""
        process = self.start_held(number)
        (terraform,) = children(process.pid)
        os.kill(terraform, 9)
        process.wait(180)

    def approve(self, number: int, **spec: Any) -> JobResult:
        """Plan by one job, and apply that plan by another one."""
        planned = self.run(number, task=Task.PLAN, **spec)
        assert planned.plan is not None, self.log(number)
        return self.run(number, job=2, task=Task.APPLY_PLAN, plan=planned.plan, **spec)

    def destroy(self, number: int) -> JobResult:
        return self.run(number, kind=OperationKind.DESTROY, lock_wait_seconds=0)

    def unlock(self, number: int, lock_id: str, *, job: int = 1) -> JobResult:
        return self.run(number, job=job, kind=OperationKind.UNLOCK, task=Task.UNLOCK, lock_id=lock_id)

    def recover(self, number: int, errored_state: str | None) -> JobResult:
        return self.run(
            number,
            kind=OperationKind.RECOVER,
            task=Task.RECOVER,
            errored_state=errored_state,
            lock_wait_seconds=0,
        )

    def keep(self, number: int, state: dict[str, Any], base_state: dict[str, Any]) -> str:
        """Keep a state as one that the operation could not write; gives the blob's name."""
        name = blob_names.errored_state(self.operation(number), 1)
        kept = ErroredState(json.dumps(state).encode(), json.dumps(base_state).encode())
        self.runner.store.overwrite(name, self.runner.box.seal(kept.to_json(), name=name))
        return name

    def kept(self, name: str) -> ErroredState:
        """Return the errored state in the blob."""
        return ErroredState.from_json(self.runner.box.open(self.runner.blob(name) or b"", name=name))

    def result(self, number: int, job: int = 1) -> JobResult:
        return self.runner.result(job, self.operation(number))

    def log(self, number: int, job: int = 1) -> str:
        return self.runner.log(job, self.operation(number))

    def lock_shown(self, number: int) -> StateLock:
        """Wait until a running job reports the lock that it waits for, and return the lock."""
        name = blob_names.heartbeat(self.operation(number), 1)

        def shown() -> StateLock | None:
            beat = self.runner.blob(name)
            return Heartbeat.from_json(beat).lock if beat else None

        eventually(lambda: shown() is not None)
        lock = shown()
        assert lock is not None
        return lock

    def outside(self, result: JobResult, *, held: bool = False) -> Outside:
        """Return a Terraform in a folder of its own with the block that Slipway recorded; an apply of
        what is `held` stops in its middle.
        """
        assert result.state is not None, result.failure
        folder = self.runner.folder / "outside"
        folder.mkdir()
        (folder / "main.tf").write_text(_HOLDS if held else _ADDS)
        block = {"terraform": {"backend": {result.state.backend_type: result.state.backend_config}}}
        (folder / "backend.tf.json").write_text(json.dumps(block))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            **self.stand.environment,
        }
        if result.state.backend_type != "http":
            environment["TF_WORKSPACE"] = result.state.workspace
        outside = Outside(folder, environment, self.runner)
        made = outside.run("init", "-input=false")
        assert made.returncode == 0, made.stderr
        return outside
