"""Sensitive parameters in the real runner with the real Terraform, which is made to say them out loud."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import JobResult, Outcome, Task
from functions.domain.status import OperationKind
from tests.runner.runner_process import RunnerProcess

SECRET = 'p4ss"w<or>d/+&1 \\2'
OLDER = "an-older-password"
QUIET = """
variable "password" {
  type      = string
  sensitive = true
}
variable "more" {
  type      = object({ pin = number, words = list(string) })
  sensitive = true
  default   = { pin = 0, words = [] }
}
resource "terraform_data" "kept" { input = { password = var.password, more = var.more } }
output "password" {
  value     = terraform_data.kept.output.password
  sensitive = true
}
"""
# says it in every form, then fails with it
LOUD = """
resource "terraform_data" "loud" {
  provisioner "local-exec" {
    command     = "echo \\"$A\\"; echo \\"$B\\"; echo \\"$C\\"; echo \\"$D\\"; echo \\"$E\\" >&2; exit 3"
    environment = {
      A = nonsensitive(var.password)
      B = nonsensitive(jsonencode({ p = var.password }))
      C = nonsensitive(urlencode(var.password))
      D = nonsensitive(base64encode("user:${var.password}"))
      E = nonsensitive(base64encode(var.password))
    }
  }
}
output "copied" { value = nonsensitive("password is ${var.password}") }
check "speaks" {
  assert {
    condition     = nonsensitive(var.password) == ""
    error_message = "the password is ${nonsensitive(var.password)}"
  }
}
"""


def run(
    runner: RunnerProcess,
    number: int,
    job: int = 1,
    *,
    template: str = QUIET,
    secret: Any = SECRET,
    **spec: Any,
) -> JobResult:
    """One job of one operation, with a sealed parameter."""
    operation_id = f"{runner.operation_id.rpartition('-')[0]}-{number}"
    sealed = runner.seal(blob_names.secrets(operation_id, "1"), {"password": secret})
    spec["secrets"] = {"password": sealed, **spec.get("secrets", {})}
    runner.accept({"main.tf": template}, operation_id=operation_id, job=job, **spec)
    runner.run(job=job, operation_id=operation_id)
    return runner.result(job, operation_id)


def found_in(runner: RunnerProcess, secret: str) -> list[str]:
    """Where the secret, or what stands before its backslash (the shell makes something else of that), can be
    read: in which blobs, files and outputs, the state and the key left out.
    """
    places = {name: runner.blob(name) or b"" for name in runner.store.names("")}
    places |= {str(path): path.read_bytes() for path in _files(runner.folder) if "state" not in path.parts}
    forms = {form for text in (secret, secret.partition(" \\")[0]) for form in written(text)}
    return [name for name, data in places.items() if any(form in data for form in forms)]


def written(secret: str) -> set[bytes]:
    """The secret in every form in which `LOUD` says it, and others."""
    plain = json.dumps(secret, ensure_ascii=False)[1:-1]
    go = plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    texts = {secret, plain, go, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}
    encoded = {base64.b64encode(secret.encode()), base64.b64encode(b"user:" + secret.encode())}
    return {*(text.encode() for text in (*texts, quote_plus(secret))), *encoded}


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_secret_goes_through_plan_apply_and_destroy_and_is_readable_nowhere(runner: RunnerProcess) -> None:
    planned = run(runner, 1, task=Task.PLAN)
    applied = run(runner, 1, 2, task=Task.APPLY_PLAN, plan=planned.plan)
    destroyed = run(runner, 2, kind=OperationKind.DESTROY)

    assert [result.outcome for result in (planned, applied, destroyed)] == [Outcome.SUCCEEDED] * 3
    assert applied.sensitive_outputs == ("password",)
    assert found_in(runner, SECRET) == []


def test_a_sensitive_output_is_kept_sealed(runner: RunnerProcess) -> None:
    result = run(runner, 1)

    assert result.outputs == {}
    name = result.sealed_outputs or ""
    assert json.loads(runner.box.open(runner.blob(name) or b"", name=name)) == {"password": SECRET}


def test_a_secret_that_terraform_says_in_any_form_is_masked(runner: RunnerProcess) -> None:
    planned = run(runner, 1, template=QUIET + LOUD, task=Task.PLAN)
    failed = run(runner, 1, 2, template=QUIET + LOUD, task=Task.APPLY_PLAN, plan=planned.plan)

    assert failed.failure is not None
    assert failed.failure.code == "apply_failed", failed.failure
    assert runner.log(2).count("***") >= 6
    assert found_in(runner, SECRET) == []


def test_what_a_secret_was_before_is_in_no_plan_either(runner: RunnerProcess) -> None:
    run(runner, 1, secret=OLDER)

    planned = run(runner, 2, task=Task.PLAN)

    assert planned.changes is not None
    assert planned.changes["change"] == 1
    assert found_in(runner, OLDER) == []
    assert found_in(runner, SECRET) == []


def test_a_secret_may_be_more_than_a_text(runner: RunnerProcess) -> None:
    value = {"pin": 12345678, "words": ["first-word", "ünd <so> on"]}
    sealed = runner.seal(blob_names.secrets(runner.operation_id, "more"), {"more": value})
    template = f'{QUIET}output "seen" {{ value = nonsensitive(jsonencode(var.more)) }}\n'

    result = run(runner, 1, template=template, secrets={"more": sealed})

    assert result.outputs == {"seen": '{"pin":***,"words":["***","***"]}'}


def test_what_a_secret_was_before_is_masked_also_where_the_template_says_it(runner: RunnerProcess) -> None:
    template = """
variable "password" {
  type      = string
  sensitive = true
}
resource "terraform_data" "user" {
  input            = nonsensitive(var.password)
  triggers_replace = nonsensitive(var.password)
  provisioner "local-exec" {
    when    = destroy
    command = "echo 'dropping user:${self.triggers_replace}'"
  }
}
"""
    run(runner, 1, template=template, secret=OLDER)
    former = (blob_names.secrets(runner.operation_id, "1"),)

    run(runner, 2, template=template, task=Task.PLAN, former_secrets=former)
    run(runner, 2, 2, template=template, former_secrets=former)

    assert "dropping user:***" in runner.log(2, f"{runner.operation_id.rpartition('-')[0]}-2")
    assert found_in(runner, OLDER) == []


def test_a_former_secret_that_is_gone_or_does_not_open_ends_nothing(
    runner: RunnerProcess,
) -> None:
    runner.store.create("operations/other/secrets-1", b"sealed by nobody")

    result = run(runner, 1, former_secrets=("operations/gone/secrets-1", "operations/other/secrets-1"))

    assert result.outcome is Outcome.SUCCEEDED
    assert runner.log().count("hiding what secrets were before: ") == 2


def test_what_an_approved_plan_marks_as_sensitive_is_masked_when_it_is_applied(runner: RunnerProcess) -> None:
    template = """
variable "token" {
  type      = string
  sensitive = true
  default   = "a-default-of-the-template"
}
locals { made = sensitive("made-by-the-template") }
resource "terraform_data" "quiet" { input = local.made }
resource "terraform_data" "loud" {
  provisioner "local-exec" {
    command = "echo 'says ${nonsensitive(local.made)} and ${nonsensitive(var.token)}'; exit 3"
  }
}
"""
    planned = run(runner, 1, template=QUIET + template, task=Task.PLAN)

    failed = run(runner, 1, 2, template=QUIET + template, task=Task.APPLY_PLAN, plan=planned.plan)

    assert failed.failure is not None
    assert failed.failure.code == "apply_failed", failed.failure
    assert "says *** and ***" in runner.log(2)
