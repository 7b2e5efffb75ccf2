"""The status of a user's request for a resource, derived from its deployment. It is not stored."""

from __future__ import annotations

from enum import StrEnum

from functions.domain.deployments.deployment import Deployment
from functions.domain.status import Approval, DeploymentStatus, Resources


class ResourceType(StrEnum):
    """The resource types that users can request. A template names the one that it serves."""

    DATABASE = "database"
    S3 = "s3"
    K8S_NAMESPACE = "k8s_namespace"


class RequestStatus(StrEnum):
    """The status of a user's request."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PROVISIONING = "provisioning"
    PROVISIONED = "provisioned"
    FAILED = "failed"
    DESTROYED = "destroyed"


_OF_DEPLOYMENT = {
    DeploymentStatus.PENDING: RequestStatus.APPROVED,
    DeploymentStatus.RUNNING: RequestStatus.PROVISIONING,
    DeploymentStatus.AWAITING_APPROVAL: RequestStatus.APPROVED,
    DeploymentStatus.COMPLETED: RequestStatus.PROVISIONED,
    DeploymentStatus.FAILED: RequestStatus.FAILED,
    DeploymentStatus.CANCELLED: RequestStatus.FAILED,
    DeploymentStatus.REJECTED: RequestStatus.REJECTED,
    DeploymentStatus.DESTROYED: RequestStatus.DESTROYED,
}


def request_status(deployment: Deployment) -> RequestStatus:
    """Return the request's status.

    A provisioned request stays provisioned while a later operation waits or runs. A request is approved if
    its plan awaits approval, or if it was a dry run that has ended: that leaves no state. A cancelled request
    has failed.
    """
    status = deployment.status
    requested = deployment.find(deployment.request_operation or "")
    if deployment.settled_status is DeploymentStatus.COMPLETED and deployment.resources is Resources.SOME:
        return RequestStatus.PROVISIONED
    if requested is not None and requested.awaits is Approval.REQUEST:
        return RequestStatus.PENDING
    if status is DeploymentStatus.COMPLETED and deployment.state is None:
        return RequestStatus.APPROVED
    return _OF_DEPLOYMENT[status]
