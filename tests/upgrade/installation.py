"""A Slipway of any version of the code: its host, with Azurite, moto and a state server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from functions.adapters.storage.clients import StorageClients
from local.stack.environment import HostSettings, host_environment
from local.stack.stack import stop_processes
from local.stack.storage import create_storage
from tests.azurite import start_azurite
from tests.e2e.http_client import Answer, call
from tests.e2e.slipway import poll
from tests.faults.storage_proxy import StorageProxy
from tests.host_process import HostProcess, start_host
from tests.state_servers.http_server import HttpStates
from tests.state_servers.s3 import S3

ADA = {"X-Slipway-User": "ada"}
BOB = {"X-Slipway-User": "bob"}
_SETTINGS = {
    "SLIPWAY_WATCH_SECONDS": "1",
    "SLIPWAY_HEARTBEAT_SECONDS": "2",
    "SLIPWAY_RECONCILE_SCHEDULE": "* * * * * *",
    "SLIPWAY_LOCAL_QUEUE_LEASE": "5",
    # Retention must not delete what was recorded years ago.
    **dict.fromkeys(
        ("SLIPWAY_LOG_DAYS", "SLIPWAY_PLAN_DAYS", "SLIPWAY_STATE_COPY_DAYS", "SLIPWAY_RECORD_DAYS"), "36500"
    ),
}


class Installation:
    """Runs the code in folder `app` with its own storage.

    The environment `dev` keeps states in files, `reviewed` in S3, `remote` on a state server.
    """

    def __init__(self, folder: Path, app: Path, engine: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.buckets = S3()
        self.states = HttpStates()
        self.azurite = start_azurite(folder)
        self.proxy = StorageProxy(self.azurite.connection_string)
        self.clients = StorageClients(self.azurite.connection_string)
        create_storage(self.azurite.connection_string)
        self._app = app
        self._engine = engine
        self._host: HostProcess | None = None

    @property
    def state_dir(self) -> Path:
        """Return the folder with the states of `dev`."""
        return self.folder / "state"

    @property
    def state_address(self) -> str:
        """Return the address of the states of `remote`."""
        return str(self.states.backend.config["address"])

    def start(self, **settings: str) -> None:
        """Start a host."""
        environments = self.folder / "environments.json"
        environments.write_text(json.dumps({"default": "dev", "environments": self._environments()}))
        host_settings = HostSettings(
            data_dir=self.folder,
            storage=self.proxy.connection_string,
            aws_endpoint_url=self.buckets.environment["AWS_ENDPOINT_URL"],
            engine=self._engine,
            provider_mirror=None,
        )
        python_path = os.pathsep.join(map(str, (self._app, self._app / "runner_image")))
        extra = {
            **_SETTINGS,
            **self.states.environment,
            "PYTHONPATH": python_path,
            "SLIPWAY_ENVIRONMENTS": str(environments),
            **settings,
        }
        log = self.folder / f"host-{len(list(self.folder.glob('host-*')))}.log"
        self._host = start_host(self._app, host_environment(os.environ, host_settings, extra), log)

    def kill_host(self) -> None:
        """Kill the host, as in a crash. Its runners continue."""
        if self._host is not None:
            self._host.kill()

    def stop(self) -> None:
        """End everything that was started here."""
        if self._host is not None and self._host.process.poll() is None:
            self._host.stop()
        stop_processes(self.folder, self.folder / "jobs")
        self.proxy.stop()
        self.clients.close()
        self.azurite.stop()
        self.states.stop()
        self.buckets.stop()

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make an HTTP call, as ada unless the headers name another caller."""
        assert self._host is not None, "no host was started"
        return call(method, self._host.url + path, body, {**ADA, **(headers or {})})

    def get(self, path: str) -> Any:
        """Return the JSON document at a path. It must exist."""
        answer = self.call("GET", path)
        assert answer.status == 200, (path, answer.body)
        return answer.json()

    def status(self, deployment_id: str) -> dict[str, Any]:
        """Return the status document."""
        document: dict[str, Any] = self.get(f"/deployments/{deployment_id}/status")
        return document

    def when(
        self, deployment_id: str, condition: Callable[[dict[str, Any]], object], *, seconds: float = 120
    ) -> dict[str, Any]:
        """Wait until the status document meets the condition, and return it."""

        def look() -> dict[str, Any] | None:
            status = self.status(deployment_id)
            return status if condition(status) else None

        try:
            return poll(look, seconds=seconds, what=f"the awaited status of {deployment_id}")
        except AssertionError as error:
            raise AssertionError((self.status(deployment_id), self.host_logs()[-3000:])) from error

    def ended(self, deployment_id: str, status: str = "completed") -> dict[str, Any]:
        """Wait until the deployment has that final status, and return the status document."""
        return self.when(deployment_id, lambda shown: shown["status"] == status)

    def operation_ended(self, operation_id: str) -> dict[str, Any]:
        """Wait until an operation has ended, and return its document."""

        def look() -> dict[str, Any] | None:
            document: dict[str, Any] = self.get(f"/operations/{operation_id}")
            return document if document["completed_at"] else None

        return poll(look, seconds=120, what=f"the end of {operation_id}")

    def host_logs(self) -> str:
        """Return the logs of all hosts."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("host-*.log")))

    def _environments(self) -> dict[str, Any]:
        buckets, states = self.buckets.backend, self.states.backend
        return {
            "dev": {"self_approval": True},
            "reviewed": {
                "approval": "plan",
                "backend": {"type": buckets.type, "config": buckets.config},
            },
            "remote": {"backend": {"type": states.type, "config": states.config}},
        }


@contextmanager
def an_installation(folder: Path, app: Path, engine: Path) -> Iterator[Installation]:
    """Yield an installation, and stop it at the end of the block."""
    installation = Installation(folder, app, engine)
    try:
        yield installation
    finally:
        installation.stop()
