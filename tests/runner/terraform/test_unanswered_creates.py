"""Creates that the cloud does not answer, with the real AWS provider: what may be there is not forgotten."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from functions.domain.jobs.job_contract import JobResult
from functions.domain.status import Resources
from local.stack.environment import GO_SETTINGS
from local.toolchain.provider_mirror import find_provider_mirror
from tests.moto_server import moto_server
from tests.runner.runner_process import RunnerProcess
from tests.runner.terraform.unsure_s3 import UnsureS3, unsure_s3
from tests.runner.waiting import children, failure_of

# one that is tried again may have been made at the first try
PROVIDER = 'provider "aws" {\n  max_retries = 2\n}\n'
# of a provider that starts slowly on a busy machine
_SECONDS = 300


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as moto:
        yield moto


@pytest.fixture
def cloud(moto: str) -> Iterator[UnsureS3]:
    with unsure_s3(moto) as cloud:
        yield cloud


@pytest.fixture
def on_aws(runner: RunnerProcess, cloud: UnsureS3) -> RunnerProcess:
    runner.environment = {
        **GO_SETTINGS,
        "AWS_ENDPOINT_URL": cloud.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if (mirror := find_provider_mirror(os.environ)) is not None:
        runner.environment["SLIPWAY_PROVIDER_MIRROR"] = str(mirror)
    return runner


def start(runner: RunnerProcess, *buckets: str) -> subprocess.Popen[bytes]:
    blocks = [f'resource "aws_s3_bucket" "{name}" {{\n  bucket = "{name}"\n}}\n' for name in buckets]
    runner.accept(
        {"main.tf": PROVIDER + "".join(blocks)},
        provider_type="terraform-aws",
        location="eu-west-1",
        command_seconds=_SECONDS,
        job_seconds=_SECONDS,
    )
    return runner.start()


def result_of(runner: RunnerProcess, *buckets: str) -> JobResult:
    start(runner, *buckets).wait(_SECONDS)
    return runner.result()


def test_a_bucket_whose_provider_died_once_it_was_made_is_unknown_and_named(
    on_aws: RunnerProcess, cloud: UnsureS3
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def kill_provider() -> None:
        (terraform,) = children(started[0].pid)
        (provider,) = children(terraform)
        os.kill(provider, signal.SIGKILL)

    cloud.made = kill_provider
    started.append(start(on_aws, "crashed"))
    started[0].wait(_SECONDS)

    result = on_aws.result()
    assert (result.applied, result.resources) == (True, Resources.UNKNOWN), on_aws.log()
    # Terraform says the first where it notices the death by itself, the second where a call was under way
    assert failure_of(result).message in [
        f"terraform apply ended with exit code 1: {summary}; "
        "it was applying, and what became of aws_s3_bucket.crashed is unknown"
        for summary in ("Plugin did not respond", "Request cancelled")
    ]


def test_each_bucket_whose_create_was_not_answered_is_named_and_a_refused_one_is_not(
    on_aws: RunnerProcess, cloud: UnsureS3
) -> None:
    result = result_of(on_aws, "cut", "cut-once", "error", "garbage", "refused")

    assert result.resources is Resources.UNKNOWN, on_aws.log()
    message = failure_of(result).message
    for bucket in ("cut", "cut-once", "error", "garbage"):
        assert bucket in cloud.creates
        assert f"aws_s3_bucket.{bucket}" in message, on_aws.log()
    assert "aws_s3_bucket.refused" not in message


def test_nothing_is_left_where_the_cloud_refused_every_create(on_aws: RunnerProcess) -> None:
    result = result_of(on_aws, "refused")

    assert (result.applied, result.resources) == (True, Resources.NONE), on_aws.log()
    assert "is unknown" not in failure_of(result).message
