from __future__ import annotations

from typing import Any

import pytest

from functions.domain.deployments.deployment import Deployment
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.status import Resources
from tests.unit.api_client import ApiClient
from tests.world import World

UNKNOWN = "deploy-000000000000"
PARTS = ["", "/status", "/wait", "/operations", "/logs", "/events"]


def of(deployment: Deployment, part: str = "") -> str:
    return f"/deployments/{deployment.deployment_id}{part}"


def ended(world: World, result: JobResult) -> Deployment:
    deployment = world.applying()
    assert world.write_result(deployment, result)
    return world.advance(deployment)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    "deployment_id", [UNKNOWN, "x", "DEPLOY-000000000000", "deploy-1%2F..", "..", "%00", "'; --"]
)
def test_a_deployment_that_is_not_there_is_not_found(deployment_id: str, part: str) -> None:
    reply = ApiClient().get(f"/deployments/{deployment_id}{part}")

    assert (reply.status, reply.json["code"]) == (404, "deployment_not_found")


def test_a_new_deployment_waits_in_the_queue() -> None:
    world = World()
    deployment = world.deploy().deployment

    status = ApiClient(world).get(of(deployment, "/status")).json

    assert status == {
        "deployment_id": deployment.deployment_id,
        "status": "pending",
        "provider_type": "terraform-local",
        "template_name": "greeting",
        "created_at": "2026-11-21T03:00:00.000Z",
        "started_at": None,
        "completed_at": None,
        "duration_seconds": None,
        "phase": "queued",
        "progress": None,
        "condition": None,
        "lock": None,
        "outputs": {},
        "sensitive_outputs": [],
        "error": None,
        "resources": "none",
        "correlation_id": "trace-1",
        "task_id": deployment.task_id,
    }


def test_a_running_deployment_shows_how_far_its_runner_is() -> None:
    world = World()
    deployment = world.applying()
    world.pass_time(2.5)

    status = ApiClient(world).get(of(deployment, "/status")).json

    assert (status["status"], status["phase"]) == ("running", "applying")
    assert status["progress"] == {"done": 0, "total": 2, "in_flight": ["terraform_data.a"]}
    assert status["duration_seconds"] == 2.5


def test_a_completed_deployment_shows_its_outputs_but_no_secret() -> None:
    world = World()
    outputs: dict[str, Any] = {"greeting": "hej då 👋", "n": 2**60, "list": [1, None, {"a": True}]}
    deployment = ended(world, world.success(outputs=outputs, sensitive_outputs=("password",)))

    status = ApiClient(world).get(of(deployment, "/status")).json

    assert status["status"] == "completed"
    assert status["outputs"] == {**outputs, "password": "***"}
    assert status["sensitive_outputs"] == ["password"]
    assert (status["phase"], status["progress"], status["error"]) == (None, None, None)


def test_a_failed_deployment_shows_the_engines_own_words() -> None:
    world = World()
    diagnostic = {"severity": "error", "summary": "no such bucket", "address": "aws_s3_bucket.this"}
    failure = Failure(FailureCode.APPLY_FAILED, "terraform apply ended with code 1", (diagnostic,))
    deployment = ended(world, JobResult(Outcome.FAILED, Resources.SOME, world.time, failure=failure))

    status = ApiClient(world).get(of(deployment, "/status")).json

    assert status["status"] == "failed"
    assert status["error"] == {
        "code": "apply_failed",
        "message": "terraform apply ended with code 1",
        "diagnostics": [diagnostic],
    }


def test_waiting_answers_202_until_the_end_and_then_200() -> None:
    world = World()
    client = ApiClient(world)
    deployment = world.applying()

    before = client.get(of(deployment, "/wait"))
    world.write_result(deployment, world.success())
    world.advance(deployment)
    after = client.get(of(deployment, "/wait"))

    assert before.status == 202
    assert before.headers["Location"] == f"https://slipway.example{of(deployment, '/wait')}"
    assert before.headers["Retry-After"] == "5"
    assert after.status == 200
    assert "Location" not in after.headers
    assert after.json == client.get(of(deployment, "/status")).json


def test_waiting_for_a_failure_ends_with_200_too() -> None:
    world = World()
    deployment = ended(world, world.failure())

    assert ApiClient(world).get(of(deployment, "/wait")).status == 200


def test_the_record_has_the_status_the_request_and_the_state() -> None:
    world = World()
    client = ApiClient(world)
    deployment = ended(world, world.success())

    record = client.get(of(deployment)).json

    status = client.get(of(deployment, "/status")).json
    assert status.items() <= record.items()
    assert record["state"] == {
        "backend_type": "local",
        "backend_config": {"path": "x"},
        "workspace": "default",
        "serial": 1,
        "lineage": "lineage",
        "last_modified": "2026-11-21T03:00:00.000Z",
    }
    assert record["template_address"] == "terraform/local/greeting"
    assert record["created_by"] == "ada"
    assert record["execution"] == deployment.operation.execution
    assert record["links"]["logs"] == f"https://slipway.example{of(deployment, '/logs')}"


def test_an_operation_answers_200_from_beginning_to_end() -> None:
    world = World()
    client = ApiClient(world)
    deployment = world.applying()

    before = client.get(f"/operations/{deployment.task_id}")
    world.write_result(deployment, world.success())
    world.advance(deployment)
    after = client.get(f"/operations/{deployment.task_id}")

    assert (before.status, before.json["status"], before.json["phase"]) == (200, "running", "applying")
    assert before.headers["Retry-After"] == "5"
    assert (after.status, after.json["status"]) == (200, "succeeded")
    assert "Retry-After" not in after.headers


@pytest.mark.parametrize("operation_id", ["op-000000000000-1", "x", "op-000000000000-0", "..%2F"])
def test_an_operation_that_is_not_there_is_not_found(operation_id: str) -> None:
    reply = ApiClient().get(f"/operations/{operation_id}")

    assert (reply.status, reply.json["code"]) == (404, "operation_not_found")


def test_a_deployment_lists_its_operations() -> None:
    world = World()
    deployment = world.started()

    operations = ApiClient(world).get(of(deployment, "/operations")).json["operations"]

    assert [(run["id"], run["kind"], run["jobs"]) for run in operations] == [(deployment.task_id, "apply", 1)]


def test_the_audit_trail_is_read_on_from_where_it_was_left() -> None:
    world = World()
    client = ApiClient(world)
    deployment = world.started()

    first = client.get(of(deployment, "/events?limit=1")).json
    rest = client.get(of(deployment, f"/events?after={first['next_after']}")).json
    end = client.get(of(deployment, f"/events?after={rest['next_after']}")).json

    assert [event["name"] for event in first["events"] + rest["events"]] == world.event_names(deployment)
    assert first["events"][0]["sequence"] == first["next_after"] == 1
    assert end == {"events": [], "next_after": rest["next_after"]}


def test_a_log_is_plain_text_that_is_read_on_from_an_offset() -> None:
    world = World()
    client = ApiClient(world)
    deployment = world.claimed()
    log = blob_names.log(deployment.task_id, 1)
    text = "Terraform will perform… 👋\n".encode()

    none_yet = client.get(of(deployment, "/logs"))
    world.artifacts.append(log, text, offset=0)
    part = client.get(of(deployment, "/logs?offset=10"))

    assert (none_yet.status, none_yet.body) == (200, b"")
    assert none_yet.headers["Slipway-Next-Offset"] == "0"
    assert part.body == text[10:]
    assert part.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert part.headers["Slipway-Next-Offset"] == str(len(text))
    assert part.headers["Slipway-Log-Complete"] == "false"


@pytest.mark.parametrize("offset", ["-1", "x", "1.5", "9007199254740992"])
def test_an_offset_that_is_none_is_refused(offset: str) -> None:
    world = World()
    deployment = world.deploy().deployment

    reply = ApiClient(world).get(of(deployment, f"/logs?offset={offset}"))

    assert (reply.status, reply.json["code"]) == (400, "invalid_query")


def test_an_offset_behind_the_end_is_refused() -> None:
    world = World()
    deployment = world.deploy().deployment

    reply = ApiClient(world).get(of(deployment, "/logs?offset=9007199254740991"))

    assert (reply.status, reply.json["code"]) == (400, "invalid_query")
