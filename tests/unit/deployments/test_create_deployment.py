"""What POST /deploy writes down, refuses and repeats."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.errors import OutcomeUnknown, RequestRefused, StorageUnavailable
from functions.domain.status import DeploymentStatus
from functions.services.maintenance.reconcile import reconcile
from tests.world import World


def test_an_accepted_deployment_is_written_down_listed_as_active_and_rung_for() -> None:
    world = World()

    accepted = world.deploy(parameters={"name": "Zoë"})

    stored = world.deployment(accepted.deployment.deployment_id)
    assert stored.parameters == {"name": "Zoë"}
    assert stored.status is DeploymentStatus.PENDING
    due = world.index.active(due_before=world.time + timedelta(minutes=1))
    assert [entry.deployment_id for entry in due] == [stored.deployment_id]
    assert [wake_up.deployment_id for wake_up in world.wake_ups.sent] == [stored.deployment_id]


def test_a_queue_that_is_down_does_not_refuse_the_request() -> None:
    world = World()
    world.wake_ups.down = True

    accepted = world.deploy()

    assert world.deployment(accepted.deployment.deployment_id).status is DeploymentStatus.PENDING


def test_the_templates_files_are_stored_once() -> None:
    world = World()
    world.deploy()
    writes = world.artifacts.creates

    world.deploy()

    assert world.artifacts.creates == writes


def test_the_same_key_and_body_give_the_same_deployment() -> None:
    world = World()
    first = world.deploy(key="k1", parameters={"name": "a"})

    second = world.deploy(key="k1", parameters={"name": "a"})

    assert second.replayed
    assert second.deployment.deployment_id == first.deployment.deployment_id
    assert len(world.index.active(due_before=world.time + timedelta(minutes=1))) == 1


def test_the_same_key_with_another_body_is_refused() -> None:
    world = World()
    world.deploy(key="k1", parameters={"name": "a"})

    with pytest.raises(RequestRefused) as refused:
        world.deploy(key="k1", parameters={"name": "b"})

    assert refused.value.code == "idempotency_key_reused"


def test_another_keys_id_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    meeting = lambda _fingerprint, counter: f"deploy-{counter:012x}"  # noqa: E731  # two keys that meet on one id
    monkeypatch.setattr("functions.services.deployments.create_deployment.derived_deployment_id", meeting)
    first = world.deploy(key="k1")

    second = world.deploy(key="k2")

    assert not second.replayed
    assert second.deployment.deployment_id != first.deployment.deployment_id
    assert world.deploy(key="k2").deployment.deployment_id == second.deployment.deployment_id


def test_a_repeat_gets_its_first_answer_even_where_the_template_is_gone() -> None:
    world = World()
    first = world.deploy(key="k1")
    world.catalog.entries.clear()

    second = world.deploy(key="k1")

    assert second.replayed
    assert second.deployment.deployment_id == first.deployment.deployment_id


def test_the_key_itself_is_stored_nowhere() -> None:
    world = World()
    accepted = world.deploy(key="very-secret-key")

    assert "very-secret-key" not in repr(world.deployment(accepted.deployment.deployment_id))


def test_storage_that_is_down_before_the_batch_leaves_nothing_half_made() -> None:
    world = World()
    world.store.refuse_creates = True

    with pytest.raises(StorageUnavailable):
        world.deploy()

    assert world.wake_ups.sent == []


def test_an_outcome_nobody_knows_names_the_deployment_and_says_what_to_do() -> None:
    world = World()
    world.store.fail_creates_with = OutcomeUnknown("writing the batch")

    with pytest.raises(RequestRefused) as refused:
        world.deploy(key="k1")

    assert refused.value.code == "outcome_unknown"
    assert refused.value.extensions["deployment_id"] in refused.value.detail
    assert "same Idempotency-Key" in refused.value.detail


def test_an_unknown_template_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RequestRefused, match="did you mean 'greeting'") as refused:
        World().deploy(template_name="greetin")

    assert refused.value.code == "unknown_template"


def test_a_provider_that_is_not_switched_on_is_refused_with_what_is_missing() -> None:
    with pytest.raises(RequestRefused, match="SLIPWAY_PROVIDERS") as refused:
        World().deploy(provider_type="terraform-aws", template_name="storage-bucket")

    assert refused.value.code == "provider_unavailable"


def test_a_provider_nobody_knows_is_a_wrong_field() -> None:
    with pytest.raises(RequestRefused) as refused:
        World().deploy(provider_type="terraform-mars")

    assert refused.value.code == "invalid_request"
    assert refused.value.errors[0].pointer == "/provider_type"


def test_a_template_with_a_secret_is_refused_where_no_key_would_seal_it() -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")
    world.ctx = replace(world.ctx, box=None)

    with pytest.raises(RequestRefused) as refused:
        world.deploy()

    assert refused.value.code == "secrets_unsupported"
    assert "SLIPWAY_KEY_FILE" in refused.value.detail


def test_a_sensitive_parameter_is_sealed_and_only_named() -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")

    deployment = world.deploy(parameters={"name": "hunter2hunter2"}).deployment

    blob = deployment.secrets["name"]
    sealed = world.artifacts.read(blob)
    assert sealed is not None
    assert deployment.parameters == {}
    assert b"hunter2" not in sealed.data
    assert json.loads(world.box.open(sealed.data, name=blob)) == {"name": "hunter2hunter2"}


def test_every_wrong_parameter_is_named_at_once() -> None:
    with pytest.raises(RequestRefused) as refused:
        World().deploy(parameters={"name": 3, "nmae": "x"})

    assert refused.value.code == "invalid_parameters"
    assert {problem.pointer for problem in refused.value.errors} == {"/parameters/name", "/parameters/nmae"}


def test_what_was_sealed_for_a_request_that_never_came_to_be_goes_with_its_entry() -> None:
    world = World()
    world.catalog.make_sensitive("greeting", "name")
    world.store.fail_creates_with = StorageUnavailable("storage is away")
    with pytest.raises(StorageUnavailable):
        world.deploy(parameters={"name": "hidden"})
    sealed = world.artifacts.names("operations/")
    world.pass_time(601)

    reconcile(world.ctx)

    assert len(sealed) == 1
    assert world.artifacts.names("operations/") == []
    assert world.index.active(due_before=world.time) == []
