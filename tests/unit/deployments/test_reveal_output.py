"""Who sees a sensitive output, and what is left of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import RequestRefused
from functions.services.deployments.reveal_output import reveal_output
from tests.world import World


def with_secret(world: World, **request: Any) -> Deployment:
    blob = "operations/op/1/outputs"
    world.artifacts.create(blob, world.box.seal(json.dumps({"password": "hunter2"}).encode(), name=blob))
    result = world.success(sensitive_outputs=("password",), sealed_outputs=blob)
    return world.run(world.deploy(**request).deployment, result)


def test_who_made_the_deployment_sees_it_and_an_event_says_so() -> None:
    world = World()
    deployment = with_secret(world)

    assert reveal_output(world.ctx, deployment.deployment_id, "password", caller="ada") == "hunter2"

    (event,) = world.store.events(deployment.deployment_id, after=3, limit=9)
    assert (event.name, event.actor, event.detail) == ("output_revealed", "ada", {"output": "password"})


def test_anybody_else_does_not() -> None:
    world = World()
    deployment = with_secret(world)

    with pytest.raises(RequestRefused) as refused:
        reveal_output(world.ctx, deployment.deployment_id, "password", caller="eve")

    assert refused.value.code == "reveal_forbidden"
    assert "ask a caller whom 'reveal' of environment 'dev' lists" in refused.value.detail
    assert "output_revealed" not in world.event_names(deployment)


def test_who_is_called_a_star_is_not_everybody() -> None:
    world = World()
    deployment = with_secret(world, caller="*")

    with pytest.raises(RequestRefused) as refused:
        reveal_output(world.ctx, deployment.deployment_id, "password", caller="eve")

    assert refused.value.code == "reveal_forbidden"


def test_an_output_that_is_none_is_named_with_those_that_are() -> None:
    world = World()
    deployment = with_secret(world)

    with pytest.raises(RequestRefused) as refused:
        reveal_output(world.ctx, deployment.deployment_id, "greeting", caller="ada")

    assert refused.value.code == "output_not_found"
    assert "it has 'password'" in refused.value.detail
