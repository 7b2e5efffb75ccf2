"""Plan, approval, apply, change, destroy, through each of the three families of routes."""

from __future__ import annotations

from typing import Any

from tests.e2e.http_client import Answer, call
from tests.e2e.slipway import Slipway, poll

ADA = {"X-Slipway-User": "ada"}
BOB = {"X-Slipway-User": "bob"}
RUNS = "/api/v1/infrastructure"


def run(slipway: Slipway, action: str, workspace: str, **fields: Any) -> Answer:
    body = {"action": action, "stack_path": "terraform/local/greeting", "workspace": workspace, **fields}
    return slipway.post(f"{RUNS}/runs", body, ADA)


def followed(answer: Answer) -> dict[str, Any]:
    """Return the operation at `Location` once it is no longer 202, as Logic Apps follow it."""
    assert answer.status == 202, answer.body

    def look() -> dict[str, Any] | None:
        response = call("GET", answer.headers["Location"])
        document: dict[str, Any] = response.json()
        return document if response.status == 200 else None

    return poll(look, seconds=60, what="the operation's end")


def test_a_stack_is_planned_applied_changed_and_destroyed_by_runs(slipway: Slipway) -> None:
    planned = followed(run(slipway, "plan", "blue", vars={"name": "Ada"}))
    applied = followed(run(slipway, "apply", "blue", vars={"name": "Ada"}))
    changed = followed(run(slipway, "apply", "blue", vars={"name": "Grace"}))
    destroyed = followed(run(slipway, "destroy", "blue"))

    assert (planned["status"], planned["plan_summary"]["add"], planned["outputs"]) == ("succeeded", 1, {})
    assert applied["outputs"] == {"greeting": "Hello, Ada!", "name": "Ada"}
    assert changed["outputs"]["greeting"] == "Hello, Grace!"
    assert (destroyed["status"], destroyed["action"], destroyed["outputs"]) == ("succeeded", "destroy", {})
    assert len({operation["deployment_id"] for operation in (planned, applied, changed, destroyed)}) == 1
    assert (applied["env_id"], applied["workspace"], applied["stack_path"]) == (
        "dev",
        "blue",
        "terraform/local/greeting",
    )
    listed = slipway.get(f"{RUNS}/operations?stack_path=terraform/local/greeting&workspace=blue&env_id=dev")
    assert [operation["action"] for operation in listed["operations"]] == [
        "destroy",
        "apply",
        "apply",
        "plan",
    ]
    assert not (slipway.app / ".slipway" / "state" / applied["deployment_id"]).exists()


def test_each_workspace_has_a_state_of_its_own(slipway: Slipway) -> None:
    first = followed(run(slipway, "apply", "one", vars={"name": "one"}))
    second = followed(run(slipway, "apply", "two", vars={"name": "two"}))

    assert first["deployment_id"] != second["deployment_id"]
    assert slipway.status(first["deployment_id"])["outputs"]["name"] == "one"


def test_every_wrong_field_of_a_run_is_named_as_the_caller_named_it(slipway: Slipway) -> None:
    wrong = run(slipway, "apply", "x", vars={"name": 3, "nmae": "x"})
    unknown = run(slipway, "apply", "x", env_id="nowhere")
    never = run(slipway, "destroy", "never-made")

    assert [problem["pointer"] for problem in wrong.json()["errors"]] == ["/vars/name", "/vars/nmae"]
    assert (unknown.status, unknown.json()["errors"][0]["pointer"]) == (422, "/env_id")
    assert (never.status, never.json()["code"]) == (404, "deployment_not_found")


def test_a_request_is_approved_by_somebody_else_and_then_provisioned(slipway: Slipway) -> None:
    body = {
        "name": "groceries",
        "resource_type": "k8s_namespace",
        "config": {"size": "small"},
        "team_id": "analytics",
    }
    submitted = slipway.post("/api/v1/users/requests/submit", body, ADA)
    request = submitted.json()
    address = f"/api/v1/users/requests/{request['id']}"
    assert (submitted.status, request["status"]) == (201, "pending")

    approved = call(
        "PUT", f"{slipway.url}/api/v1/admin/requests/{request['id']}/approve", {"notes": "ok"}, BOB
    )

    assert approved.status == 200
    provisioned = poll(
        lambda: ((now := slipway.get(address))["status"] == "provisioned" and now) or None,
        seconds=120,
        what="the namespace",
    )
    assert provisioned["decision"]["by"] == "bob"
    assert slipway.get(f"/deployments/{request['id']}")["parameters"] == {"namespace": "groceries", "pods": 2}
    assert slipway.status(request["id"])["outputs"] == {"pods": 2}
    assert request["id"] in [
        listed_request["id"] for listed_request in slipway.get("/api/v1/users/requests")["requests"]
    ]
    slipway.post(f"/deployments/{request['id']}/destroy", {})
    poll(lambda: slipway.get(address)["status"] == "destroyed" or None, seconds=120, what="its end")


def test_a_rejected_request_runs_nothing(slipway: Slipway) -> None:
    body = {"name": "rejected", "resource_type": "k8s_namespace"}
    request = slipway.post("/api/v1/users/requests/submit", body, ADA).json()

    call("PUT", f"{slipway.url}/api/v1/admin/requests/{request['id']}/reject", {"notes": "no"}, BOB)

    rejected = slipway.get(f"/api/v1/users/requests/{request['id']}")
    assert (rejected["status"], rejected["error"]["message"]) == ("rejected", "rejected by 'bob': no")
    assert slipway.get(f"/deployments/{request['id']}/operations")["operations"][0]["jobs"] == 0


def test_what_no_template_serves_is_said(slipway: Slipway) -> None:
    body = {"name": "db", "resource_type": "database", "config": {"size": "small"}}

    refused = slipway.post("/api/v1/users/requests/submit", body, ADA)

    assert (refused.status, refused.json()["code"]) == (422, "resource_type_unavailable")


def test_production_needs_the_approval_of_somebody_else(slipway: Slipway) -> None:
    body = {"template_name": "greeting", "provider_type": "terraform-local", "env_id": "prod"}
    deployment = slipway.post("/deploy", body, ADA).json()["data"]["deployment_id"]
    slipway.when(deployment, lambda status: status["status"] == "awaiting_approval")
    operation = slipway.status(deployment)["task_id"]

    own = slipway.post(f"/operations/{operation}/approve", {}, ADA)
    others = slipway.post(f"/operations/{operation}/approve", {}, BOB)

    assert (own.status, own.json()["code"]) == (403, "self_approval")
    assert others.status == 200
    slipway.completed(deployment)


def test_operations_wait_in_line_and_say_so(slipway: Slipway) -> None:
    deployment = slipway.deploy("wait", parameters={"seconds": 3})
    slipway.when(deployment, lambda status: status["phase"] == "applying")

    second = slipway.post(f"/deployments/{deployment}/apply", {}).json()
    third = slipway.post(f"/deployments/{deployment}/destroy", {}).json()

    waiting = slipway.get(f"/operations/{third['id']}")
    assert (waiting["phase"], waiting["position"]) == ("queued", 2)
    assert waiting["blocked_by"] == slipway.status(deployment)["task_id"]
    slipway.when(deployment, lambda status: status["status"] == "destroyed")
    runs = {run["id"]: run for run in slipway.get(f"/deployments/{deployment}/operations")["operations"]}
    assert runs[second["id"]]["completed_at"] <= runs[third["id"]]["started_at"]


def test_a_forgotten_deployment_is_gone(slipway: Slipway) -> None:
    body = {"template_name": "greeting", "provider_type": "terraform-local", "dry_run": True}
    deployment = slipway.post("/deploy", body).json()["data"]["deployment_id"]
    status = slipway.completed(deployment)

    forgotten = call("DELETE", f"{slipway.url}/deployments/{deployment}")

    assert (status["resources"], status["outputs"]) == ("none", {})
    assert forgotten.status == 204
    assert call("GET", f"{slipway.url}/deployments/{deployment}").status == 404
