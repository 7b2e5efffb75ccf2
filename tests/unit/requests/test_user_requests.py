from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.deployments.user_request import RequestStatus, request_status
from functions.domain.status import Approval, DeploymentStatus, OperationKind, OperationStatus, Resources
from tests.builders import a_deployment, a_state


@pytest.mark.parametrize(
    ("operation", "settled_status", "resources", "expected"),
    [
        ("awaiting_approval", None, "none", "pending"),
        ("pending", None, "none", "approved"),
        ("running", None, "none", "provisioning"),
        ("succeeded", "completed", "some", "provisioned"),
        ("succeeded", "completed", "none", "provisioned"),
        ("running", "completed", "some", "provisioned"),
        ("failed", "failed", "unknown", "failed"),
        ("cancelled", "cancelled", "none", "failed"),
        ("rejected", "rejected", "none", "rejected"),
        ("succeeded", "destroyed", "none", "destroyed"),
    ],
)
def test_a_requests_status_is_read_off_its_deployment(
    operation: str, settled_status: str | None, resources: str, expected: str
) -> None:
    asked = a_deployment()
    run = replace(asked.operation, approval=Approval.REQUEST, status=OperationStatus(operation))
    deployment = replace(
        asked,
        operation=run,
        request_operation=run.id,
        settled_status=DeploymentStatus(settled_status) if settled_status else None,
        resources=Resources(resources),
        state=a_state() if settled_status == "completed" else None,
    )

    assert request_status(deployment) is RequestStatus(expected)


def test_a_request_whose_plan_awaits_approval_is_itself_approved() -> None:
    asked = a_deployment()
    run = replace(asked.operation, approval=Approval.PLAN, status=OperationStatus.AWAITING_APPROVAL)

    assert request_status(replace(asked, operation=run)) is RequestStatus.APPROVED


def test_a_dry_run_provisions_nothing() -> None:
    asked = a_deployment()
    run = replace(asked.operation, kind=OperationKind.PLAN, status=OperationStatus.SUCCEEDED)
    ended = replace(asked, operation=run, settled_status=DeploymentStatus.COMPLETED)
    later = replace(run, kind=OperationKind.APPLY, status=OperationStatus.REJECTED)

    assert request_status(ended) is RequestStatus.APPROVED
    assert request_status(replace(ended, operation=later)) is RequestStatus.APPROVED
