"""A first job that was killed while Terraform made the state: its lock is there, and no state yet."""

from __future__ import annotations

import base64
import json

import pytest

from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.status import Resources
from tests.backends.deployed import Deployed
from tests.runner.waiting import failure_of
from tests.state_servers.azurerm import AzureStorage
from tests.state_servers.s3 import BUCKET, S3

LOCK = {
    "ID": "11111111-2222-3333-4444-555555555555",
    "Operation": "init",
    "Who": "somebody@there",
    "Version": "1.11.4",
    "Created": "2026-11-20T10:00:00Z",
    "Info": "",
    "Path": "",
}


def expect_locked(result: JobResult, command: str, name: str) -> None:
    failure = failure_of(result)
    assert failure.code == "state_locked", failure
    assert command in failure.message
    assert name in failure.message
    assert result.lock is not None
    assert (result.lock.id, result.lock.who) == (LOCK["ID"], LOCK["Who"])
    assert (result.applied, result.resources) == (False, Resources.NONE)


@pytest.mark.parametrize("deployed", ["azurerm"], indirect=True)
def test_the_lease_on_a_state_that_was_being_made_is_named_with_how_to_break_it(
    deployed: Deployed, azurerm: AzureStorage
) -> None:
    blob = azurerm.container.get_blob_client(f"{deployed.runner.deployment_id}.tfstateenv:slipway")
    encoded_lock = base64.b64encode(json.dumps(LOCK).encode()).decode()
    blob.upload_blob(b"", metadata={"Terraformlockid": encoded_lock})
    lease = blob.acquire_lease(-1)

    result = deployed.run(1)

    expect_locked(result, "az storage blob lease break", blob.blob_name)
    lease.break_lease()
    assert deployed.run(2).outcome is Outcome.SUCCEEDED, deployed.log(2)


@pytest.mark.parametrize("deployed", ["s3"], indirect=True)
def test_the_lock_of_a_state_that_was_being_made_is_named_with_how_to_remove_it(
    deployed: Deployed, s3: S3
) -> None:
    name = f"{deployed.runner.deployment_id}/slipway/terraform.tfstate.tflock"
    s3.client.put_object(Bucket=BUCKET, Key=name, Body=json.dumps(LOCK).encode())

    result = deployed.run(1)

    expect_locked(result, "aws s3 rm", f"s3://{BUCKET}/{name}")
    s3.client.delete_object(Bucket=BUCKET, Key=name)
    assert deployed.run(2).outcome is Outcome.SUCCEEDED, deployed.log(2)
