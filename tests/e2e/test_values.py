"""Values come out as they went in, whatever they hold and however large they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.http_client import call
from tests.e2e.slipway import Slipway

TEXTS = {
    "interpolation": "${var.text} $${x} ${ unbalanced",
    "directive": "%{ if true }yes%{ endif } %%{x} 100%",
    "quotes": '"double" \'single\' `back` "',
    "newlines": "first\nsecond\r\nthird\n\n",
    "backslashes": r"C:\temp\new \\server \u00e9 \n \" \$ \\",
    "shell": "$(touch pwned) `id` ; rm -rf . && $HOME | > < * ? ~ !",
    "markup": "<script>&amp;</script> {{ x }} <<EOT\nEOT\n",
    "unicode": "Größe, ñandú, Ελλάδα, русский, עברית, العربية, 東京, 한국어, ไทย, 👩‍👩‍👧 🚀 \U0001f600",
    "edges": " leading and trailing \t",
    "controls": "\x01\x1b[31mred\x1b[0m\x7f\u0085\u2028\u2029\ufeff",
    "empty": "",
    "looks like a number": "007",
    "looks like null": "null",
    "{weird} \"key\" ${x} 'ü' / \\ # ?": "weird key",
}

NESTED: dict[str, Any] = {
    "name": "Ünïcode ${x}",
    "count": 3,
    "ratio": 0.1,
    "enabled": True,
    "zones": ["b", "a", "b"],
    "limits": {"größe": 1.5, "${x}": -7, "": 0},
    "rules": [{"port": 443, "peers": ["10.0.0.0/8", "::1"]}, {"port": 22, "peers": []}],
}


def test_text_of_any_kind_comes_back_exactly(slipway: Slipway) -> None:
    deployment = slipway.deploy("echo", parameters={"texts": TEXTS}, tags={'"quoted" ${x}': "%{y}\\"})

    outputs = slipway.completed(deployment)["outputs"]

    assert outputs["texts"] == TEXTS
    assert outputs["written_in_the_template"] == "Grüße aus Köln, 東京 und 🚀"
    record = slipway.get(f"/deployments/{deployment}")
    assert record["parameters"] == {"texts": TEXTS}
    assert record["tags"] == {'"quoted" ${x}': "%{y}\\"}
    assert record["outputs"] == outputs


def test_numbers_lists_objects_and_nulls_come_back_exactly(slipway: Slipway) -> None:
    numbers = [0, -1, 2**53, 2**53 + 1, 12345678901234567890, 1e21, 0.1, 1e-7, -273.15]
    anything = {"deep": [{"a": None}, {"b": [True, False, 1.25, "x"]}], "none": None}

    deployment = slipway.deploy(
        "echo", parameters={"numbers": numbers, "nested": NESTED, "anything": anything}
    )

    outputs = slipway.completed(deployment)["outputs"]
    assert outputs["numbers"] == numbers
    assert outputs["nested"] == NESTED
    assert outputs["anything"] == anything
    record = slipway.get(f"/deployments/{deployment}")
    assert record["parameters"] == {"numbers": numbers, "nested": NESTED, "anything": anything}


def test_what_is_left_out_or_null_gets_the_templates_default(slipway: Slipway) -> None:
    given = {name: value for name, value in NESTED.items() if name not in ("ratio", "enabled")}

    outputs = slipway.completed(slipway.deploy("echo", parameters={"nested": {**given, "ratio": None}}))[
        "outputs"
    ]

    assert outputs["nested"] == {**given, "ratio": 0.5, "enabled": None}
    assert (outputs["text"], outputs["texts"]) == ("", {})


def test_a_parameter_too_long_for_a_table_comes_back_exactly(slipway: Slipway) -> None:
    text = "".join(f"{number:06d} é 🚀 ${{x}}\n" for number in range(15_000))
    assert len(text.encode()) > 256 * 1024

    deployment = slipway.deploy("echo", parameters={"text": text})

    assert slipway.completed(deployment)["outputs"]["text"] == text
    assert slipway.get(f"/deployments/{deployment}")["parameters"] == {"text": text}


def test_outputs_of_1_mb_come_back_exactly(slipway: Slipway) -> None:
    lines = [f"{number:06d} " + "é" * 508 for number in range(600)]

    deployment = slipway.deploy("large-outputs", parameters={"lines": 600})

    outputs = slipway.completed(deployment)["outputs"]
    assert outputs == {"text": "\n".join(lines), "list": lines}
    assert len(json.dumps(outputs, ensure_ascii=False).encode()) > 1_000_000
    assert slipway.get(f"/deployments/{deployment}")["outputs"] == outputs


def test_a_log_of_5_mb_comes_back_exactly(slipway: Slipway) -> None:
    deployment = slipway.deploy("long-log", parameters={"lines": 5000})
    slipway.completed(deployment)

    parts = list(slipway.log_parts(deployment))

    log = b"".join(parts).decode()
    mark = "terraform_data.talker: (local-exec): "
    lines = [line.partition(mark)[2] for line in log.splitlines() if mark in line]
    assert [line for line in lines if "xx." in line] == [f"{n:06d}:" + "xx." * 331 for n in range(5000)]
    assert "Größe: 5 €, 東京 🚀" in lines
    assert len(log) > 5_000_000
    assert len(parts) > 4
    assert max(map(len, parts)) <= 1024 * 1024


def test_a_plan_of_1_mb_is_applied_as_it_is(slipway: Slipway) -> None:
    deployment = slipway.deploy("large-plan", parameters={"resources": 16})

    status = slipway.completed(deployment)

    (size,) = slipway.plan_sizes(deployment)
    assert size > 1_000_000
    assert status["outputs"] == {"characters": 16 * 1000 * 88}
    operation = slipway.get(f"/operations/{status['task_id']}")
    assert operation["changes"]["add"] == 16


@pytest.mark.parametrize("template", ["echo", "failing", "own-provider"])
def test_a_lone_file_of_the_users_own_is_listed_with_its_schema(slipway: Slipway, template: str) -> None:
    listed = {entry["name"]: entry for entry in slipway.get("/templates")["templates"]}

    details = call("GET", listed[template]["url"]).json()

    assert details["parameters"]["type"] == "object"
    assert details["parameters"]["properties"]
    assert details["example"]["template_name"] == template
