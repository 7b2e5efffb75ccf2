"""Names of the blobs, all in one container. Each is written once, but for heartbeat (overwritten) and log
(appended).
"""

from __future__ import annotations


def template_bundle(digest: str) -> str:
    """A template's files, as they were when a deployment was accepted."""
    return f"templates/{digest}"


def apply_claim(operation_id: str) -> str:
    """Who may apply: one per operation whatever the job."""
    return f"operations/{operation_id}/apply"


def cancel_request(operation_id: str) -> str:
    """Present once somebody asked to cancel; the runner looks for it."""
    return f"operations/{operation_id}/cancel"


def job_spec(operation_id: str, job: int) -> str:
    """What the job is to do."""
    return f"operations/{operation_id}/{job}/spec"


def job_claim(operation_id: str, job: int) -> str:
    """Which execution runs the job."""
    return f"operations/{operation_id}/{job}/claim"


def heartbeat(operation_id: str, job: int) -> str:
    """Phase and counts, overwritten while the runner lives."""
    return f"operations/{operation_id}/{job}/heartbeat"


def job_result(operation_id: str, job: int) -> str:
    """The one result that ends a claimed job."""
    return f"operations/{operation_id}/{job}/result"


def late_result(operation_id: str, job: int) -> str:
    """The result of a runner whose job had got another one before."""
    return f"operations/{operation_id}/{job}/late-result"


def log(operation_id: str, job: int) -> str:
    """The job's log, UTF-8 text."""
    return f"operations/{operation_id}/{job}/log"


def large_value(deployment_id: str, digest: str) -> str:
    """A value of the record that a table property cannot hold, by its SHA-256."""
    return f"deployments/{deployment_id}/values/{digest}"


def template_entry(digest: str) -> str:
    """The catalog's entry of that template, as it was when a deployment was accepted."""
    return f"templates/{digest}.entry"


def saved_plan(operation_id: str, job: int) -> str:
    """The plan that a job saved, sealed."""
    return f"operations/{operation_id}/{job}/plan"


def plan_summary(operation_id: str, job: int) -> str:
    """What a plan would change, for people; without secrets."""
    return f"operations/{operation_id}/{job}/plan-summary"


def sealed_outputs(operation_id: str, job: int) -> str:
    """The sensitive outputs, sealed."""
    return f"operations/{operation_id}/{job}/outputs"


def errored_state(operation_id: str, job: int) -> str:
    """A state that the engine could not write to its back end, sealed."""
    return f"operations/{operation_id}/{job}/errored-state"


def state_copy(operation_id: str, job: int) -> str:
    """The last state of a destroyed deployment, sealed, from before it was removed."""
    return f"operations/{operation_id}/{job}/state-copy"


def secrets(operation_id: str, nonce: str) -> str:
    """The sensitive parameters that came with an operation, sealed: a JSON object. `nonce` tells requests
    apart of which one only is taken.
    """
    return f"operations/{operation_id}/secrets-{nonce}"


def untested_engine() -> str:
    """A sentence on the last job whose engine Slipway is not tested with; not there while there was none."""
    return "engine/untested"


def operation_prefix(operation_id: str) -> str:
    """What every blob of an operation begins with."""
    return f"operations/{operation_id}/"


def operations_prefix(deployment_id: str) -> str:
    """What every blob of a deployment's operations begins with."""
    return f"operations/{deployment_id.replace('deploy-', 'op-', 1)}-"


def is_secrets(name: str) -> bool:
    """True for the name of a blob that `secrets` gives."""
    return name.rpartition("/")[2].startswith("secrets-")


def deployment_prefix(deployment_id: str) -> str:
    """What every other blob of a deployment begins with."""
    return f"deployments/{deployment_id}/"
