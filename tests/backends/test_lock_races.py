"""Two that want a state's lock in one instant: where Terraform gives up at once, Slipway tries again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from functions.domain.jobs.job_contract import Outcome
from tests.backends.deployed import Deployed
from tests.eventually import eventually
from tests.runner.waiting import failure_of
from tests.state_servers.azurerm import AzureStorage
from tests.state_servers.s3 import S3
from tests.state_servers.vanishing_lock import VanishingLock

TRYING_AGAIN = "others took the state's lock at the same instant; trying again"
on_azurerm = pytest.mark.parametrize("deployed", ["azurerm"], indirect=True)
on_s3 = pytest.mark.parametrize("deployed", ["s3"], indirect=True)


@pytest.fixture
def vanishing(s3: S3) -> Iterator[VanishingLock]:
    vanishing = VanishingLock(s3.port, times=0)
    yield vanishing
    vanishing.stop()


@on_azurerm
def test_a_lease_whose_holder_is_not_yet_written_is_waited_for(
    deployed: Deployed, azurerm: AzureStorage
) -> None:
    deployed.run(1)
    (blob,) = azurerm.traces(deployed.runner.deployment_id)
    lease = azurerm.container.get_blob_client(blob).acquire_lease(-1)

    job = deployed.start(2, parameters={"word": "two"})
    eventually(lambda: TRYING_AGAIN in deployed.log(2))
    lease.release()

    job.wait(180)
    assert deployed.result(2).outcome is Outcome.SUCCEEDED, deployed.log(2)


@on_azurerm
def test_a_lease_whose_holder_is_never_written_ends_the_job_with_nothing_applied(
    deployed: Deployed, azurerm: AzureStorage
) -> None:
    deployed.run(1)
    (blob,) = azurerm.traces(deployed.runner.deployment_id)
    lease = azurerm.container.get_blob_client(blob).acquire_lease(-1)

    result = deployed.run(2, parameters={"word": "two"})

    lease.release()
    assert failure_of(result).code == "state_lock_race"
    assert result.applied is False
    assert "az storage blob lease break" in failure_of(result).message
    assert blob in failure_of(result).message


@on_s3
def test_a_lock_that_was_gone_before_its_holder_could_be_read_is_taken(
    deployed: Deployed, vanishing: VanishingLock
) -> None:
    deployed.run(1)
    vanishing.remaining = 2

    job = deployed.start(2, parameters={"word": "two"}, at={"AWS_ENDPOINT_URL": vanishing.address})

    job.wait(180)
    result = deployed.result(2)
    assert result.outcome is Outcome.SUCCEEDED, failure_of(result)
    assert deployed.log(2).count(TRYING_AGAIN) == 2
