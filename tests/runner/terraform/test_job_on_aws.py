"""Whole jobs with the real AWS provider, on moto."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from functions.domain.status import Resources
from local.paths import ROOT
from local.toolchain.provider_mirror import find_provider_mirror
from runner.exit_codes import ExitCode
from tests.moto_server import moto_server
from tests.runner.runner_process import RunnerProcess

STORAGE_BUCKET = ROOT / "templates/terraform/aws/storage-bucket"

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
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if (mirror := find_provider_mirror(os.environ)) is not None:
        runner.environment["SLIPWAY_PROVIDER_MIRROR"] = str(mirror)
    return runner


def files_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.tf")}


def tags_of(moto: str, bucket: str) -> dict[str, str]:
    s3: Any = boto3.client(
        "s3",
        endpoint_url=moto,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    s3.close()
    return {tag["Key"]: tag["Value"] for tag in tags}


def test_a_bucket_is_made_in_the_location_and_with_the_tags_that_were_asked_for(
    on_aws: RunnerProcess, moto: str
) -> None:
    on_aws.accept(
        files_of(STORAGE_BUCKET),
        provider_type="terraform-aws",
        location="eu-central-1",
        tags={"team": "ship yard"},
        parameters={"bucket_name": "runner-made-this"},
    )

    assert on_aws.run() == ExitCode.SUCCEEDED, on_aws.log()

    result = on_aws.result()
    assert result.outputs == {
        "bucket_name": "runner-made-this",
        "bucket_arn": "arn:aws:s3:::runner-made-this",
        "bucket_region": "eu-central-1",
    }
    assert result.resources is Resources.SOME
    assert tags_of(moto, "runner-made-this") == {"team": "ship yard"}
    assert "lock file" not in on_aws.log()


def test_a_template_with_its_own_provider_block_works_and_keeps_its_own_tags(
    on_aws: RunnerProcess, moto: str
) -> None:
    on_aws.accept(
        {"main.tf": OWN_PROVIDER},
        provider_type="terraform-aws",
        location="eu-central-1",
        tags={"team": "ship yard"},
        parameters={"name": "their-own-provider"},
    )

    assert on_aws.run() == ExitCode.SUCCEEDED, on_aws.log()
    assert on_aws.result().outputs == {"region": "eu-central-1"}
    assert tags_of(moto, "their-own-provider") == {"owner": "template", "team": "ship yard"}


def test_a_template_with_its_own_region_keeps_it_where_none_was_asked_for(on_aws: RunnerProcess) -> None:
    on_aws.accept(
        {"main.tf": OWN_PROVIDER}, provider_type="terraform-aws", parameters={"name": "their-own-region"}
    )

    assert on_aws.run() == ExitCode.SUCCEEDED, on_aws.log()
    assert on_aws.result().outputs == {"region": "us-west-2"}
