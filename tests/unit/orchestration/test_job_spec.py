"""What a job is told is complete: the runner reads no table."""

from __future__ import annotations

from functions.domain.jobs.job_contract import JobSpec
from functions.domain.jobs.terraform_settings import TerraformSettings
from functions.domain.jobs.terraform_state import Backend
from functions.services.orchestration.job_spec import job_spec
from tests.world import World


def spec_of_new_deployment() -> JobSpec:
    world = World(lock_wait_seconds=7)
    scope = {"subscription_id": "11111111-2222-3333-4444-555555555555", "resource_group": "rg-x"}
    return job_spec(world.ctx, world.deploy(**scope).deployment)


def test_terraforms_settings_stand_in_one_member_and_where_the_version_before_looks() -> None:
    spec = spec_of_new_deployment()

    assert spec.engine == "terraform"
    assert spec.engine_settings["workspace"] == spec.workspace == "slipway"
    assert TerraformSettings.of(spec) == TerraformSettings(Backend("local", {}), "slipway", 7)
    assert (spec.backend, spec.lock_wait_seconds) == (Backend("local", {}), 7)


def test_an_engine_learns_where_it_deploys_to() -> None:
    spec = spec_of_new_deployment()

    assert (spec.subscription_id, spec.resource_group) == ("11111111-2222-3333-4444-555555555555", "rg-x")
