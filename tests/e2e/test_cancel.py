"""Cancelling at each point of a deployment's way."""

from __future__ import annotations

from tests.e2e.http_client import call
from tests.e2e.slipway import Slipway, poll
from tests.e2e.slow_server import slow_server

# a cancel is seen within 2 s; Terraform then needs its time, on a busy machine too
STOP_SECONDS = 30


def interrupted(slipway: Slipway, deployment: str) -> bool | None:
    """Return True once the log says so."""
    log = call("GET", f"{slipway.url}/deployments/{deployment}/logs").body
    return True if b"Interrupt received" in log else None


def test_a_cancel_while_it_applies_stops_it_and_names_what_was_being_made(slipway: Slipway) -> None:
    deployment = slipway.deploy("wait", parameters={"seconds": 600})
    slipway.when(deployment, lambda status: (status["progress"] or {}).get("in_flight"))

    answer = slipway.post(f"/deployments/{deployment}/cancel", {})

    # 200 where it has stopped before the answer, as on a busy machine
    assert (answer.status, answer.json()["status"]) in {(202, "running"), (200, "cancelled")}
    if answer.status == 202:
        assert answer.json()["in_flight"] == ["terraform_data.wait"]
        assert answer.headers["Location"] == f"{slipway.url}/deployments/{deployment}/wait"
    status = slipway.ended(deployment, seconds=STOP_SECONDS)
    assert (status["status"], status["error"]["code"]) == ("cancelled", "cancelled")
    assert "terraform_data.wait" in status["error"]["message"]
    assert status["resources"] == "unknown"
    events = slipway.get(f"/deployments/{deployment}/events")["events"]
    assert [event["name"] for event in events][-2:] == ["cancel_requested", "cancelled"]

    again = slipway.post(f"/deployments/{deployment}/cancel", {})
    assert (again.status, again.json()["status"]) == (200, "cancelled")


def test_a_cancel_while_it_plans_leaves_nothing_behind(slipway: Slipway) -> None:
    with slow_server() as server:
        deployment = slipway.deploy("slow-plan", parameters={"address": server.url})
        assert server.asked.wait(180)
        slipway.when(deployment, lambda status: status["phase"] == "planning")

        answer = slipway.post(f"/deployments/{deployment}/cancel", {})

        assert answer.status == 202
        assert answer.json()["in_flight"] == []
        poll(lambda: interrupted(slipway, deployment), seconds=STOP_SECONDS, what="Terraform's interrupt")
        server.release.set()
        status = slipway.ended(deployment, seconds=STOP_SECONDS)
    assert (status["status"], status["error"]["code"]) == ("cancelled", "cancelled")
    assert "nothing was applied" in status["error"]["message"]
    assert status["resources"] == "none"
    assert slipway.plan_sizes(deployment) == []


def test_a_cancel_after_the_end_says_that_there_is_nothing_to_cancel(slipway: Slipway) -> None:
    deployment = slipway.deploy("greeting")
    slipway.completed(deployment)

    answer = slipway.post(f"/deployments/{deployment}/cancel", {})

    assert (answer.status, answer.json()["code"]) == (409, "not_cancellable")
    assert slipway.status(deployment)["status"] == "completed"


def test_what_waits_in_line_is_cancelled_at_once_and_the_next_one_runs_as_it_was_accepted(
    one_at_a_time: Slipway,
) -> None:
    slipway = one_at_a_time
    first = slipway.deploy("wait", parameters={"seconds": 600})
    slipway.when(first, lambda status: status["phase"] == "applying")
    second = slipway.deploy("greeting", parameters={"name": "second"})
    third = slipway.deploy("greeting", parameters={"name": "third"})
    template = slipway.app / "templates" / "terraform" / "local" / "greeting" / "main.tf"
    template.write_text(template.read_text().replace("Hello", "Goodbye"))
    for waiting in (second, third):
        assert (slipway.status(waiting)["status"], slipway.status(waiting)["phase"]) == ("pending", "queued")

    cancelled = slipway.post(f"/deployments/{second}/cancel", {})

    assert (cancelled.status, cancelled.json()["status"]) == (200, "cancelled")
    assert cancelled.json()["resources"] == "none"
    assert slipway.status(third)["status"] == "pending"
    assert slipway.post(f"/deployments/{first}/cancel", {}).status in {200, 202}
    assert slipway.ended(first, seconds=STOP_SECONDS)["status"] == "cancelled"
    assert slipway.completed(third)["outputs"]["greeting"] == "Hello, third!"
    assert slipway.plan_sizes(second) == []
    poll(
        lambda: None if slipway.get("/deployments?status=pending")["deployments"] else True,
        seconds=30,
        what="an empty line",
    )
