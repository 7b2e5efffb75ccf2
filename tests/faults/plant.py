"""A Slipway whose storage can be made to fail: the real host, runner, Terraform and Azurite, with a proxy
in between.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.adapters.launchers.process_table import parse_execution
from functions.adapters.sealing.key_file import make_key_file
from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.table_deployments import TableDeploymentStore
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from local.paths import ROOT
from local.stack.environment import HostSettings, host_environment
from local.stack.storage import create_storage
from tests.eventually import attempts
from tests.faults.storage_proxy import StorageProxy
from tests.host_process import HostProcess, start_host

# Everything that waits, waits short: a fault must be found in seconds here, in a minute or five in Azure.
_FAST = {
    "SLIPWAY_WATCH_SECONDS": "1",
    "SLIPWAY_HEARTBEAT_SECONDS": "2",
    "SLIPWAY_STOP_GRACE_SECONDS": "5",
    "SLIPWAY_RECONCILE_SCHEDULE": "* * * * * *",
    # every hour it would call storage where a test counts the calls
    "SLIPWAY_RETENTION_SCHEDULE": "0 0 0 1 1 *",
    "SLIPWAY_LOCAL_QUEUE_LEASE": "5",
}

# Writes down each start of the engine (the first argument, and the folder, which names operation and job),
# and waits while a test holds that command back.
_ENGINE = """#!/bin/sh
echo "$1 $PWD" >> '{log}'
while [ -e "{folder}/hold-$1" ]; do sleep 0.05; done
exec '{engine}' "$@"
"""


_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `status` 0 where none came."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


class Plant:
    """Hosts on a storage of their own.

    `proxy` is what stands between them and Azurite; `truth` reads behind its back.
    """

    def __init__(self, folder: Path, storage: str) -> None:
        """Make one in a new folder, on the empty storage account of a connection string."""
        folder.mkdir(parents=True)
        self.folder = folder
        create_storage(storage)
        make_key_file(folder / "key")
        self.clients = StorageClients(storage)
        self.artifacts = BlobArtifactStore(self.clients.container)
        self.truth = TableDeploymentStore(self.clients.deployments, self.artifacts)
        self.proxy = StorageProxy(storage)
        self._engine_log = folder / "engine.log"
        self._engine = folder / "terraform"
        self._engine.write_text(
            _ENGINE.format(log=self._engine_log, folder=folder, engine=shutil.which("terraform"))
        )
        self._engine.chmod(0o755)
        self._hosts: list[HostProcess] = []

    def start(self, **settings: str) -> HostProcess:
        """Start a host; the one started last gets the requests."""
        log = self.folder / f"host-{len(self._hosts)}.log"
        host = start_host(ROOT, self.environment(**settings), log)
        self._hosts.append(host)
        return host

    def kill(self) -> None:
        """SIGKILL the host that was started last."""
        self._hosts[-1].process.kill()

    def restart(self, **settings: str) -> None:
        """Start a host where the last one died."""
        self._hosts[-1].process.wait()
        self.start(**settings)

    def stop(self) -> None:
        """End the hosts, the runners and the proxy."""
        for host in self._hosts:
            host.stop()
        self.kill_runners()
        self.proxy.stop()

    def deploy(self, template: str = "greeting", *, key: str | None = None, **parameters: Any) -> Answer:
        """POST /deploy of a local template."""
        body = {"template_name": template, "provider_type": "terraform-local", "parameters": parameters}
        return self.call("POST", "/deploy", body, {"Idempotency-Key": key} if key else {})

    def accepted(self, template: str = "greeting", *, key: str | None = None, **parameters: Any) -> str:
        """Return the id of a deployment that was accepted."""
        answer = self.deploy(template, key=key, **parameters)
        assert answer.status == 202, answer
        return str(answer.body["data"]["deployment_id"])

    def call(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Make one HTTP call to the host that was started last."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._hosts[-1].url + path,
            data=data,
            headers={"Content-Type": "application/json", **(headers or {})},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, json.load(answer), dict(answer.headers))
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, json.loads(refusal.read() or b"{}"), dict(refusal.headers))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return Answer(0, {}, {})

    def status(self, deployment_id: str) -> dict[str, Any]:
        """Return the status document."""
        answer = self.call("GET", f"/deployments/{deployment_id}/status")
        return answer.body if answer.status == 200 else {"status": f"answer {answer.status}"}

    def record(self, deployment_id: str) -> dict[str, Any]:
        """Return the whole record."""
        return self.call("GET", f"/deployments/{deployment_id}").body

    def events(self, deployment_id: str) -> list[str]:
        """Return the names of the events."""
        return [event.name for event in self.truth.events(deployment_id, after=0, limit=500)]

    def deployment(self, deployment_id: str) -> Deployment:
        """Return the deployment as it is stored."""
        stored = self.truth.get(deployment_id)
        assert stored is not None, f"deployment '{deployment_id}' is lost"
        return stored.deployment

    def operation(self, operation_id: str) -> Operation:
        """Return the operation as it is stored."""
        operation = self.truth.operation(operation_id)
        assert operation is not None, f"operation '{operation_id}' is lost"
        return operation

    def ended(self, deployment_id: str, seconds: float = 120) -> Deployment:
        """Return the deployment as it is stored once it has ended and left the list of unfinished ones."""
        index = TableDeploymentIndex(self.clients.index)

        def is_done() -> bool:
            deployment = self.deployment(deployment_id)
            entries = [*index.running(), *index.active(due_before=_FAR)]
            listed = any(entry.key == deployment.operation.id for entry in entries)
            return deployment.status.is_final and not listed

        wait_for(is_done, seconds, lambda: (self.deployment(deployment_id), self.host_log()[-3000:]))
        return self.deployment(deployment_id)

    def in_phase(self, deployment_id: str, phase: str) -> str:
        """Wait for a phase; gives the runner's execution."""
        wait_for(
            lambda: self.status(deployment_id).get("phase") == phase, 30, lambda: self.status(deployment_id)
        )
        return str(self.record(deployment_id)["execution"])

    def engine_starts(self, whose: str, command: str) -> int:
        """Return how often the engine was started with a command for a deployment, or for one operation."""
        lines = self._engine_log.read_text().splitlines() if self._engine_log.exists() else []
        part = whose.removeprefix("deploy-") + "-"
        return sum(line.startswith(f"{command} ") and part in line for line in lines)

    def host_log(self) -> str:
        """Return the logs of all hosts."""
        return "".join(host.log.read_text() for host in self._hosts)

    @contextmanager
    def holding(self, command: str) -> Iterator[None]:
        """Make the engine wait right before it runs `command`, until the block ends."""
        hold = self.folder / f"hold-{command}"
        hold.touch()
        try:
            yield
        finally:
            hold.unlink()

    def at_command(self, whose: str, command: str) -> None:
        """Wait until the engine has been started with a command for a deployment, or for one operation."""
        wait_for(lambda: self.engine_starts(whose, command), 60, self.host_log)

    def executions(self) -> list[str]:
        """Return the names of the runners that have a folder."""
        return [file.read_text() for file in (self.folder / "jobs").glob("*/execution")]

    def kill_runners(self) -> None:
        """SIGKILL every runner and all that it has started."""
        for execution in self.executions():
            kill_session(execution)

    def environment(self, **settings: str) -> dict[str, str]:
        """Return the environment of a host and its runners."""
        around = HostSettings(
            data_dir=self.folder,
            storage=self.proxy.connection_string,
            aws_endpoint_url="http://127.0.0.1:9",
            engine=self._engine,
            provider_mirror=None,
        )
        return host_environment(os.environ, around, {**_FAST, **settings})


def kill_session(execution: str, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to a runner and everything it has started, as a container's platform does."""
    pid = parse_execution(execution).pid
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getsid(int(entry.name)) == pid:
                    os.kill(int(entry.name), number)
            except ProcessLookupError:
                continue


def wait_for(condition: Callable[[], object], seconds: float, show: Callable[[], object]) -> None:
    """Ask until the condition holds; fail with what `show` gives after the deadline."""
    for _ in attempts(seconds):
        if condition():
            return
    raise AssertionError(show())
