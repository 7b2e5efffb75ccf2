"""Sensitive parameters of every type: the real Terraform gets exactly what was given, and no log holds it."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome
from local.catalog.terraform.hcl import read_blocks
from local.catalog.terraform.interface import read_interface
from tests.runner.runner_process import RunnerProcess

TEXTS = [
    "hunter2-abc",
    "007123",
    "1e3",
    "null",
    "true",
    "",
    "  ",
    "${kept}",
    "$${kept}",
    "$$${kept}",
    "%{ if true }",
    "%%{kept}",
    "$",
    "$${",
    "${",
    "a\\b\\\\ \\u0041 \\${x}",
    "\"q\" 'q'",
    "\b\f\n\r\t\v\x01\x1f\x7f\x85\u2028\ufeff",
    "😀 é \U0010ffff",
    "<<EOT\nx\nEOT",
    "# no comment // /* */",
    '{"a": ["${b}"]}',
]


def run(runner: RunnerProcess, template: str, secrets: dict[str, Any], **parameters: Any) -> JobResult:
    """A job with sealed parameters, of a template that the catalog knows."""
    sealed = runner.seal(blob_names.secrets(runner.operation_id, "1"), secrets)
    spec = runner.accept({"main.tf": template}, secrets=dict.fromkeys(secrets, sealed), parameters=parameters)
    schema = read_interface(read_blocks("main.tf", template.encode())).parameters
    entry = json.dumps({"parameters": schema}).encode()
    runner.store.create(blob_names.template_entry(spec.template_digest), entry)
    runner.run()
    result = runner.result()
    assert result.outcome is Outcome.SUCCEEDED, (result.failure, runner.log())
    return result


def sealed_outputs(runner: RunnerProcess, result: JobResult) -> dict[str, Any]:
    name = result.sealed_outputs or ""
    opened: dict[str, Any] = json.loads(runner.box.open(runner.blob(name) or b"", name=name))
    return opened


def returned(name: str, constraint: str | None) -> str:
    """A sensitive variable, and an output that gives it back."""
    declared = f"type = {constraint}\n" if constraint else ""
    return (
        f'variable "{name}" {{\n{declared}sensitive = true\n}}\n'
        f'output "{name}" {{\nvalue = var.{name}\nsensitive = true\n}}\n'
    )


@pytest.mark.parametrize("constraint", ["any", "string", None])
def test_terraform_gets_every_text_as_it_was_given(runner: RunnerProcess, constraint: str | None) -> None:
    secrets = {f"text_{index}": text for index, text in enumerate(TEXTS)}

    result = run(runner, "".join(returned(name, constraint) for name in secrets), secrets)

    assert sealed_outputs(runner, result) == secrets


def test_terraform_gets_everything_else_as_it_was_given(runner: RunnerProcess) -> None:
    given = {
        "map(string)": {f"{index} {text}": text for index, text in enumerate(TEXTS)},
        "list(string)": TEXTS,
        "set(string)": sorted(TEXTS),
        "object({ a = string, b = optional(list(number)) })": {"a": "null", "b": [1.5, -5, 1e21]},
        "tuple([bool, map(any)])": [True, {"for": "x", "": "y"}],
        "number": -1e-7,
        "bool": False,
        "any": {"a b": [None, {"c": "007"}, 12345678901234567890123], "1": 1},
    }
    secrets = {f"value_{index}": value for index, value in enumerate(given.values())}
    template = "".join(returned(*pair) for pair in zip(secrets, given, strict=True))

    result = run(runner, template, secrets)

    assert sealed_outputs(runner, result) == secrets


def test_null_means_to_a_sensitive_parameter_what_it_means_to_a_plain_one(runner: RunnerProcess) -> None:
    variables = ("default", "required", "any", "never_null", "plain")
    template = """
variable "default" {
  type      = string
  sensitive = true
  default   = "something"
}
variable "required" {
  type      = string
  sensitive = true
}
variable "any" {
  type      = any
  sensitive = true
}
variable "never_null" {
  type      = string
  sensitive = true
  nullable  = false
  default   = "something"
}
variable "plain" { default = "something" }
"""
    outputs = (f'output "{name}" {{ value = nonsensitive(var.{name} == null) }}\n' for name in variables[:4])
    plain = 'output "plain" { value = var.plain == null }\n'

    result = run(runner, template + "".join(outputs) + plain, dict.fromkeys(variables[:4]), plain=None)

    assert result.outputs == {**dict.fromkeys(variables, True), "never_null": False}


def test_numbers_keys_of_maps_and_composed_characters_of_a_secret_are_masked(runner: RunnerProcess) -> None:
    template = """
variable "pin" {
  type      = number
  sensitive = true
}
variable "large" {
  type      = number
  sensitive = true
}
variable "word" {
  type      = string
  sensitive = true
}
variable "users" {
  type      = map(object({ password = list(map(string)) }))
  sensitive = true
}
output "pin" { value = nonsensitive(var.pin) }
output "large" { value = nonsensitive("${var.large} at ${var.word}") }
output "users" { value = nonsensitive(jsonencode(var.users)) }
"""
    secrets = {
        "pin": 12345678,
        "large": 1e21,
        "word": unicodedata.normalize("NFD", "pässwörter"),
        "users": {"ada.lovelace": {"password": [{"first-key": "first-value"}]}},
    }

    result = run(runner, template, secrets)

    assert result.outputs == {
        "pin": "***",
        "large": "*** at ***",
        "users": '{"***":{"password":[{"***":"***"}]}}',
    }
