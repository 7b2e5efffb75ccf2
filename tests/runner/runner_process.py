"""The real runner in a process of its own, on Azurite, with a template of the test's own."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.adapters.sealing.key_file import KeyFileBox, make_key_file
from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients
from functions.domain.catalog import bundle
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, JobSpec, Task
from functions.domain.jobs.terraform_state import Backend
from functions.domain.jobs.wake_up import WakeUp
from functions.domain.status import OperationKind
from local.paths import ROOT

# the name that tests give in place of a secret key; nothing of it may ever be seen in a log
SECRET_KEY = "very-secret-aws-key"


@dataclass
class RunnerProcess:
    """One deployment, its first operation and job 1, and the runner that does it."""

    connection_string: str
    clients: StorageClients
    folder: Path
    deployment_id: str
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def operation_id(self) -> str:
        return f"op-{self.deployment_id.removeprefix('deploy-')}-1"

    @property
    def store(self) -> BlobArtifactStore:
        return BlobArtifactStore(self.clients.container)

    @property
    def state_file(self) -> Path:
        return self.folder / "state" / self.deployment_id / "slipway" / "terraform.tfstate"

    @property
    def box(self) -> KeyFileBox:
        """What the runner seals with."""
        self.folder.mkdir(exist_ok=True)
        make_key_file(self.folder / "key")
        return KeyFileBox(self.folder / "key")

    def seal(self, name: str, value: Any) -> str:
        """Keep a value sealed, as a request's sensitive parameters are; gives the blob's name."""
        self.store.create(name, self.box.seal(json.dumps(value).encode(), name=name))
        return name

    def accept(self, files: dict[str, str], **spec: Any) -> JobSpec:
        """Store the template and the spec of the job."""
        contents = {name: text.encode() for name, text in files.items()}
        digest = bundle.digest(contents)
        self.store.create(blob_names.template_bundle(digest), bundle.pack(contents))
        values: dict[str, Any] = {
            "deployment_id": self.deployment_id,
            "operation_id": self.operation_id,
            "job": 1,
            "kind": OperationKind.APPLY,
            "task": Task.APPLY,
            "correlation_id": "trace-1",
            "provider_type": "terraform-local",
            "template_name": "made-up",
            "template_digest": digest,
            "location": None,
            "parameters": {},
            "secrets": {},
            "sensitive_outputs": (),
            "tags": {},
            "backend": Backend("local", {}),
            "workspace": "slipway",
            "command_seconds": 60,
            "job_seconds": 120,
            "lock_wait_seconds": 5,
            **spec,
        }
        made = JobSpec(**values)
        self.store.create(blob_names.job_spec(made.operation_id, made.job), made.to_json())
        return made

    def start(
        self, *, job: int = 1, operation_id: str | None = None, **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start the runner as the launcher does: in a session of its own, in a folder of its own."""
        self.folder.mkdir(exist_ok=True)
        make_key_file(self.folder / "key")
        output = (self.folder / "runner.out").open("ab")
        with output:
            process = subprocess.Popen(
                [sys.executable, "-m", "runner"],
                cwd=self.folder,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self.folder),
                    "PYTHONPATH": f"{ROOT}:{ROOT / 'runner_image'}",
                    "SLIPWAY_DEPLOYMENT_ID": self.deployment_id,
                    "SLIPWAY_OPERATION_ID": operation_id or self.operation_id,
                    "SLIPWAY_JOB": str(job),
                    "SLIPWAY_CORRELATION_ID": "trace-1",
                    "SLIPWAY_STORAGE": self.connection_string,
                    "SLIPWAY_STATE_DIR": str(self.folder / "state"),
                    "SLIPWAY_KEY_FILE": str(self.folder / "key"),
                    "SLIPWAY_STOP_GRACE_SECONDS": "5",
                    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
                    **self.environment,
                    **environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def run(self, *, job: int = 1, operation_id: str | None = None, **environment: str) -> int:
        """Start the runner and wait for its end; gives its exit code."""
        return self.start(job=job, operation_id=operation_id, **environment).wait(120)

    def close(self) -> None:
        """End what a failed test left running; a runner that is told to stop ends its Terraform."""
        for process in self.started:
            process.terminate()
            process.wait(180)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    @property
    def output(self) -> str:
        return (self.folder / "runner.out").read_text()

    def result(self, job: int = 1, operation_id: str | None = None) -> JobResult:
        """A job's verdict."""
        blob = self.store.read(blob_names.job_result(operation_id or self.operation_id, job))
        assert blob is not None, self.output
        return JobResult.from_json(blob.data)

    def blob(self, name: str) -> bytes | None:
        blob = self.store.read(name)
        return blob.data if blob else None

    def log(self, job: int = 1, operation_id: str | None = None) -> str:
        """A job's log."""
        return (self.blob(blob_names.log(operation_id or self.operation_id, job)) or b"").decode()

    def wake_ups(self) -> list[WakeUp]:
        """Take the messages on `completions` for this deployment."""
        wake_ups = []
        for message in self.clients.completions.receive_messages():
            wake_up = WakeUp.from_json(base64.b64decode(message.content).decode())
            if wake_up.deployment_id == self.deployment_id:
                wake_ups.append(wake_up)
            self.clients.completions.delete_message(message)
        return wake_ups
