"""Deployments to AWS: the real provider, and moto for the cloud."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.slipway import Slipway

TAGS = {"team": "Plattform", "Kostenstelle": "4711 Köln"}


@pytest.fixture(scope="module")
def deployments(slipway: Slipway) -> dict[str, str]:
    """Template → deployment, both under way at once."""
    return {
        "storage-bucket": slipway.deploy(
            "storage-bucket",
            "terraform-aws",
            subscription_id="123456789012",
            resource_group="my-rg",
            location="eu-central-1",
            parameters={"bucket_name": "e2e-reports", "tags": {"purpose": "größe"}},
            tags=TAGS,
        ),
        "own-provider": slipway.deploy(
            "own-provider", "terraform-aws", location="eu-north-1", parameters={"name": "e2e-own"}, tags=TAGS
        ),
    }


@pytest.fixture(scope="module")
def s3(slipway: Slipway) -> Any:
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=slipway.settings["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def tags_of(s3: Any, bucket: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=bucket)["TagSet"]}


def test_a_bucket_is_there_as_it_was_asked_for(
    slipway: Slipway, deployments: dict[str, str], s3: Any
) -> None:
    status = slipway.completed(deployments["storage-bucket"])

    assert status["outputs"] == {
        "bucket_name": "e2e-reports",
        "bucket_arn": "arn:aws:s3:::e2e-reports",
        "bucket_region": "eu-central-1",
    }
    assert s3.head_bucket(Bucket="e2e-reports")["BucketRegion"] == "eu-central-1"
    assert s3.get_bucket_versioning(Bucket="e2e-reports")["Status"] == "Enabled"
    access = s3.get_public_access_block(Bucket="e2e-reports")["PublicAccessBlockConfiguration"]
    assert set(access.values()) == {True}
    (rule,) = s3.get_bucket_encryption(Bucket="e2e-reports")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    policy = json.loads(s3.get_bucket_policy(Bucket="e2e-reports")["Policy"])
    assert ("Deny", {"Bool": {"aws:SecureTransport": "false"}}) in [
        (statement["Effect"], statement["Condition"]) for statement in policy["Statement"]
    ]


def test_a_bucket_carries_its_own_tags_and_those_of_the_request(
    slipway: Slipway, deployments: dict[str, str], s3: Any
) -> None:
    slipway.completed(deployments["storage-bucket"])

    assert tags_of(s3, "e2e-reports") == {**TAGS, "purpose": "größe"}


def test_the_record_of_a_bucket_says_what_was_made_and_where(
    slipway: Slipway, deployments: dict[str, str]
) -> None:
    slipway.completed(deployments["storage-bucket"])

    record = slipway.get(f"/deployments/{deployments['storage-bucket']}")

    assert (record["cloud_provider"], record["location"]) == ("aws", "eu-central-1")
    assert (record["subscription_id"], record["resource_group"]) == ("123456789012", "my-rg")
    assert (record["resources"], record["tags"]) == ("some", TAGS)
    assert record["state"]["serial"] >= 1
    operation = slipway.get(f"/operations/{record['task_id']}")
    assert operation["changes"]["add"] == 6


def test_a_template_keeps_its_own_provider_blocks_but_for_the_region_that_the_request_names(
    slipway: Slipway, deployments: dict[str, str], s3: Any
) -> None:
    outputs = slipway.completed(deployments["own-provider"])["outputs"]

    assert outputs == {"regions": {"near": "eu-north-1", "far": "ap-southeast-2"}}
    assert s3.head_bucket(Bucket="e2e-own-near")["BucketRegion"] == "eu-north-1"
    assert s3.head_bucket(Bucket="e2e-own-far")["BucketRegion"] == "ap-southeast-2"
    assert tags_of(s3, "e2e-own-near") == {**TAGS, "origin": "template"}
