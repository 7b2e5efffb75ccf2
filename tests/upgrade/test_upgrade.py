"""What commit 82acef9 has stored is finished by the code of today: see record.py for how it came to be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.paths import ROOT
from local.toolchain.toolchain import ensure_toolchain
from tests.eventually import eventually
from tests.upgrade.installation import BOB, Installation, an_installation
from tests.upgrade.stored import write_storage

_STORED = Path(__file__).with_name("stored_82acef9")
_RUNNING = ("applying", "planning")
_KEPT = (
    *_RUNNING,
    *("awaiting", "destroyed", "ended", "expiring", "failed", "forgotten", "requested", "unrecovered"),
    "waiting",
)


def stored(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_STORED / f"{name}.json").read_text(encoding="utf-8"))
    return document


def id_of(name: str) -> str:
    return str(stored(name)["deployment_id"])


def install(installation: Installation, *names: str) -> None:
    """Put back what is stored of some deployments, and start a host of today."""
    key = installation.folder / "key"
    shutil.copy(_STORED / "key.txt", key)
    key.chmod(0o600)
    for name in ("shared", *names):
        write_storage(installation, stored(name))
    installation.start(SLIPWAY_PROVIDERS="terraform-local,terraform-aws")


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One that has everything; its old runners are dead."""
    folder = tmp_path_factory.mktemp("upgraded") / "data"
    with an_installation(folder, ROOT, ensure_toolchain().engine.resolve()) as made:
        install(made, *_KEPT)
        yield made


@pytest.fixture(scope="module")
def with_results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One whose old runners have ended well since the last look at them."""
    folder = tmp_path_factory.mktemp("with-results") / "data"
    with an_installation(folder, ROOT, ensure_toolchain().engine.resolve()) as made:
        install(made, *_RUNNING, *(f"{name}-result" for name in _RUNNING))
        yield made


def names_of_events(installation: Installation, name: str) -> list[str]:
    events = installation.get(f"/deployments/{id_of(name)}/events?limit=500")["events"]
    return [event["name"] for event in events]


def ask(installation: Installation, path: str, **headers: str) -> dict[str, Any]:
    answer = installation.call("POST", path, {}, headers)
    assert answer.status in (200, 202), answer.body
    document: dict[str, Any] = answer.json()
    return document


def destroy(installation: Installation, name: str, *, approved: bool = False) -> dict[str, Any]:
    operation = ask(installation, f"/deployments/{id_of(name)}/destroy")
    if approved:
        installation.when(id_of(name), lambda shown: shown["status"] == "awaiting_approval")
        ask(installation, f"/operations/{operation['id']}/approve", **BOB)
    return installation.ended(id_of(name), "destroyed")


def test_what_waited_is_started_and_what_waited_behind_it_too(installation: Installation) -> None:
    def is_greeting_of_the_second(shown: dict[str, Any]) -> bool:
        return bool(shown["outputs"].get("greeting") == "Hello, behind!")

    installation.when(id_of("waiting"), is_greeting_of_the_second)

    assert names_of_events(installation, "waiting") == [
        *("accepted", "operation_accepted"),
        *("job_started", "succeeded", "job_started", "succeeded"),
    ]


def test_what_awaited_approval_is_approved_and_exactly_that_plan_applied(installation: Installation) -> None:
    operation = id_of("awaiting").replace("deploy-", "op-") + "-1"
    plan = installation.get(f"/operations/{operation}/plan")

    ask(installation, f"/operations/{operation}/approve", **BOB)
    status = installation.ended(id_of("awaiting"))

    assert [resource["action"] for resource in plan["resources"]] == ["create"]
    assert status["outputs"]["greeting"] == "Hello, Ada!"
    assert names_of_events(installation, "awaiting")[-3:] == ["approved", "job_started", "succeeded"]
    destroy(installation, "awaiting", approved=True)


def test_what_ran_and_had_applied_nothing_is_done_by_another_runner(installation: Installation) -> None:
    status = installation.ended(id_of("planning"))

    assert status["outputs"]["greeting"] == "Hello, planning!"
    assert "job_abandoned" in names_of_events(installation, "planning")


def test_what_was_applying_is_lost_and_can_be_asked_for_again(installation: Installation) -> None:
    status = installation.ended(id_of("applying"), "failed")
    again = ask(installation, f"/operations/{status['task_id']}/retry")

    assert (status["error"]["code"], status["resources"]) == ("runner_lost", "unknown")
    assert installation.operation_ended(again["id"])["status"] == "succeeded"
    assert installation.status(id_of("applying"))["outputs"]["greeting"] == "Hello, applying!"


@pytest.mark.parametrize("name", _RUNNING)
def test_the_result_of_an_old_runner_is_taken(with_results: Installation, name: str) -> None:
    status = with_results.ended(id_of(name))

    assert status["outputs"]["greeting"] == f"Hello, {name}!"
    assert names_of_events(with_results, name) == ["accepted", "job_started", "succeeded"]
    destroy(with_results, name)


def test_what_failed_is_shown_with_its_diagnostics_and_retried(installation: Installation) -> None:
    status = installation.status(id_of("failed"))
    again = ask(installation, f"/operations/{status['task_id']}/retry")

    assert (status["status"], status["error"]["code"]) == ("failed", "apply_failed")
    assert status["error"]["diagnostics"][0]["summary"] == "local-exec provisioner error"
    assert installation.operation_ended(again["id"])["status"] == "succeeded"
    assert installation.status(id_of("failed"))["outputs"] == {"waited_seconds": 0}


def test_what_ended_is_read_with_its_secrets_and_destroyed(installation: Installation) -> None:
    path = f"/deployments/{id_of('ended')}"
    record = installation.get(path)
    revealed = ask(installation, f"{path}/outputs/connection_string/reveal")

    assert (record["status"], record["outputs"]) == (
        "completed",
        {"user_name": "grace", "connection_string": "***"},
    )
    assert (record["tags"], record["created_by"]) == ({"team": "platform"}, "ada")
    assert revealed["value"] == "user=grace;password=an-old-password-1"
    assert names_of_events(installation, "ended")[:3] == ["accepted", "job_started", "succeeded"]
    assert installation.call("GET", f"{path}/logs").body.count(b"runner 0.1.0") == 1
    assert destroy(installation, "ended")["outputs"] == {}


def test_a_request_that_was_answered_before_the_upgrade_gets_that_answer_again(
    installation: Installation,
) -> None:
    deploy = {
        "template_name": "credentials",
        "provider_type": "terraform-local",
        "parameters": {"user_name": "ada", "password": "an-old-password-1"},
        "tags": {"team": "platform"},
    }
    change = {"parameters": {"user_name": "grace"}}
    path = f"/deployments/{id_of('ended')}/apply"

    deployed = installation.call("POST", "/deploy", deploy, {"Idempotency-Key": "ended"})
    changed = installation.call("POST", path, change, {"Idempotency-Key": "changed"})

    assert deployed.json()["data"]["deployment_id"] == id_of("ended")
    assert changed.json()["id"] == id_of("ended").replace("deploy-", "op-") + "-2"
    assert [answer.headers["Idempotent-Replayed"] for answer in (deployed, changed)] == ["true"] * 2


def test_what_was_destroyed_is_read_and_purged(installation: Installation) -> None:
    path = f"/deployments/{id_of('destroyed')}"

    assert installation.get(path)["status"] == "destroyed"
    assert installation.call("DELETE", path).status == 204
    assert installation.call("GET", path).status == 404


def test_what_was_being_purged_is_gone(installation: Installation) -> None:
    assert installation.call("GET", f"/deployments/{id_of('forgotten')}").status == 404
    eventually(lambda: nothing_is_left(installation, id_of("forgotten")), seconds=60)


def test_what_has_a_time_to_live_is_destroyed_after_it(installation: Installation) -> None:
    assert installation.ended(id_of("expiring"), "destroyed")["outputs"] == {}


def test_what_a_user_requested_is_decided(installation: Installation) -> None:
    request = id_of("requested")
    before = installation.get(f"/api/v1/users/requests/{request}")

    answer = installation.call("PUT", f"/api/v1/admin/requests/{request}/reject", {"notes": "no"}, BOB)

    assert (before["status"], before["name"]) == ("pending", "reports")
    assert (answer.status, answer.json()["status"]) == (200, "rejected")


def test_a_state_that_could_not_be_written_is_recovered(installation: Installation) -> None:
    recovered = ask(installation, f"/deployments/{id_of('unrecovered')}/recover")

    assert installation.operation_ended(recovered["id"])["status"] == "succeeded"
    assert installation.status(id_of("unrecovered"))["resources"] == "some"
    destroy(installation, "unrecovered")


def test_the_lists_show_what_was_made_before_the_upgrade(installation: Installation) -> None:
    listed = installation.get("/deployments?limit=200&template_name=wait&provider_type=terraform-local")

    assert [entry["deployment_id"] for entry in listed["deployments"]] == [id_of("failed")]


def nothing_is_left(installation: Installation, deployment_id: str) -> bool:
    tables: list[Callable[[], Any]] = [
        installation.clients.deployments.list_entities,
        installation.clients.index.list_entities,
        installation.clients.container.list_blob_names,
    ]
    number = deployment_id.removeprefix("deploy-")
    return not any(number in json.dumps(item, default=str) for read in tables for item in read())
