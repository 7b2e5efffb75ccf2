"""Records what a version of Slipway stores, by running it: deployments at every stage of their lives.

`python -m tests.upgrade.record <checkout> <name>` writes tests/upgrade/stored_<name>. The checkout needs
no installation: it runs with the Python, Azurite and Terraform of this one.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from functions.adapters.sealing.key_file import make_key_file
from local.toolchain.toolchain import ensure_toolchain
from tests.eventually import eventually
from tests.upgrade.installation import BOB, Installation, an_installation
from tests.upgrade.stored import Snapshot, read_storage, write_file

# Waits while a test holds a command back, and lets an apply fail if a test asks for it.
_ENGINE = """#!/bin/sh
while [ -e "{folder}/hold-$1" ]; do sleep 0.05; done
[ "$1" = apply ] && [ -e "{folder}/break-apply" ] && export PATH=/nowhere
exec '{engine}' "$@"
"""
_CONTRACT = ("spec", "claim", "heartbeat", "result")


def main() -> None:
    """Record a checkout."""
    checkout, name = Path(sys.argv[1]).resolve(), sys.argv[2]
    target = Path(__file__).with_name(f"stored_{name}")
    shutil.rmtree(target, ignore_errors=True)
    (target / "contract").mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="slipway-record-") as temporary:
        folder = Path(temporary) / "data"
        folder.mkdir()
        make_key_file(folder / "key")
        with an_installation(folder, checkout, _engine(folder)) as installation:
            Recording(installation, target).run()


class Recording:
    """One run. `_recorded` has the deployment for each file to write."""

    def __init__(self, installation: Installation, target: Path) -> None:
        self._installation = installation
        self._folder = installation.folder
        self._target = target
        self._recorded: dict[str, str] = {}

    def run(self) -> None:
        """Bring deployments into every stage, then write what is stored."""
        self._installation.start(SLIPWAY_MAX_PARALLEL="2", SLIPWAY_PROVIDERS="terraform-local,terraform-aws")
        self._ended()
        self._not_finished()
        self._failed()
        self._jobs_of_every_task()
        self._forgotten()
        self._running_and_waiting()
        self._installation.kill_host()
        before = read_storage(self._installation)
        self._release_runners()
        after = read_storage(self._installation)
        self._write(before, after)

    def _ended(self) -> None:
        ended = self._deploy(
            "credentials",
            key="ended",
            parameters={"user_name": "ada", "password": "an-old-password-1"},
            tags={"team": "platform"},
        )
        self._installation.ended(ended)
        change = {"parameters": {"user_name": "grace"}}
        self._ask(f"/deployments/{ended}/apply", change, key="changed")
        self._installation.when(ended, lambda shown: shown["outputs"].get("user_name") == "grace")
        destroyed = self._deploy("greeting", parameters={"name": "Ada"})
        self._installation.ended(destroyed)
        self._ask(f"/deployments/{destroyed}/destroy")
        self._installation.ended(destroyed, "destroyed")
        self._recorded |= {"ended": ended, "destroyed": destroyed}

    def _not_finished(self) -> None:
        awaiting = self._deploy("greeting", parameters={"name": "Ada"}, env_id="reviewed")
        self._installation.ended(awaiting, "awaiting_approval")
        expiring = self._deploy("greeting", parameters={"name": "Ada"}, ttl="PT10M")
        self._installation.ended(expiring)
        submission = {"name": "reports", "resource_type": "s3", "config": {"size": "small"}}
        requested = self._ask("/api/v1/users/requests/submit", submission)["id"]
        self._recorded |= {"awaiting": awaiting, "expiring": expiring, "requested": requested}

    def _failed(self) -> None:
        broken = self._folder / "break-apply"
        broken.touch()
        failed = self._deploy("wait", parameters={"seconds": 0})
        self._installation.ended(failed, "failed")
        broken.unlink()
        with self._installation.states.answering_writes_with(503):
            unrecovered = self._deploy("greeting", parameters={"name": "Ada"}, env_id="remote")
            self._installation.ended(unrecovered, "failed")
        self._recorded |= {"failed": failed, "unrecovered": unrecovered}

    def _jobs_of_every_task(self) -> None:
        """Run jobs of which only the contract's documents are recorded."""
        approved = self._deploy("greeting", env_id="reviewed")
        operation = self._installation.ended(approved, "awaiting_approval")["task_id"]
        answer = self._installation.call("POST", f"/operations/{operation}/approve", {}, BOB)
        assert answer.status in (200, 202), answer.body
        self._installation.ended(approved)
        with self._installation.states.answering_writes_with(503):
            recovered = self._deploy("greeting", env_id="remote")
            self._installation.ended(recovered, "failed")
        self._installation.operation_ended(self._ask(f"/deployments/{recovered}/recover")["id"])
        (page,) = self._installation.states.traces(recovered)
        self._installation.states.locks[page] = {"ID": "left-behind", "Who": "eve@laptop"}
        # This job is so short that it may end before its first heartbeat.
        (self._folder / "hold-init").touch()
        unlock = self._ask(f"/deployments/{recovered}/unlock", {"lock_id": "left-behind"})
        self._wait_for_document(unlock["id"], "heartbeat")
        (self._folder / "hold-init").unlink()
        self._installation.operation_ended(unlock["id"])

    def _forgotten(self) -> None:
        """The host dies right after it has marked the deployment, and another one goes on."""
        forgotten = self._deploy("greeting")
        self._installation.ended(forgotten)
        self._ask(f"/deployments/{forgotten}/destroy")
        self._installation.ended(forgotten, "destroyed")
        self._installation.proxy.trap("batch forgotten", self._installation.kill_host, after=True)
        try:
            self._installation.call("DELETE", f"/deployments/{forgotten}")
        except OSError:
            self._installation.start(SLIPWAY_MAX_PARALLEL="2")
        self._recorded["forgotten"] = forgotten

    def _running_and_waiting(self) -> None:
        (self._folder / "hold-apply").touch()
        applying = self._deploy("greeting", parameters={"name": "applying"})
        self._installation.when(applying, lambda shown: shown["phase"] == "applying")
        (self._folder / "hold-plan").touch()
        planning = self._deploy("greeting", parameters={"name": "planning"})
        self._installation.when(planning, lambda shown: shown["phase"] == "planning")
        waiting = self._deploy("greeting", parameters={"name": "waiting"})
        behind = self._ask(f"/deployments/{waiting}/apply", {"parameters": {"name": "behind"}})
        assert behind["status"] == "pending", behind

        def is_parked() -> bool:
            entry = self._installation.clients.index.get_entity("active", behind["id"])
            return bool(entry["parked"])

        eventually(is_parked)
        self._recorded |= {"applying": applying, "planning": planning, "waiting": waiting}

    def _release_runners(self) -> None:
        for name in ("hold-apply", "hold-plan"):
            (self._folder / name).unlink()
        for name in ("applying", "planning"):
            self._wait_for_document(self._recorded[name].replace("deploy-", "op-") + "-1", "result")

    def _wait_for_document(self, operation_id: str, part: str) -> None:
        """Wait for a document of an operation's first job."""
        blob = self._installation.clients.container.get_blob_client(f"operations/{operation_id}/1/{part}")
        eventually(blob.exists, seconds=60)

    def _write(self, before: Snapshot, after: Snapshot) -> None:
        for name, deployment_id in self._recorded.items():
            write_file(self._target / f"{name}.json", before.of(deployment_id))
        for name in ("applying", "planning"):
            arrived = after.since(before).of(self._recorded[name])
            write_file(self._target / f"{name}-result.json", arrived)
        templates = {name: body for name, body in before.blobs.items() if name.startswith("templates/")}
        shared = {"blobs": templates, "files": {}, "objects": {}, "pages": {}}
        write_file(self._target / "shared.json", shared)
        shutil.copy(self._installation.folder / "key", self._target / "key.txt")
        self._write_contract(before.blobs)

    def _write_contract(self, blobs: dict[str, Any]) -> None:
        """Write one spec, claim, heartbeat and result for each task."""
        for name in sorted(name for name in blobs if name.endswith("/spec")):
            job = name.removesuffix("spec")
            if not all(job + part in blobs for part in _CONTRACT):
                continue
            task = json.loads(blobs[name]["text"])["task"]
            for part in _CONTRACT:
                document = json.loads(blobs[job + part]["text"])
                write_file(self._target / "contract" / f"{task}-{part}.json", document)

    def _deploy(self, template: str, *, key: str | None = None, **fields: Any) -> str:
        body = {"template_name": template, "provider_type": "terraform-local", **fields}
        return str(self._ask("/deploy", body, key=key)["data"]["deployment_id"])

    def _ask(self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._installation.call("POST", path, body or {}, headers)
        assert answer.status in (200, 201, 202), (path, answer.body)
        return answer.json()


def _engine(folder: Path) -> Path:
    script = folder / "terraform"
    script.write_text(_ENGINE.format(folder=folder, engine=ensure_toolchain().engine.resolve()))
    script.chmod(0o755)
    return script


if __name__ == "__main__":
    main()
