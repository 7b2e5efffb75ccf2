"""Health, providers and templates."""

from __future__ import annotations

from functions.domain.status import Approval
from tests.contract.scenarios.recording import Recording
from tests.contract.scenarios.worlds import with_clouds
from tests.unit.life import change_template
from tests.unit.requests_world import a_world
from tests.world import World


def record(recording: Recording) -> None:
    """Record the responses on health, providers and templates."""
    _health(recording)
    _providers_and_templates(recording)


def _health(recording: Recording) -> None:
    caller = recording.over(World())
    caller.get("health", "/health")
    caller.get("health of a caller with a function key in the address", "/health?code=key&clientId=default")
    caller.send("health by HEAD", "HEAD", "/health")
    without_templates = World()
    without_templates.catalog.entries.clear()
    recording.over(without_templates).get("health without any template", "/health")
    broken = recording.over(World(), SLIPWAY_JOBS_DIR="", SLIPWAY_PUBLIC_URL="no-address")
    broken.get("health with wrong settings", "/health")
    broken.get("providers with wrong settings", "/providers")


def _providers_and_templates(recording: Recording) -> None:
    caller = recording.over(with_clouds())
    caller.get("providers", "/providers")
    caller.get("providers with a query that they do not take", "/providers?cloud=aws")
    caller.get("templates", "/templates")
    caller.get("template", "/templates/terraform-local/greeting")
    caller.get("template with many kinds of parameters", "/templates/terraform-aws/storage-bucket")
    caller.get("template that deploys to Azure", "/templates/terraform-azure/vault")
    caller.get("template with a wrong name", "/templates/terraform-local/greting")
    caller.get("template with a wrong provider type", "/templates/terraform-mars/greeting")
    generate = {"password": {"length": 20, "classes": ["lower", "digits"]}}
    world = a_world(protected=True, approval=Approval.PLAN, generate=generate)
    recording.over(world).get("template for users' requests", "/templates/terraform-local/greeting")
    change_template(world, digest="f" * 64)
    changed = recording.over(world)
    changed.post("deploy of a template whose files have changed", "/deploy", _DRIFTED)


_DRIFTED = {
    "template_name": "greeting",
    "provider_type": "terraform-local",
    "parameters": {"bucket_name": "reports"},
}
