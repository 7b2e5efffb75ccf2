"""The list of deployments, logs and the audit trail: pages, filters, offsets and invalid queries."""

from __future__ import annotations

from functions.domain.jobs import blob_names
from functions.domain.status import OperationKind
from tests.contract.scenarios.recording import Caller, Recording
from tests.contract.scenarios.worlds import DEPLOYMENTS, OPERATIONS
from tests.unit.api_client import ORIGIN
from tests.unit.life import done, of, planned
from tests.world import World

_LOG = "größer ✓ 🚀\n".encode()


def record(recording: Recording) -> None:
    """Record everything that is read in pages."""
    recording.over(World()).get("list without any deployment", DEPLOYMENTS)
    caller = recording.over(_world_of_five())
    _pages(caller)
    for name, query in _FILTERS.items():
        caller.get(f"list {name}", f"{DEPLOYMENTS}?{query}")
    for name, query in _WRONG.items():
        caller.get(f"list with {name}", f"{DEPLOYMENTS}?{query}")
    caller.send("list by HEAD", "HEAD", f"{DEPLOYMENTS}?limit=1")
    _logs(recording)
    _events(recording)


def _world_of_five() -> World:
    """Create a deployment of each kind: completed, failed, running, awaiting approval, of another creator."""
    world = World()
    done(world, location="eu-west-1")
    world.pass_time(60)
    world.run(world.deploy(resource_group="rg-apps").deployment, world.failure())
    world.pass_time(60)
    world.claimed()
    world.pass_time(60)
    planned(world)
    world.pass_time(60)
    done(world, caller="bob")
    return world


def _pages(caller: Caller) -> None:
    caller.get("list", DEPLOYMENTS)
    address = f"{DEPLOYMENTS}?limit=2&provider_type=terraform-local"
    for page in ("first", "second", "last"):
        reply = caller.get(f"list: {page} page", address)
        address = (reply.json["next"] or "").removeprefix(ORIGIN)
    token = caller.get("list: a page of one", f"{DEPLOYMENTS}?limit=1").json["continuation_token"]
    other = f"{DEPLOYMENTS}?limit=1&created_by=bob&continuation_token={token}"
    caller.get("list with a token of other filters", other)


_FILTERS = {
    "of completed ones": "status=completed",
    "of failed ones": "status=failed",
    "of running ones": "status=running",
    "of those that await approval": "status=awaiting_approval",
    "of destroyed ones": "status=destroyed",
    "of one template": "template_name=greeting&limit=1",
    "of a template that nobody deployed": "template_name=other",
    "of one resource group": "resource_group=rg-apps",
    "of one caller": "created_by=bob",
    "of a time": "created_after=2026-11-21T03:00:30Z&created_before=2026-11-21T04:02:00%2B01:00",
    "with Azure's own parameters": "code=key&clientId=default&api-version=2026-01-01&created_by=bob&limit=1",
}
_WRONG = {
    "a limit of none": "limit=0",
    "too high a limit": "limit=201",
    "a limit that is no number": "limit=ten",
    "an unknown status": "status=done",
    "an unknown provider type": "provider_type=terraform-mars",
    "an unknown parameter": "state=failed",
    "a parameter twice": "limit=1&limit=2",
    "an empty parameter": "created_by=",
    "too long a value": f"resource_group={'x' * 91}",
    "a time without an offset": "created_after=2026-11-21T03:00:00",
    "a time whose plus is lost": "created_after=2026-11-21T03:00:00+01:00",
    "a day that no calendar has": "created_before=2026-02-30T00:00:00Z",
    "an invalid token": "continuation_token=abc",
    "a subscription, which it does not filter by": "subscription_id=123456789012",
    "many wrong parameters": "limit=x&status=y&created_after=z&state=1&template_name=",
}


def _logs(recording: Recording) -> None:
    world = World()
    caller = recording.over(world)
    deployment = world.applying()
    name = blob_names.log(deployment.task_id, 1)
    caller.get("log before there is one", of(deployment, "/logs"))
    world.artifacts.append(name, _LOG[:-3], offset=0)
    caller.get("log while it is written", of(deployment, "/logs"))
    caller.get("log from an offset", of(deployment, "/logs?offset=9"))
    world.artifacts.append(name, _LOG[-3:], offset=len(_LOG) - 3)
    world.write_result(deployment, world.success())
    world.advance(deployment)
    caller.get("log that is complete", of(deployment, "/logs?offset=0"))
    caller.get("log from its end", of(deployment, f"/logs?offset={len(_LOG)}"))
    caller.get("log from behind its end", of(deployment, f"/logs?offset={len(_LOG) + 1}"))
    caller.get("log from a negative offset", of(deployment, "/logs?offset=-1"))
    caller.get("log with an unknown parameter", of(deployment, "/logs?limit=5"))
    world.ask(deployment, OperationKind.PLAN)
    caller.get("log of the operation before", f"{OPERATIONS}/{deployment.task_id}/logs?offset=3")
    caller.get("log of an operation from behind its end", f"{OPERATIONS}/{deployment.task_id}/logs?offset=99")


def _events(recording: Recording) -> None:
    world = World()
    caller = recording.over(world)
    deployment = done(world)
    caller.get("events", of(deployment, "/events"))
    caller.get("events: a page", of(deployment, "/events?after=1&limit=1"))
    caller.get("events after the last", of(deployment, "/events?after=99"))
    caller.get("events with a wrong query", of(deployment, "/events?after=x&limit=501&before=1"))
