"""The summary of a plan, from what `show -json` says about one."""

from __future__ import annotations

from typing import Any

from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.plan_summary import marked_texts, summary_of_plan, summary_of_stream
from runner.masking.secret_masker import SecretMasker


def stream() -> JsonStream:
    return JsonStream(lambda _: None)


def summary(*changes: dict[str, Any], redact: SecretMasker | None = None, **plan: Any) -> dict[str, Any]:
    return summary_of_plan({"resource_changes": changes, **plan}, stream(), redact or SecretMasker([]))


def change(action: str = "update", address: str = "a.b", **body: Any) -> dict[str, Any]:
    return {"address": address, "change": {"actions": action.split("+"), **body}}


def attributes(**body: Any) -> list[dict[str, Any]]:
    (resource,) = summary(change(**body))["resources"]
    listed: list[dict[str, Any]] = resource["attributes"]
    return listed


def test_only_what_changes_is_shown() -> None:
    plan = summary(
        change("no-op", before={"x": 1}, after={"x": 1}),
        change("update", "a.c", before={"x": 1, "y": 1}, after={"x": 1, "y": 2}),
    )

    assert plan["detail"] == "attributes"
    assert plan["resources"] == [
        {"address": "a.c", "action": "update", "attributes": [{"name": "y", "before": 1, "after": 2}]}
    ]


def test_what_is_not_known_yet_is_null_and_says_so() -> None:
    changed = attributes(before={"id": "1"}, after={}, after_unknown={"id": True, "tags": {}})

    assert changed == [{"name": "id", "before": "1", "after": None, "known": False}]


def test_sensitive_values_are_hidden_where_the_masks_say_so_however_deep() -> None:
    changed = attributes(
        before={"p": "old", "map": {"a": "x", "b": ["y", "z"]}},
        after={"p": "new", "map": {"a": "x", "b": ["y", "w"]}},
        before_sensitive={"p": True, "map": {"b": [False, True]}},
        after_sensitive={"p": True, "map": {"b": [False, True]}},
    )

    assert changed == [
        {"name": "map", "before": {"a": "x", "b": ["y", "***"]}, "after": {"a": "x", "b": ["y", "***"]}},
        {"name": "p", "before": "***", "after": "***"},
    ]


def test_a_whole_resource_may_be_sensitive() -> None:
    assert attributes(before={"x": "a"}, after={"x": "b"}, before_sensitive=True, after_sensitive=True) == [
        {"name": "x", "before": "***", "after": "***"}
    ]


def test_a_sensitive_value_is_hidden_also_where_a_provider_copied_it_unmarked() -> None:
    changed = attributes(
        before={"input": {"p": "an-older-password"}, "output": {"p": "an-older-password"}},
        after={"input": {"p": "a-new-password"}},
        after_unknown={"output": True},
        before_sensitive={"input": {"p": True}},
        after_sensitive={"input": {"p": True}},
    )

    assert "password" not in str(changed)
    assert changed[1] == {"name": "output", "before": {"p": "***"}, "after": None, "known": False}


def test_everything_that_a_plan_marks_is_known_where_the_plan_is_applied() -> None:
    read = {"values": {"word": "read-word"}, "sensitive_values": {"word": True}}
    plan = {
        "resource_changes": [change(after={"a": ["changed-word"]}, after_sensitive={"a": [True]})],
        "resource_drift": [change(before={"a": "drifted-word"}, before_sensitive={"a": True})],
        "output_changes": {"x": {"actions": ["create"], "after": "put-out", "after_sensitive": True}},
        "prior_state": {
            "values": {"root_module": {"resources": [read], "child_modules": [{"resources": [read]}]}}
        },
        "variables": {"given": {"value": "given-word"}, "plain": {"value": "plain-word"}},
        "configuration": {"root_module": {"variables": {"given": {"sensitive": True}, "plain": {}}}},
    }

    assert marked_texts(plan) == ["changed-word", "drifted-word", "given-word", "put-out", "read-word"]


def test_a_number_that_is_sensitive_elsewhere_is_hidden_too() -> None:
    redact = SecretMasker([])
    redact.add([12345678])

    (resource,) = summary(change(before={"x": 1}, after={"x": 12345678}), redact=redact)["resources"]

    assert resource["attributes"] == [{"name": "x", "before": 1, "after": "***"}]


def test_secrets_are_hidden_before_a_long_value_is_cut() -> None:
    redact = SecretMasker(["a-secret-of-some-length"])
    long = "x" * 990 + "a-secret-of-some-length"

    (resource,) = summary(change(after={"x": long}), redact=redact)["resources"]

    assert "a-sec" not in resource["attributes"][0]["after"]


def test_a_long_value_is_cut() -> None:
    (attribute,) = attributes(before={"x": ["y"] * 1000}, after={"x": "z" * 1001})

    assert len(attribute["before"]) == 1001
    assert attribute["after"] == "z" * 1000 + "…"


def test_a_replacement_says_which_attributes_force_it() -> None:
    body = change(
        "delete+create", before={"x": 1}, after={"x": 2}, replace_paths=[["x"], ["disks", 0, "size"]]
    )

    (resource,) = summary({**body, "action_reason": "replace_because_cannot_update"})["resources"]

    assert resource["action"] == "replace"
    assert resource["replace_because"] == ["x", "disks.0.size"]
    assert resource["reason"] == "replace_because_cannot_update"


def test_what_is_imported_or_moved_is_shown_though_nothing_else_changes() -> None:
    imported = change("no-op", "a.imported", importing={"id": "i-1"})
    moved = {**change("no-op", "a.new"), "previous_address": "a.old"}

    resources = summary(imported, moved)["resources"]

    assert [(resource["address"], resource["action"]) for resource in resources] == [
        ("a.imported", "import"),
        ("a.new", "move"),
    ]
    assert resources[1]["previous_address"] == "a.old"


def test_outputs_are_named_without_their_values() -> None:
    outputs = {
        "same": {"actions": ["no-op"], "before": 1, "after": 1},
        "new": {"actions": ["create"], "after": "value"},
    }

    assert summary(output_changes=outputs)["outputs"] == [{"name": "new", "action": "create"}]


def test_without_a_further_command_a_plan_tells_addresses_and_actions() -> None:
    told = stream()
    told.planned += [("a.b", "create"), ("a.c", "remove")]
    told.planned_outputs += [("x", "update")]

    assert summary_of_stream(told) == {
        "changes": None,
        "detail": "addresses",
        "resources": [{"address": "a.b", "action": "create"}, {"address": "a.c", "action": "forget"}],
        "outputs": [{"name": "x", "action": "update"}],
    }
