"""Measures what an approval costs: compares plan, approve and apply with an apply at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from local.api_client import ApiClient
from local.bench.figure import Figure, Say, milliseconds, p50
from local.bench.following import completed, wait_for_status
from local.stack.stack import start_run

_PAIRS = 10
_POLL_SECONDS = 0.02
_BODY = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}}


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure pairs on one Slipway. The first pair warms up and does not count."""
    at_once: list[float] = []
    planned: list[float] = []
    applied: list[float] = []
    with start_run(folder / "slipway", say=say) as stack:
        api = ApiClient(stack.url)
        say(f"deploying 'greeting' with and without an approval, {_PAIRS} pairs")
        for _ in range(_PAIRS + 1):
            at_once.append(milliseconds(partial(_apply_at_once, api)))
            approval = _Approval(api)
            planned.append(milliseconds(approval.plan))
            applied.append(milliseconds(approval.approve))
    whole = [plan + apply for plan, apply in zip(planned[1:], applied[1:], strict=True)]
    parts = {
        "apply at once": p50(at_once[1:]),
        "plan, approve, apply": p50(whole),
        "to the plan": p50(planned[1:]),
        "from the approval": p50(applied[1:]),
    }
    return [Figure("approval", parts, p50(whole) / p50(at_once[1:]), None, _PAIRS)]


def _apply_at_once(api: ApiClient) -> None:
    completed(api, api.post("/deploy", _BODY)["data"]["deployment_id"], poll_seconds=_POLL_SECONDS)


class _Approval:
    """One deployment, in two steps."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._deployment_id = ""

    def plan(self) -> None:
        """Post the deployment and wait until its plan awaits approval."""
        body = {**_BODY, "approval": "plan"}
        self._deployment_id = self._api.post("/deploy", body)["data"]["deployment_id"]
        wait_for_status(self._api, self._deployment_id, "awaiting_approval", poll_seconds=_POLL_SECONDS)

    def approve(self) -> None:
        """Approve the plan and wait until the deployment is completed."""
        operation = self._deployment_id.replace("deploy-", "op-") + "-1"
        self._api.post(f"/operations/{operation}/approve", {})
        completed(self._api, self._deployment_id, poll_seconds=_POLL_SECONDS)
