"""What a deployment's transitions refuse, and what those of the deployment as a whole record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.domain.deployments import transitions
from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import IllegalTransition
from functions.domain.failures import Failure, FailureCode, cancelled_failure
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.status import OperationStatus, Phase, Resources
from tests.builders import AT, a_deployment, a_result

LATER = AT + timedelta(hours=1)


def ended(**changes: Any) -> Deployment:
    """A deployment whose only operation has ended and left nothing in a cloud."""
    running = transitions.job_started(a_deployment(), AT, "pid-1-2").deployment
    result = a_result(Outcome.SUCCEEDED, resources=Resources.NONE)
    return replace(transitions.ended(running, result).deployment, **changes)


@pytest.mark.parametrize(
    "transition",
    [
        lambda deployment: transitions.expiry_announced(deployment, AT),
        lambda deployment: transitions.expired(deployment, AT),
        lambda deployment: transitions.pruned(deployment, AT, ["logs"]),
        lambda deployment: transitions.deleted(deployment, AT, "ada"),
        lambda deployment: transitions.output_revealed(deployment, AT, "ada", "password"),
    ],
    ids=["announced", "expired", "pruned", "deleted", "revealed"],
)
def test_a_deployment_that_is_being_forgotten_changes_no_more(
    transition: Callable[[Deployment], Change],
) -> None:
    deployment = ended(deleted_at=AT, expires_at=LATER, sensitive_outputs=("password",))

    with pytest.raises(IllegalTransition, match="it is being deleted"):
        transition(deployment)


@pytest.mark.parametrize("resources", [Resources.SOME, Resources.UNKNOWN])
def test_what_has_or_may_have_resources_is_neither_pruned_nor_forgotten(resources: Resources) -> None:
    deployment = ended(resources=resources)

    with pytest.raises(IllegalTransition, match=f"its resources are '{resources}'"):
        transitions.deleted(deployment, AT, "ada")
    with pytest.raises(IllegalTransition, match=f"its resources are '{resources}'"):
        transitions.pruned(deployment, AT, ["logs"])


def test_what_has_an_unfinished_operation_is_neither_pruned_nor_forgotten() -> None:
    deployment = a_deployment()

    with pytest.raises(IllegalTransition, match="is unfinished"):
        transitions.deleted(deployment, AT, "ada")
    with pytest.raises(IllegalTransition, match="is unfinished"):
        transitions.pruned(deployment, AT, ["logs"])


def test_what_never_expires_is_neither_announced_nor_expired() -> None:
    with pytest.raises(IllegalTransition, match="it never expires"):
        transitions.expiry_announced(ended(), AT)
    with pytest.raises(IllegalTransition, match="it never expires"):
        transitions.expired(ended(), AT)


def test_an_expiry_is_announced_once() -> None:
    change = transitions.expiry_announced(ended(expires_at=LATER), AT)

    assert change.deployment.expiry_told_at == AT
    assert change.event.name == "expires_soon"
    with pytest.raises(IllegalTransition, match="it was announced before"):
        transitions.expiry_announced(change.deployment, AT)


def test_only_an_output_that_is_there_is_revealed() -> None:
    deployment = ended(sensitive_outputs=("password",))

    assert transitions.output_revealed(deployment, AT, "ada", "password").event.detail == {
        "output": "password"
    }
    with pytest.raises(IllegalTransition, match="it has no sensitive output 'key'"):
        transitions.output_revealed(deployment, AT, "ada", "key")


def test_pruning_adds_to_what_was_pruned_before() -> None:
    change = transitions.pruned(ended(pruned=("logs",)), AT, ["plans"])

    assert change.deployment.pruned == ("logs", "plans")
    assert change.event.detail == {"removed": ["plans"]}


@pytest.mark.parametrize(
    ("code", "status", "event"),
    [
        (FailureCode.CANCELLED, OperationStatus.CANCELLED, "cancelled"),
        (FailureCode.PLAN_STALE, OperationStatus.FAILED, "plan_stale"),
        (FailureCode.RECOVERY_NEEDED, OperationStatus.FAILED, "failed"),
        (FailureCode.ERRORED_STATE_MISSING, OperationStatus.FAILED, "failed"),
    ],
)
def test_an_operation_without_a_runner_ends_as_its_failure_says(
    code: FailureCode, status: OperationStatus, event: str
) -> None:
    deployment = a_deployment()

    change = transitions.terminated(deployment, deployment.operation, Failure(code, "no"), AT)

    assert (change.deployment.operation.status, change.event.name) == (status, event)


@pytest.mark.parametrize("code", [FailureCode.APPLY_FAILED, FailureCode.RUNNER_LOST])
def test_an_operation_without_a_runner_does_not_end_with_a_failure_that_only_a_job_has(
    code: FailureCode,
) -> None:
    deployment = a_deployment()

    with pytest.raises(IllegalTransition, match=f"not with '{code}'"):
        transitions.terminated(deployment, deployment.operation, Failure(code, "no"), AT)


def test_a_result_by_slipway_says_so_and_knows_of_no_resources() -> None:
    result = JobResult.by_slipway(
        Outcome.CANCELLED, cancelled_failure("bob", "too late"), ended_at=AT, applied=False
    )

    assert (result.by, result.resources, result.phase) == ("slipway", Resources.UNKNOWN, Phase.STARTING)
    message = "cancelled by 'bob' before anything was applied: too late"
    assert result.failure == Failure(FailureCode.CANCELLED, message)
