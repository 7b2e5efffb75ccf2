from __future__ import annotations

import json
from typing import Any

import pytest

from runner.engines.terraform.apply_record import UnknownChanges, objects_in
from runner.engines.terraform.json_stream import JsonStream

NOTHING_UNKNOWN = UnknownChanges((), may_hide_objects=False)
REFUSED = "creating: https response error StatusCode: 403, api error AccessDenied: no"
NO_ANSWER = "Plugin did not respond"


class Apply:
    """The events of one apply; a resource is named by its module, name and index key."""

    def __init__(self) -> None:
        self.stream = JsonStream(lambda _: None)

    def event(
        self, kind: str, name: str, action: str = "create", *, key: object = None, module: str = ""
    ) -> None:
        index = "" if key is None else f"[{json.dumps(key)}]"
        resource = {
            "addr": f"{module}{'.' if module else ''}t.{name}{index}",
            "module": module,
            "resource_type": "t",
            "resource_name": name,
            "resource_key": key,
        }
        member = "change" if kind == "planned_change" else "hook"
        self.line(type=kind, **{member: {"resource": resource, "action": action}})

    def error(self, address: str | None, summary: str, severity: str = "error") -> None:
        self.line(
            type="diagnostic", diagnostic={"severity": severity, "summary": summary, "address": address}
        )

    def line(self, **event: Any) -> None:
        self.stream.line(json.dumps(event))

    def unknown(self, *instances: dict[str, Any], module: str | None = None) -> UnknownChanges:
        """What is unknown where the state has these instances of `t.a`."""
        resource = {"mode": "managed", "type": "t", "name": "a", "instances": list(instances)}
        state = {"resources": [{**resource, "module": module} if module else resource] if instances else []}
        return self.stream.record.unknown_changes(objects_in(state))


@pytest.fixture
def apply() -> Apply:
    return Apply()


def hidden(*addresses: str) -> UnknownChanges:
    return UnknownChanges(addresses, may_hide_objects=True)


def test_a_create_that_was_refused_has_made_nothing(apply: Apply) -> None:
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")
    apply.error("t.a", REFUSED)

    assert apply.unknown() == NOTHING_UNKNOWN


@pytest.mark.parametrize("errors", [[], [NO_ANSWER], [REFUSED, NO_ANSWER]], ids=["none", "one", "also"])
def test_a_create_that_errored_without_an_answer_is_unknown(apply: Apply, errors: list[str]) -> None:
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")
    for error in errors:
        apply.error("t.a", error)

    assert apply.unknown() == hidden("t.a")


@pytest.mark.parametrize("address", [None, "t.b"])
def test_an_error_that_names_another_resource_or_none_is_no_answer(apply: Apply, address: str | None) -> None:
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")
    apply.error(address, REFUSED)

    assert apply.unknown() == hidden("t.a")


def test_a_warning_is_no_answer(apply: Apply) -> None:
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")
    apply.error("t.a", REFUSED, severity="warning")

    assert apply.unknown() == hidden("t.a")


def test_a_create_that_began_and_was_never_said_to_have_ended_is_unknown(apply: Apply) -> None:
    apply.event("apply_start", "a")
    apply.error("t.a", REFUSED)

    assert apply.unknown() == hidden("t.a")


def test_a_create_that_errored_and_is_in_the_state_is_known(apply: Apply) -> None:
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")

    assert apply.unknown({"status": "tainted"}) == NOTHING_UNKNOWN


def test_a_create_that_is_complete_and_not_in_the_state_is_unknown(apply: Apply) -> None:
    apply.event("apply_start", "a")
    apply.event("apply_complete", "a")

    assert apply.unknown() == hidden("t.a")
    assert apply.unknown({}) == NOTHING_UNKNOWN


def test_without_a_state_what_is_complete_is_known_and_the_rest_is_not(apply: Apply) -> None:
    for name in ("a", "b"):
        apply.event("apply_start", name)
    apply.event("apply_complete", "a")

    assert apply.stream.record.unknown_changes(None) == hidden("t.b")


def test_the_object_that_a_replacement_failed_to_follow_does_not_stand_for_it(apply: Apply) -> None:
    apply.event("planned_change", "a", "replace")
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")
    apply.error("t.a", NO_ANSWER)

    # created before destroyed: Terraform puts the old object back in its place
    assert apply.unknown({}) == hidden("t.a")


def test_a_replacement_that_is_in_the_state_once_the_old_object_was_deleted_is_known(apply: Apply) -> None:
    apply.event("planned_change", "a", "replace")
    apply.event("apply_start", "a", "delete")
    apply.event("apply_complete", "a", "delete")
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")
    apply.error("t.a", NO_ANSWER)

    assert apply.unknown({"status": "tainted"}) == NOTHING_UNKNOWN
    assert apply.unknown() == hidden("t.a")


def test_an_object_that_is_only_there_to_be_deleted_does_not_stand_for_a_new_one(apply: Apply) -> None:
    apply.event("apply_start", "a")
    apply.event("apply_errored", "a")

    assert apply.unknown({"deposed": "0a1b2c3d"}) == hidden("t.a")


@pytest.mark.parametrize("action", ["update", "delete"])
def test_a_change_of_what_is_there_is_named_and_hides_nothing(apply: Apply, action: str) -> None:
    apply.event("apply_start", "a", action)
    apply.event("apply_errored", "a", action)
    apply.error("t.a", NO_ANSWER)

    assert apply.unknown({}) == UnknownChanges(("t.a",), may_hide_objects=False)


@pytest.mark.parametrize("key", [0, "one", 'a "quoted" ünicode ${x}'])
def test_an_instance_is_found_in_the_state_by_its_module_and_key(apply: Apply, key: object) -> None:
    apply.event("apply_start", "a", key=key, module='module.m["x"]')
    apply.event("apply_errored", "a", key=key, module='module.m["x"]')

    assert apply.unknown({"index_key": key}, module='module.m["x"]') == NOTHING_UNKNOWN
    assert apply.unknown({"index_key": key}).may_hide_objects
    assert apply.unknown({}, module='module.m["x"]').may_hide_objects
