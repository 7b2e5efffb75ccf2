"""A job with the real AWS provider, on moto. What a whole Slipway makes there: tests/e2e/test_bucket.py."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Task
from functions.domain.status import Resources
from local.stack.environment import GO_SETTINGS
from local.toolchain.provider_mirror import find_provider_mirror
from runner.exit_codes import ExitCode
from tests.moto_server import moto_server
from tests.runner.runner_process import RunnerProcess

OWN_PROVIDER = """
variable "name" { type = string }
provider "aws" {
  region = "us-west-2"
  default_tags {
    tags = { owner = "template" }
  }
}
resource "aws_s3_bucket" "b" { bucket = var.name }
output "region" { value = aws_s3_bucket.b.region }
"""


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as url:
        yield url


@pytest.fixture
def on_aws(runner: RunnerProcess, moto: str) -> RunnerProcess:
    runner.environment = {
        **GO_SETTINGS,
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if (mirror := find_provider_mirror(os.environ)) is not None:
        runner.environment["SLIPWAY_PROVIDER_MIRROR"] = str(mirror)
    return runner


def test_a_template_with_its_own_region_keeps_it_where_none_was_asked_for(on_aws: RunnerProcess) -> None:
    on_aws.accept(
        {"main.tf": OWN_PROVIDER}, provider_type="terraform-aws", parameters={"name": "their-own-region"}
    )

    assert on_aws.run() == ExitCode.SUCCEEDED, on_aws.log()
    result = on_aws.result()
    assert (result.outputs, result.resources) == ({"region": "us-west-2"}, Resources.SOME)
    assert "lock file" not in on_aws.log()


def test_an_approved_bucket_is_made_without_reading_its_provider_a_second_time(on_aws: RunnerProcess) -> None:
    files = {"main.tf": 'resource "aws_s3_bucket" "b" { bucket = "approved" }\n'}
    spec = {"provider_type": "terraform-aws", "location": "us-east-1"}
    on_aws.accept(files, task=Task.PLAN, **spec)
    on_aws.run()
    planned = on_aws.result().plan
    assert planned is not None, on_aws.log()

    on_aws.accept(files, job=2, task=Task.APPLY_PLAN, plan=planned, **spec)
    assert on_aws.run(job=2) == ExitCode.SUCCEEDED, on_aws.log()

    log = on_aws.blob(blob_names.log(on_aws.operation_id, 2))
    assert log is not None
    # providers from a registry are not handed on
    assert (b"Installing provider version" in log) is ("SLIPWAY_PROVIDER_MIRROR" not in on_aws.environment)
