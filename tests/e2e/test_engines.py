"""A second engine goes the same ways as Terraform, and is refused what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.app_copy import make_app
from tests.e2e.http_client import call
from tests.e2e.slipway import Slipway, poll, running_slipway
from tests.text_engine.installed import install_text_engine

BOTH = pytest.mark.parametrize("provider", ["terraform-local", "text-local"])
# of each provider's template that waits within its apply
SLOW = {"terraform-local": "wait", "text-local": "greeting"}


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slipway]:
    """A Slipway with the tests' own engine beside Terraform."""
    app = make_app(tmp_path_factory.mktemp("engines") / "app")
    install_text_engine(app)
    with running_slipway(app, SLIPWAY_PROVIDERS="terraform-local,text-local") as running:
        yield running


def operation_ended(slipway: Slipway, operation_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        document: dict[str, Any] = slipway.get(f"/operations/{operation_id}")
        return document if document["completed_at"] else None

    return poll(look, seconds=120, what=f"the end of {operation_id}")


def asked(slipway: Slipway, deployment: str, kind: str, **body: Any) -> str:
    answer = slipway.post(f"/deployments/{deployment}/{kind}", body)
    assert answer.status == 202, answer.body
    return str(answer.json()["id"])


def awaiting(slipway: Slipway, operation_id: str) -> None:
    def look() -> bool | None:
        return slipway.get(f"/operations/{operation_id}")["status"] == "awaiting_approval" or None

    poll(look, seconds=120, what=f"the plan of {operation_id}")


@BOTH
def test_a_deployment_is_approved_changed_and_destroyed(engines: Slipway, provider: str) -> None:
    deployment = engines.deploy("greeting", provider, parameters={"name": "Ada"}, approval="plan")
    awaited = engines.when(deployment, lambda status: status["status"] == "awaiting_approval")
    plan = engines.get(f"/operations/{awaited['task_id']}/plan")
    approved = engines.post(f"/operations/{awaited['task_id']}/approve", {})
    created = engines.completed(deployment)
    changed = operation_ended(engines, asked(engines, deployment, "apply", parameters={"name": "Grace"}))
    greeting = engines.status(deployment)["outputs"]["greeting"]
    unchanged = operation_ended(engines, asked(engines, deployment, "plan"))
    asked(engines, deployment, "destroy")
    destroyed = engines.ended(deployment)

    assert (plan["changes"]["add"], plan["plan"]["job"], approved.status) == (1, 1, 200)
    assert (created["outputs"]["greeting"], created["resources"]) == ("Hello, Ada!", "some")
    assert (changed["status"], greeting) == ("succeeded", "Hello, Grace!")
    assert not any(unchanged["changes"].values())
    assert (destroyed["status"], destroyed["resources"]) == ("destroyed", "none")
    log = engines.log(deployment)
    assert [line[-10:] for line in log.splitlines() if "== destroying" in line] == ["destroying"]


@BOTH
def test_an_apply_makes_a_plan_that_awaits_approval_stale(engines: Slipway, provider: str) -> None:
    deployment = engines.deploy("greeting", provider, parameters={"name": "Ada"})
    engines.completed(deployment)
    waiting = asked(engines, deployment, "apply", parameters={"name": "old"}, approval="plan")
    awaiting(engines, waiting)

    operation_ended(engines, asked(engines, deployment, "apply", parameters={"name": "new"}))

    stale = engines.get(f"/operations/{waiting}")
    refused = engines.post(f"/operations/{waiting}/approve", {})
    assert (stale["status"], stale["error"]["code"]) == ("failed", "plan_stale")
    assert (refused.status, refused.json()["code"]) == (409, "plan_stale")
    assert engines.status(deployment)["outputs"]["greeting"] == "Hello, new!"


@BOTH
def test_a_cancel_stops_an_apply(engines: Slipway, provider: str) -> None:
    deployment = engines.deploy(SLOW[provider], provider, parameters={"seconds": 600})
    engines.when(deployment, lambda status: (status["progress"] or {}).get("in_flight"))

    answer = engines.post(f"/deployments/{deployment}/cancel", {})

    # 200 where it has stopped before the answer, as on a busy machine
    assert answer.status in {200, 202}
    ended = engines.ended(deployment)
    assert (ended["status"], ended["error"]["code"]) == ("cancelled", "cancelled")


def test_an_approved_plan_is_not_applied_to_another_note(engines: Slipway) -> None:
    deployment = engines.deploy("greeting", "text-local")
    engines.completed(deployment)
    waiting = asked(engines, deployment, "apply", parameters={"name": "Ada"}, approval="plan")
    awaiting(engines, waiting)
    note = engines.app / ".slipway" / "state" / deployment / "note.txt"
    note.write_text("somebody else's\n")

    engines.post(f"/operations/{waiting}/approve", {})

    ended = operation_ended(engines, waiting)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "plan_stale")
    assert "differs from what there is now: note; nothing was applied" in ended["error"]["message"]
    assert note.read_text() == "somebody else's\n"


def test_what_the_engine_cannot_do_is_refused_at_once(engines: Slipway) -> None:
    deployment = engines.deploy("greeting", "text-local")
    engines.completed(deployment)

    unlock = engines.post(f"/deployments/{deployment}/unlock", {"lock_id": "x"})
    recover = engines.post(f"/deployments/{deployment}/recover", {})
    run = {"action": "apply", "stack_path": "text/local/greeting", "workspace": "blue"}
    workspace = engines.post("/api/v1/infrastructure/runs", run)

    assert [(answer.status, answer.json()["code"]) for answer in (unlock, recover)] == [
        (409, "unsupported_by_engine")
    ] * 2
    assert "'text' does not support 'unlock'" in unlock.json()["detail"]
    assert (workspace.status, workspace.json()["errors"][0]["pointer"]) == (422, "/workspace")
    assert len(engines.get(f"/deployments/{deployment}/operations")["operations"]) == 1
    assert call("GET", f"{engines.url}/deployments/{deployment}").json()["status"] == "completed"
