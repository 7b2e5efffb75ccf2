"""Where a user's request for a resource stands: read off the deployment that it is, and stored nowhere."""

from __future__ import annotations

from enum import StrEnum

from functions.domain.deployments.deployment import Deployment
from functions.domain.status import Approval, DeploymentStatus, Resources


class ResourceType(StrEnum):
    """What users ask for; a template says which of these it serves."""

    DATABASE = "database"
    S3 = "s3"
    K8S_NAMESPACE = "k8s_namespace"


class RequestStatus(StrEnum):
    """Where a request stands."""

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
    """The request's status.

    What has been provisioned stays so while a later operation waits or runs. A request whose plan awaits
    approval is approved; so is one for a dry run that has ended, which provisions nothing and leaves no
    state. A cancelled request has failed.
    """
    status = deployment.status
    asked = deployment.find(deployment.request_operation or "")
    if deployment.settled_status is DeploymentStatus.COMPLETED and deployment.resources is Resources.SOME:
        return RequestStatus.PROVISIONED
    if asked is not None and asked.awaits is Approval.REQUEST:
        return RequestStatus.PENDING
    if status is DeploymentStatus.COMPLETED and deployment.state is None:
        return RequestStatus.APPROVED
    return _OF_DEPLOYMENT[status]
