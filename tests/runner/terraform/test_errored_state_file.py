"""When a state that could not be written may take the place of the one that is there. The states are those of
a real Terraform 1.11 whose back end went away after it had saved once in the middle of an apply.
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
    found: State = json.loads((TESTDATA / "states" / f"{name}.json").read_text())
    return found


BEGAN_FROM, SAVED, KEPT = state("began_from"), state("saved_on_the_way"), state("kept")


def changed(there: State) -> list[str]:
    return changed_by_others(there, kept=KEPT, base_state=BEGAN_FROM)


def instances(there: State, name: str) -> list[State]:
    (resource,) = [each for each in there["resources"] if each["name"] == name]
    found: list[State] = resource["instances"]
    return found


def test_the_state_that_the_apply_began_from_may_be_replaced() -> None:
    assert changed(BEGAN_FROM) == []


def test_what_the_apply_saved_on_its_way_may_be_replaced_with_all_that_was_being_replaced_then() -> None:
    assert BEGAN_FROM["serial"] < SAVED["serial"] < KEPT["serial"]
    assert [each["deposed"] for each in instances(SAVED, "cbd") if "deposed" in each] != []
    assert changed(SAVED) == []


def test_what_a_provisioner_tainted_after_it_was_saved_is_no_change_of_others() -> None:
    kept = copy.deepcopy(KEPT)
    instances(kept, "slow")[0]["status"] = "tainted"

    assert changed_by_others(SAVED, kept=kept, base_state=BEGAN_FROM) == []


def create(there: State) -> None:
    there["resources"].append({**there["resources"][0], "name": "extra", "module": "module.theirs"})


def add_instance(there: State) -> None:
    there["resources"][0]["instances"].append({"index_key": "b", "attributes": {"id": "theirs"}})


def remove(there: State) -> None:
    there["resources"] = [each for each in there["resources"] if each["name"] != "same"]


def change(there: State) -> None:
    instances(there, "word")[0]["attributes"]["input"] = "theirs"


def taint(there: State) -> None:
    instances(there, "same")[0]["status"] = "tainted"


def set_output(there: State) -> None:
    there["outputs"]["same"]["value"] = "theirs"


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
    there = copy.deepcopy(SAVED)
    act(there)

    assert address in changed(there)


def test_where_it_is_unknown_what_the_apply_began_from_all_must_be_as_it_was_left() -> None:
    there = {**KEPT, "serial": 2}
    assert changed_by_others(there, kept=KEPT, base_state={}) == []

    assert "terraform_data.held" in changed_by_others(BEGAN_FROM, kept=KEPT, base_state={})


@pytest.mark.parametrize("base_state", [b'{"serial": 1.00000000000000000001}', None])
def test_a_kept_state_comes_back_byte_for_byte(base_state: bytes | None) -> None:
    kept = ErroredState(b'{"pi": 3.14159265358979323846264, "word": "w\xc3\xb6rd \xff"}\n', base_state)

    assert ErroredState.from_json(kept.to_json()) == kept
