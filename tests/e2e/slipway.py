"""A running `./dev up` of a copied app, and what a caller does with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from local.files import read_json
from local.stack.environment import plain_environment
from local.stack.stack import stop_processes
from tests.e2e.app_copy import make_engine
from tests.e2e.http_client import Answer, call
from tests.eventually import attempts

T = TypeVar("T")

ENDED = frozenset({"completed", "failed", "cancelled", "rejected", "destroyed"})
_READY = "slipway is ready at "
_START_SECONDS = 90
_STOP_SECONDS = 60
# the AWS provider alone takes ten seconds to start on a small machine, three times for a deployment
_DEPLOYMENT_SECONDS = 120


def poll(look: Callable[[], T | None], *, seconds: float, what: str) -> T:
    """Call `look` until its result is not None, and return the result."""
    for _ in attempts(seconds):
        if (value := look()) is not None:
            return value
    raise AssertionError(f"{what} did not come within {seconds} s")


@dataclass(frozen=True)
class Slipway:
    """`app` is the folder that it runs in, `url` where it answers; `applies` is what `make_engine` notes."""

    app: Path
    url: str
    applies: Path

    @property
    def settings(self) -> dict[str, str]:
        """Return the app's settings, as the Core Tools would read them."""
        values = read_json(self.app / "local.settings.json")["Values"]
        assert isinstance(values, dict)
        return values

    def get(self, path: str) -> Any:
        """Return the JSON document at a path, which must exist."""
        answer = call("GET", self.url + path)
        assert answer.status == 200, answer.body
        return answer.json()

    def post(self, path: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None) -> Answer:
        """Post a JSON document."""
        return call("POST", self.url + path, body, headers)

    def deploy(self, template: str, provider: str = "terraform-local", **fields: Any) -> str:
        """Post a deployment, which must be accepted; gives its id."""
        body = {"template_name": template, "provider_type": provider, **fields}
        answer = self.post("/deploy", body)
        assert answer.status == 202, answer.body
        return str(answer.json()["data"]["deployment_id"])

    def status(self, deployment: str) -> dict[str, Any]:
        """Return the status document."""
        document: dict[str, Any] = self.get(f"/deployments/{deployment}/status")
        return document

    def ended(self, deployment: str, *, seconds: float = _DEPLOYMENT_SECONDS) -> dict[str, Any]:
        """Return the status document once the deployment has ended."""
        return self.when(deployment, lambda status: status["status"] in ENDED, seconds=seconds)

    def when(
        self,
        deployment: str,
        condition: Callable[[dict[str, Any]], object],
        *,
        seconds: float = _DEPLOYMENT_SECONDS,
    ) -> dict[str, Any]:
        """Return the status document as soon as it fulfils the condition."""

        def look() -> dict[str, Any] | None:
            status = self.status(deployment)
            return status if condition(status) else None

        return poll(look, seconds=seconds, what=f"the awaited status of {deployment}")

    def completed(self, deployment: str) -> dict[str, Any]:
        """Return the status document of a deployment that ends well."""
        status = self.ended(deployment)
        assert status["status"] == "completed", (status["error"], self.log(deployment)[-2000:])
        return status

    def log(self, deployment: str) -> str:
        """Return the whole log once it is complete, fetched part by part."""
        return b"".join(self.log_parts(deployment)).decode()

    def log_parts(self, deployment: str) -> Iterator[bytes]:
        """Yield the log's parts as they come, until it is complete."""
        offset, complete = 0, False
        deadline = time.monotonic() + _DEPLOYMENT_SECONDS
        while not complete:
            assert time.monotonic() < deadline, f"the log of {deployment} is never complete"
            answer = call("GET", f"{self.url}/deployments/{deployment}/logs?offset={offset}")
            assert answer.status == 200, answer.body
            assert int(answer.headers["Slipway-Next-Offset"]) == offset + len(answer.body)
            offset += len(answer.body)
            complete = answer.headers["Slipway-Log-Complete"] == "true"
            if answer.body:
                yield answer.body
            else:
                time.sleep(0.1)

    def plan_sizes(self, deployment: str) -> list[int]:
        """For each apply that was started for the deployment, how many bytes its plan had."""
        if not self.applies.exists():
            return []
        jobs = f"/{deployment.replace('deploy-', 'op-')}-"
        lines = self.applies.read_text().splitlines()
        return [int(line.rpartition(" ")[2]) for line in lines if jobs in line]


@contextmanager
def running_slipway(app: Path, **settings: str) -> Iterator[Slipway]:
    """Run `./dev up` in the app's folder and end it, whatever happened."""
    applies = app / "applies.txt"
    engine = make_engine(app / "engine", applies)
    kept = {name: os.environ[name] for name in ("SLIPWAY_PROVIDER_MIRROR",) if name in os.environ}
    environment = {**plain_environment(os.environ), **kept, "SLIPWAY_ENGINE": str(engine), **settings}
    output = app / "up.out"
    with output.open("wb") as file:
        up = subprocess.Popen(
            [sys.executable, "-m", "local.up", "--port", "0"],
            cwd=app,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )

    def url() -> str | None:
        assert up.poll() is None, output.read_text()
        lines = output.read_text().splitlines(keepends=True)
        ready = (line for line in lines if line.startswith(_READY) and line.endswith("\n"))
        return next((line.removeprefix(_READY).strip() for line in ready), None)

    try:
        yield Slipway(app, poll(url, seconds=_START_SECONDS, what="the ready line"), applies)
    finally:
        up.terminate()
        try:
            up.wait(_STOP_SECONDS)
        finally:
            # nothing is left to stop, unless it ended badly
            up.kill()
            up.wait()
            stop_processes(app / ".slipway", app / ".slipway" / "jobs")
