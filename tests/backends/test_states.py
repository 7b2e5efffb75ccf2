"""Where a state lies, on each backend: found by others, apart from every other one, and gone in the end."""

from __future__ import annotations

import json

import pytest

from functions.domain.jobs.job_contract import Outcome
from functions.domain.status import OperationKind, Resources
from tests.azurite import Azurite
from tests.backends.deployed import Deployed
from tests.runner.conftest import make_runner
from tests.state_servers.http_server import HttpStates

everywhere = pytest.mark.parametrize("deployed", ["azurerm", "s3", "http", "local"], indirect=True)
on_http = pytest.mark.parametrize("deployed", ["http"], indirect=True)
in_a_cloud = pytest.mark.parametrize("deployed", ["azurerm", "s3"], indirect=True)


@everywhere
def test_the_block_that_slipway_records_leads_others_to_the_state(deployed: Deployed) -> None:
    result = deployed.run(1)

    assert result.outcome is Outcome.SUCCEEDED, deployed.log(1)
    pulled = json.loads(deployed.outside(result).run("state", "pull").stdout)
    assert result.state is not None
    assert (result.state.serial, result.state.lineage) == (pulled["serial"], pulled["lineage"])
    assert [resource["name"] for resource in pulled["resources"]] == ["word"]


@in_a_cloud
def test_the_next_job_finds_what_the_one_before_has_made(deployed: Deployed) -> None:
    first = deployed.run(1)

    second = deployed.run(2, parameters={"word": "two"})

    assert second.outputs == {"word": "two"}
    assert second.changes is not None
    assert (second.changes["add"], second.changes["change"]) == (0, 1)
    assert first.state is not None
    assert second.state is not None
    assert second.state.lineage == first.state.lineage
    assert (second.state.serial or 0) > (first.state.serial or 0)


@everywhere
def test_approved_plans_make_and_destroy_without_a_second_init(deployed: Deployed) -> None:
    made = deployed.approve(1)

    assert (made.outcome, made.outputs) == (Outcome.SUCCEEDED, {"word": "one"}), deployed.log(1, 2)
    assert deployed.stand.traces(deployed.runner.deployment_id)

    destroyed = deployed.approve(2, kind=OperationKind.DESTROY)

    assert (destroyed.outcome, destroyed.resources) == (Outcome.SUCCEEDED, Resources.NONE), deployed.log(2, 2)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []
    assert "Initializing" not in deployed.log(1, 2) + deployed.log(2, 2)


@everywhere
def test_a_destroy_leaves_nothing_in_the_back_end_and_a_sealed_copy_with_slipway(deployed: Deployed) -> None:
    deployed.run(1)
    assert deployed.stand.traces(deployed.runner.deployment_id)

    result = deployed.destroy(2)

    assert (result.outcome, result.resources) == (Outcome.SUCCEEDED, Resources.NONE), deployed.log(2)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []
    assert result.state_copy is not None
    copy = deployed.runner.box.open(deployed.runner.blob(result.state_copy) or b"", name=result.state_copy)
    assert json.loads(copy)["resources"] == []


@on_http
def test_a_state_is_removed_under_its_lock(deployed: Deployed, http: HttpStates) -> None:
    deployed.run(1)

    deployed.destroy(2)

    assert http.removals[-1] == "remove the state"
    assert deployed.stand.traces(deployed.runner.deployment_id) == []


@on_http
@pytest.mark.parametrize("way", ["written", "locked", "moved"])
def test_a_state_that_somebody_else_has_taken_up_since_the_destroy_is_not_removed(
    deployed: Deployed, http: HttpStates, way: str
) -> None:
    theirs = b'{"resources": [{"mode": "managed", "instances": [{}]}]}'

    def meet(path: str, operation: str) -> None:
        if operation != "remove the state":
            return
        http.states[path] = theirs
        if way == "locked":
            http.locks[path] = {"ID": "theirs"}
        if way == "moved":
            http.read_status = 307

    http.on_lock = meet

    result = deployed.destroy(1)

    assert (result.outcome, result.resources) == (Outcome.SUCCEEDED, Resources.NONE), deployed.log(1)
    assert result.state is not None
    messages = {
        "written": "somebody has written another state there since",
        "locked": "the state is locked by somebody else: id 'theirs'",
        "moved": "answered 307 to GET, a redirect, which is not followed",
    }
    assert messages[way] in deployed.log(1)
    path = f"/states/{deployed.runner.deployment_id}/slipway"
    assert http.states[path] == theirs
    assert (path in http.locks) == (way == "locked")


@in_a_cloud
def test_a_destroy_of_what_was_never_applied_leaves_nothing_either(deployed: Deployed) -> None:
    result = deployed.destroy(1)

    assert (result.outcome, result.resources) == (Outcome.SUCCEEDED, Resources.NONE), deployed.log(1)
    assert deployed.stand.traces(deployed.runner.deployment_id) == []


@in_a_cloud
def test_destroying_one_deployment_leaves_the_others_alone(deployed: Deployed, azurite: Azurite) -> None:
    other = Deployed(
        make_runner(azurite.connection_string, deployed.runner.folder.parent / "other"), deployed.stand
    )
    other.runner.folder.parent.mkdir()
    deployed.run(1)
    kept = other.run(1)

    deployed.destroy(2)

    assert other.run(2, kind=OperationKind.APPLY).changes == {"add": 0, "change": 0, "import": 0, "remove": 0}
    assert json.loads(other.outside(kept).run("state", "pull").stdout)["resources"]


@in_a_cloud
def test_an_environments_key_prefix_is_what_the_names_of_its_states_begin_with(deployed: Deployed) -> None:
    backend = deployed.stand.backend
    backend.config["key_prefix"] = "team-a/"

    result = deployed.run(1, backend=backend)

    assert result.outcome is Outcome.SUCCEEDED, deployed.log(1)
    (name,) = deployed.stand.traces(deployed.runner.deployment_id)
    assert name.startswith(f"team-a/{deployed.runner.deployment_id}")
