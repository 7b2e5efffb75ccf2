"""Measures what an approval costs: compares plan, approve and apply with an apply at once.

`approval` is of `storage-bucket`, with a real provider. `approval_greeting` is of `greeting`, which makes
nothing: two jobs are nearly all that it costs.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from local.api_client import ApiClient
from local.bench.figure import Figure, Say, milliseconds, p50
from local.bench.following import completed, wait_for_status
from local.stack.stack import start_run


def _storage_bucket() -> dict[str, Any]:
    return {
        "template_name": "storage-bucket",
        "provider_type": "terraform-aws",
        "location": "us-east-1",
        "parameters": {"bucket_name": f"bench-{secrets.token_hex(8)}"},
    }


def _greeting() -> dict[str, Any]:
    return {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}}


@dataclass(frozen=True)
class _Case:
    """One figure: `request` makes the body of a deployment of its own."""

    figure: str
    request: Callable[[], dict[str, Any]]
    pairs: int
    poll_seconds: float
    bound: float | None = None


_CASES = (
    _Case("approval", _storage_bucket, pairs=5, poll_seconds=0.1, bound=1.5),
    _Case("approval_greeting", _greeting, pairs=10, poll_seconds=0.02),
)


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure each case on one Slipway."""
    with start_run(folder / "slipway", say=say) as stack:
        api = ApiClient(stack.url)
        return [_measure(case, api, say) for case in _CASES]


def _measure(case: _Case, api: ApiClient, say: Say) -> Figure:
    """Measure pairs. The first one warms up and does not count."""
    at_once: list[float] = []
    planned: list[float] = []
    applied: list[float] = []
    say(f"{case.figure}: deploying with and without an approval, {case.pairs} pairs")
    for _ in range(case.pairs + 1):
        at_once.append(milliseconds(partial(_apply_at_once, api, case)))
        approval = _Approval(api, case)
        planned.append(milliseconds(approval.plan))
        applied.append(milliseconds(approval.approve))
    whole = [plan + apply for plan, apply in zip(planned[1:], applied[1:], strict=True)]
    parts = {
        "apply at once": p50(at_once[1:]),
        "plan, approve, apply": p50(whole),
        "to the plan": p50(planned[1:]),
        "from the approval": p50(applied[1:]),
    }
    return Figure(case.figure, parts, p50(whole) / p50(at_once[1:]), case.bound, case.pairs)


def _apply_at_once(api: ApiClient, case: _Case) -> None:
    deployment_id = api.post("/deploy", case.request())["data"]["deployment_id"]
    completed(api, deployment_id, poll_seconds=case.poll_seconds)


class _Approval:
    """One deployment, in two steps."""

    def __init__(self, api: ApiClient, case: _Case) -> None:
        self._api = api
        self._body = {**case.request(), "approval": "plan"}
        self._poll_seconds = case.poll_seconds
        self._deployment_id = ""

    def plan(self) -> None:
        """Post the deployment and wait until its plan awaits approval."""
        self._deployment_id = self._api.post("/deploy", self._body)["data"]["deployment_id"]
        wait_for_status(self._api, self._deployment_id, "awaiting_approval", poll_seconds=self._poll_seconds)

    def approve(self) -> None:
        """Approve the plan and wait until the deployment is completed."""
        operation = self._deployment_id.replace("deploy-", "op-") + "-1"
        self._api.post(f"/operations/{operation}/approve", {})
        completed(self._api, self._deployment_id, poll_seconds=self._poll_seconds)
