"""S3 for Terraform's `s3` backend: moto with a versioned bucket."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit

import boto3

from functions.domain.jobs.terraform_state import Backend
from tests.moto_server import moto_server
from tests.state_servers.gate import Gate

BUCKET = "tfstate-bucket"
_REGION = "eu-central-1"


class S3:
    """One bucket for states."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        address = self._stack.enter_context(moto_server())
        self.port = urlsplit(address).port or 0
        self._gate = Gate(self.port)
        session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=_REGION)
        self.client = session.client("s3", endpoint_url=address)
        self.client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": _REGION})
        self.client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    @property
    def backend(self) -> Backend:
        # Terraform's default of five tries takes 40 s if the server does not respond.
        return Backend("s3", {"bucket": BUCKET, "region": _REGION, "max_retries": 1})

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._gate.port}",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "made-up-secret-key",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def traces(self, deployment_id: str) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=BUCKET)
        return [item["Key"] for item in listed.get("Contents", ()) if deployment_id in item["Key"]]

    def cut(self) -> None:
        self._gate.shut()

    def mend(self) -> None:
        self._gate.reopen()

    def stop(self) -> None:
        self._gate.shut()
        self.client.close()
        self._stack.close()
