"""What the real Terraform says where something cannot be reached, and which failures may be tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from functions.domain.failures import TRANSIENT_CODES, Failure
from functions.domain.jobs.job_contract import Task
from functions.domain.jobs.terraform_state import Backend
from functions.domain.status import Resources
from tests.local_server import LocalServer
from tests.runner.runner_process import RunnerProcess
from tests.runner.waiting import failure_of

# nothing listens here: the port is reserved
CLOSED = "127.0.0.1:9"
LOCAL = Backend("local", {})
NOTHING = 'output "x" { value = 1 }\n'


def failed(runner: RunnerProcess, template: str, backend: Backend = LOCAL, **environ: str) -> Failure:
    runner.accept({"main.tf": template}, backend=backend, task=Task.PLAN)
    runner.environment |= {"TF_HTTP_RETRY_MAX": "0", **environ}
    runner.run()
    result = runner.result()
    assert (result.applied, result.resources) == (False, Resources.NONE)
    return failure_of(result)


def provider(source: str) -> str:
    return f'terraform {{\n  required_providers {{\n    x = {{ source = "{source}" }}\n  }}\n}}\n'


def module(source: str) -> str:
    return f'module "m" {{\n  source = "{source}"\n}}\n'


@pytest.mark.parametrize(
    ("template", "proxy"),
    [
        # a host name, as an address is no registry's
        (provider("localhost:9/a/b"), ""),
        (provider("no-such-host.invalid/a/b"), ""),
        (provider("hashicorp/random"), f"http://{CLOSED}"),
        (module(f"http://{CLOSED}/m.zip"), ""),
        (module(f"git::https://{CLOSED}/m.git"), ""),
        (module("a/b/c"), f"http://{CLOSED}"),
    ],
    ids=["refused", "no-name", "proxy-down", "module-archive", "module-git", "module-registry"],
)
def test_a_registry_that_cannot_be_reached_may_pass(runner: RunnerProcess, template: str, proxy: str) -> None:
    failure = failed(runner, template, HTTPS_PROXY=proxy)

    assert failure.code == "registry_unavailable", failure
    assert failure.code in TRANSIENT_CODES


@pytest.mark.parametrize(
    ("backend", "environ"),
    [
        (Backend("http", {"address": f"http://{CLOSED}"}), {}),
        (
            Backend("s3", {"bucket": "some-bucket", "region": "eu-west-1"}),
            {"AWS_ENDPOINT_URL": f"http://{CLOSED}", "AWS_ACCESS_KEY_ID": "made-up"},
        ),
        (
            Backend("azurerm", {"storage_account_name": "madeup", "container_name": "state"}),
            {"HTTPS_PROXY": f"http://{CLOSED}", "ARM_ACCESS_KEY": "bWFkZSB1cA=="},
        ),
    ],
    ids=["http", "s3", "azurerm"],
)
def test_a_back_end_that_cannot_be_reached_may_pass(
    runner: RunnerProcess, backend: Backend, environ: dict[str, str]
) -> None:
    runner.environment |= environ

    failure = failed(runner, NOTHING, backend)

    assert failure.code == "backend_unavailable", failure
    assert failure.code in TRANSIENT_CODES


@pytest.mark.parametrize("answers", [0, 1], ids=["init", "plan"])
def test_a_back_end_that_answers_with_a_fault_of_its_own_may_pass(
    runner: RunnerProcess, answers: int
) -> None:
    with state_server(then=503, answers=answers) as address:
        failure = failed(runner, NOTHING, Backend("http", {"address": address}))

    assert failure.code == "backend_unavailable", failure


def test_a_back_end_that_refuses_is_no_passing_cause(runner: RunnerProcess) -> None:
    with state_server(then=403) as address:
        failure = failed(runner, NOTHING, Backend("http", {"address": address}))

    assert failure.code == "init_failed"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ('terraform { required_version = ">= 99.0" }', "init_failed"),
        ('module "m" { source = "./not-there" }', "init_failed"),
        ('output "x" { value = file("connection refused") }', "plan_failed"),
    ],
)
def test_a_fault_of_the_template_is_no_passing_cause(runner: RunnerProcess, template: str, code: str) -> None:
    assert failed(runner, template).code == code


@contextmanager
def state_server(*, then: int, answers: int = 0) -> Iterator[str]:
    """A server with no state, which after so many answers only says `then`."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(404 if len(seen) <= answers else then)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = LocalServer(Handler)
    try:
        yield server.url
    finally:
        server.stop()
