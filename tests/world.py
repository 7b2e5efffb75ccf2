"""A Slipway in memory, with a clock and a runner that tests control."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import Operation
from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim, Heartbeat, JobResult, Outcome
from functions.domain.jobs.terraform_state import StateRecord
from functions.domain.status import OperationKind, OperationStatus, Phase, Resources
from functions.ports import Stored
from functions.services.admission.idempotency import IdempotencyKey
from functions.services.context import Context
from functions.services.deployments.create_deployment import Accepted, create_deployment
from functions.services.deployments.deploy_request import DeployRequest
from functions.services.operations.create_operation import OperationRequest, create_operation
from functions.services.orchestration.advance import advance
from functions.services.policy_settings import Policy
from tests.builders import a_plan, an_environment_set
from tests.fakes import (
    MemoryArtifactStore,
    MemoryCatalog,
    MemoryDeploymentIndex,
    MemoryDeploymentStore,
    MemoryDueDeployments,
    MemoryLauncher,
    MemorySecretBox,
    MemoryTimerRuns,
    MemoryWakeUpQueue,
)

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class World:
    """A Slipway in memory. `ctx` is the context for services; `pass_time` moves all clocks."""

    def __init__(self, **policy: Any) -> None:
        self.time = START
        self.store = MemoryDeploymentStore()
        self.index = MemoryDeploymentIndex()
        self.artifacts = MemoryArtifactStore(now=lambda: self.time)
        self.wake_ups = MemoryWakeUpQueue()
        self.launcher = MemoryLauncher()
        self.catalog = MemoryCatalog()
        self.box = MemorySecretBox()
        self.timer_runs = MemoryTimerRuns()
        self.due = MemoryDueDeployments()
        self.ctx = Context(
            store=self.store,
            index=self.index,
            artifacts=self.artifacts,
            wake_ups=self.wake_ups,
            launcher=self.launcher,
            catalog=self.catalog,
            policy=replace(Policy(providers=frozenset({"terraform-local"})), **policy),
            environments=an_environment_set(),
            timer_runs=self.timer_runs,
            due=self.due,
            box=self.box,
            now=lambda: self.time,
        )

    def pass_time(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def deploy(self, *, key: str | None = None, caller: str = "ada", **changes: Any) -> Accepted:
        """Create a deployment of the greeting."""
        body: dict[str, Any] = {
            "template_name": "greeting",
            "provider_type": "terraform-local",
            **changes,
        }
        request = DeployRequest(
            template_name=body["template_name"],
            provider_type=body["provider_type"],
            subscription_id=body.get("subscription_id"),
            resource_group=body.get("resource_group"),
            location=body.get("location"),
            parameters=body.get("parameters", {}),
            tags=body.get("tags", {}),
            body={name: str(v) if isinstance(v, timedelta) else v for name, v in body.items()},
            env_id=body.get("env_id"),
            approval=body.get("approval"),
            dry_run=body.get("dry_run", False),
            ttl=body.get("ttl"),
        )
        idempotency = IdempotencyKey(key, "POST /deploy") if key else None
        return create_deployment(self.ctx, request, caller=caller, correlation_id="trace-1", key=idempotency)

    def started(self) -> Deployment:
        """Return a deployment whose job was started and not yet claimed."""
        deployment_id = self.deploy().deployment.deployment_id
        advance(self.ctx, deployment_id)
        return self.deployment(deployment_id)

    def claimed(self) -> Deployment:
        """Return a deployment whose runner has claimed its job."""
        deployment = self.started()
        assert self.claim(deployment)
        self.beat(deployment)
        return deployment

    def applying(self) -> Deployment:
        """Return a deployment whose runner is applying."""
        deployment = self.claimed()
        assert self.claim_apply(deployment)
        self.beat(deployment, Heartbeat(Phase.APPLYING, 0, 2, ("terraform_data.a",)))
        return deployment

    def deployment(self, deployment_id: str) -> Deployment:
        stored = self.store.get(deployment_id)
        assert stored is not None
        return stored.deployment

    def stored(self, deployment: Deployment) -> Stored:
        stored = self.store.get(deployment.deployment_id)
        assert stored is not None
        return stored

    def advance(self, deployment: Deployment) -> Deployment:
        advance(self.ctx, deployment.deployment_id)
        return self.deployment(deployment.deployment_id)

    def claim(self, deployment: Deployment) -> bool:
        """Claim the job, like a runner at its start; False if it is claimed already."""
        operation = self.deployment(deployment.deployment_id).operation
        claim = Claim(operation.execution or "unrecorded", self.time, operation.job, "nonce")
        return self.artifacts.create(blob_names.job_claim(operation.id, operation.job), claim.to_json())

    def claim_apply(self, deployment: Deployment) -> bool:
        """Claim the apply, like a runner before it applies; False if it is claimed already."""
        operation = self.deployment(deployment.deployment_id).operation
        claim = Claim(operation.execution or "unrecorded", self.time, operation.job, "nonce")
        return self.artifacts.create(blob_names.apply_claim(operation.id), claim.to_json())

    def beat(self, deployment: Deployment, heartbeat: Heartbeat | None = None) -> None:
        operation = self.deployment(deployment.deployment_id).operation
        beat = heartbeat or Heartbeat(Phase.PLANNING)
        self.artifacts.overwrite(blob_names.heartbeat(operation.id, operation.job), beat.to_json())

    def write_result(self, deployment: Deployment, result: JobResult) -> bool:
        operation = self.deployment(deployment.deployment_id).operation
        return self.artifacts.create(blob_names.job_result(operation.id, operation.job), result.to_json())

    def success(self, **changes: Any) -> JobResult:
        result = JobResult(
            outcome=Outcome.SUCCEEDED,
            resources=Resources.SOME,
            ended_at=self.time,
            applied=True,
            phase=Phase.READING_OUTPUTS,
            outputs={"greeting": "hello"},
            state=StateRecord("local", {"path": "x"}, "default", 1, "lineage", self.time),
        )
        return replace(result, **changes)

    def plan_result(self, **changes: Any) -> JobResult:
        """Return the result of a job that has saved a plan of the current state."""
        result = JobResult(
            outcome=Outcome.SUCCEEDED,
            resources=Resources.NONE,
            ended_at=self.time,
            phase=Phase.PLANNING,
            plan=a_plan(planned_at=self.time),
            changes={"add": 1, "change": 0, "remove": 0},
        )
        return replace(result, **changes)

    def run(self, deployment: Deployment | str, result: JobResult | None = None) -> Deployment:
        """Run the next job of the current operation, from its start to its result."""
        deployment_id = deployment if isinstance(deployment, str) else deployment.deployment_id
        advance(self.ctx, deployment_id)
        current = self.deployment(deployment_id)
        assert current.operation.status is OperationStatus.RUNNING, current.operation
        assert self.claim(current)
        job_result = result or self.success()
        if job_result.applied:
            assert self.claim_apply(current)
        self.write_result(current, job_result)
        return self.advance(current)

    def ask(self, deployment: Deployment, kind: OperationKind, **more: Any) -> Operation:
        """Create another operation of a deployment."""
        caller = more.pop("caller", "ada")
        key = more.pop("key", None)
        accepted = create_operation(
            self.ctx,
            deployment.deployment_id,
            OperationRequest(kind=kind, body=more.pop("body", {}), **more),
            caller=caller,
            correlation_id="trace-2",
            key=IdempotencyKey(key, "POST") if key else None,
        )
        return accepted.operation

    def failure(self, code: FailureCode = FailureCode.PLAN_FAILED) -> JobResult:
        return JobResult(Outcome.FAILED, Resources.NONE, self.time, failure=Failure(code, "no such thing"))

    def entries(self) -> list[str]:
        """Return the partition and key of every entry of the index, whenever it is due."""
        active = self.index.active(due_before=self.time + timedelta(days=10_000))
        return [
            *(f"active {entry.key}" for entry in active),
            *(f"running {entry.key}" for entry in self.index.running()),
            *(f"waiting {entry.key}" for entry in self.index.oldest_waiting(1000)),
        ]

    def event_names(self, deployment: Deployment) -> list[str]:
        return [event.name for event in self.store.events(deployment.deployment_id, after=0, limit=100)]
