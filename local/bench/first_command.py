"""Measures the time from the 202 to the first command of Terraform, on a Slipway on this machine."""

from __future__ import annotations

import shlex
import time
from itertools import pairwise
from pathlib import Path

from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.adapters.storage.clients import StorageClients
from functions.domain.clock import from_text
from functions.domain.identifiers import operation_id
from functions.domain.jobs.blob_names import job_claim
from functions.domain.jobs.job_contract import Claim
from local.api_client import ApiClient
from local.bench.figure import Figure, Say, p50
from local.bench.following import completed
from local.errors import LocalError
from local.stack.stack import start_run
from local.toolchain.toolchain import ensure_toolchain

BOUND_SECONDS = 0.2
_RUNS = 15
_TIMEOUT_SECONDS = 60
_BODY = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}}


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure one deployment after the other, including the first one of a new host."""
    engine = _Engine(folder, ensure_toolchain(say=say).engine)
    durations: list[float] = []
    steps: list[list[float]] = []
    with start_run(folder / "slipway", extra_env={"SLIPWAY_ENGINE": str(engine.path)}, say=say) as stack:
        artifacts = BlobArtifactStore(StorageClients(stack.storage).container)
        api = ApiClient(stack.url)
        say(f"deploying 'greeting' {_RUNS} times")
        for _ in range(_RUNS):
            engine.clear_starts()
            deployment_id = api.post("/deploy", _BODY)["data"]["deployment_id"]
            accepted = time.time()
            started = engine.wait_for_start()
            completed(api, deployment_id)
            moments = [accepted, *_moments(api, artifacts, deployment_id), started]
            steps.append([(after - before) * 1000 for before, after in pairwise(moments)])
            durations.append((started - accepted) * 1000)
    names = ("to the runner's start", "to its claim", "to the command")
    parts = {"min": min(durations), "p50": p50(durations), "max": max(durations)}
    parts |= {name: p50(times) for name, times in zip(names, zip(*steps, strict=True), strict=True)}
    return [Figure("first_command", parts, p50(durations) / 1000, BOUND_SECONDS, _RUNS, unit="s")]


class _Engine:
    """A script in place of the engine, which writes a file at each start and then runs the engine."""

    def __init__(self, folder: Path, engine: Path) -> None:
        self._starts = folder / "starts"
        self._starts.mkdir()
        self.path = folder / "terraform"
        quoted = shlex.quote(str(self._starts))
        self.path.write_text(f'#!/bin/sh\n: >{quoted}/$$\nexec {shlex.quote(str(engine))} "$@"\n')
        self.path.chmod(0o700)

    def clear_starts(self) -> None:
        """Remove the records of all starts so far."""
        for file in self._starts.iterdir():
            file.unlink()

    def wait_for_start(self) -> float:
        """Return the time of the first start since `clear_starts`, by the clock of the file system."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if times := [file.stat().st_mtime for file in self._starts.iterdir()]:
                return min(times)
            time.sleep(0.01)
        raise LocalError(f"no engine command was started within {_TIMEOUT_SECONDS} s of a 202")


def _moments(api: ApiClient, artifacts: BlobArtifactStore, deployment_id: str) -> list[float]:
    """Return the times when the start of the runner was recorded, and when the runner claimed its job."""
    events = api.get(f"/deployments/{deployment_id}/events")["events"]
    at = {event["name"]: from_text(event["at"]).timestamp() for event in events}
    claim = artifacts.read(job_claim(operation_id(deployment_id, 1), 1))
    if claim is None:
        raise LocalError(f"'{deployment_id}' was completed without a claim")
    return [at["job_started"], Claim.from_json(claim.data).claimed_at.timestamp()]
