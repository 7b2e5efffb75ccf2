"""When a state that could not be written may take the place of the one that is there. The states are those of
a real Terraform 1.11 whose backend went away after it had saved once in the middle of an apply.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from runner.engines.terraform.state.errored_state_file import ErroredState, changed_by_others
from tests.runner.job_in_process import TESTDATA

State = dict[str, Any]


def state(name: str) -> State:
    state: State = json.loads((TESTDATA / "states" / f"{name}.json").read_text())
    return state


BASE, SAVED, ERRORED = state("began_from"), state("saved_on_the_way"), state("kept")


def changed(current: State) -> list[str]:
    return changed_by_others(current, errored=ERRORED, base=BASE)


def instances(current: State, name: str) -> list[State]:
    (match,) = [resource for resource in current["resources"] if resource["name"] == name]
    instances: list[State] = match["instances"]
    return instances


def test_the_state_that_the_apply_began_from_may_be_replaced() -> None:
    assert changed(BASE) == []


def test_what_the_apply_saved_on_its_way_may_be_replaced_with_all_that_was_being_replaced_then() -> None:
    assert BASE["serial"] < SAVED["serial"] < ERRORED["serial"]
    assert [instance["deposed"] for instance in instances(SAVED, "cbd") if "deposed" in instance] != []
    assert changed(SAVED) == []


def test_what_a_provisioner_tainted_after_it_was_saved_is_no_change_of_others() -> None:
    errored = copy.deepcopy(ERRORED)
    instances(errored, "slow")[0]["status"] = "tainted"

    assert changed_by_others(SAVED, errored=errored, base=BASE) == []


def create(current: State) -> None:
    current["resources"].append({**current["resources"][0], "name": "extra", "module": "module.theirs"})


def add_instance(current: State) -> None:
    current["resources"][0]["instances"].append({"index_key": "b", "attributes": {"id": "theirs"}})


def remove(current: State) -> None:
    current["resources"] = [resource for resource in current["resources"] if resource["name"] != "same"]


def change(current: State) -> None:
    instances(current, "word")[0]["attributes"]["input"] = "theirs"


def taint(current: State) -> None:
    instances(current, "same")[0]["status"] = "tainted"


def set_output(current: State) -> None:
    current["outputs"]["same"]["value"] = "theirs"


@pytest.mark.parametrize(
    ("act", "address"),
    [
        (create, "module.theirs.terraform_data.extra"),
        (add_instance, 'terraform_data.cbd["b"]'),
        (remove, "terraform_data.same"),
        (change, "terraform_data.word"),
        (taint, "terraform_data.same"),
        (set_output, "output.same"),
    ],
)
def test_whatever_somebody_else_has_done_since_is_named(act: Any, address: str) -> None:
    current = copy.deepcopy(SAVED)
    act(current)

    assert address in changed(current)


def test_where_it_is_unknown_what_the_apply_began_from_all_must_be_as_it_was_left() -> None:
    current = {**ERRORED, "serial": 2}
    assert changed_by_others(current, errored=ERRORED, base={}) == []

    assert "terraform_data.held" in changed_by_others(BASE, errored=ERRORED, base={})


@pytest.mark.parametrize("base_state", [b'{"serial": 1.00000000000000000001}', None])
def test_a_kept_state_comes_back_byte_for_byte(base_state: bytes | None) -> None:
    kept = ErroredState(b'{"pi": 3.14159265358979323846264, "word": "w\xc3\xb6rd \xff"}\n', base_state)

    assert ErroredState.from_json(kept.to_json()) == kept
