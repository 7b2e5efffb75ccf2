"""The names of the blobs, which are all in one container.

Each blob is written once, except the heartbeat, which is overwritten, and the log, which is appended to.
"""

from __future__ import annotations


def template_bundle(digest: str) -> str:
    """Return the name of a template's files, as they were when a deployment was accepted."""
    return f"templates/{digest}"


def apply_claim(operation_id: str) -> str:
    """Return the name of the claim to apply. An operation has one for all its jobs."""
    return f"operations/{operation_id}/apply"


def cancel_request(operation_id: str) -> str:
    """Return the name of a cancel request. The runner checks for this blob."""
    return f"operations/{operation_id}/cancel"


def job_spec(operation_id: str, job: int) -> str:
    """Return the name of a job's spec."""
    return f"operations/{operation_id}/{job}/spec"


def job_claim(operation_id: str, job: int) -> str:
    """Return the name of a job's claim, which names its execution."""
    return f"operations/{operation_id}/{job}/claim"


def heartbeat(operation_id: str, job: int) -> str:
    """Return the name of a runner's heartbeat: phase and progress, overwritten regularly."""
    return f"operations/{operation_id}/{job}/heartbeat"


def job_result(operation_id: str, job: int) -> str:
    """Return the name of a job's result."""
    return f"operations/{operation_id}/{job}/result"


def late_result(operation_id: str, job: int) -> str:
    """Return the name of a runner's result whose job already had another result."""
    return f"operations/{operation_id}/{job}/late-result"


def log(operation_id: str, job: int) -> str:
    """Return the name of a job's log, a UTF-8 text."""
    return f"operations/{operation_id}/{job}/log"


def large_value(deployment_id: str, digest: str) -> str:
    """Return the name of a value that is too long for a table property, by its SHA-256."""
    return f"deployments/{deployment_id}/values/{digest}"


def template_entry(digest: str) -> str:
    """Return the name of a template's catalog entry, as it was when a deployment was accepted."""
    return f"templates/{digest}.entry"


def saved_plan(operation_id: str, job: int) -> str:
    """Return the name of a job's saved plan, sealed."""
    return f"operations/{operation_id}/{job}/plan"


def saved_init(operation_id: str, job: int) -> str:
    """Return the name of what an engine prepared for a job's saved plan, sealed."""
    return f"operations/{operation_id}/{job}/init"


def plan_summary(operation_id: str, job: int) -> str:
    """Return the name of a plan's summary for people, without secrets."""
    return f"operations/{operation_id}/{job}/plan-summary"


def sealed_outputs(operation_id: str, job: int) -> str:
    """Return the name of a job's sensitive outputs, sealed."""
    return f"operations/{operation_id}/{job}/outputs"


def errored_state(operation_id: str, job: int) -> str:
    """Return the name of a state that the engine could not write to its backend, sealed."""
    return f"operations/{operation_id}/{job}/errored-state"


def state_copy(operation_id: str, job: int) -> str:
    """Return the name of a destroyed deployment's last state, sealed."""
    return f"operations/{operation_id}/{job}/state-copy"


def secrets(operation_id: str, nonce: str) -> str:
    """Return the name of an operation's sensitive parameters: a JSON object, sealed.

    `nonce` differs between requests for the same operation, of which only one is accepted.
    """
    return f"operations/{operation_id}/secrets-{nonce}"


def untested_engine() -> str:
    """Return the name of the warning that a job used an engine version with which Slipway is not tested."""
    return "engine/untested"


def operation_prefix(operation_id: str) -> str:
    """Return the prefix of every blob of an operation."""
    return f"operations/{operation_id}/"


def operations_prefix(deployment_id: str) -> str:
    """Return the prefix of every blob of a deployment's operations."""
    return f"operations/{deployment_id.replace('deploy-', 'op-', 1)}-"


def is_secrets(name: str) -> bool:
    """Return True for a name that `secrets` returned."""
    return name.rpartition("/")[2].startswith("secrets-")


def deployment_prefix(deployment_id: str) -> str:
    """Return the prefix of a deployment's blobs that belong to no operation."""
    return f"deployments/{deployment_id}/"
