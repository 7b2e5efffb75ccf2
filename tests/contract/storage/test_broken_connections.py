"""Every call of the storage adapters, broken at every moment: the true answer or the port's own error."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from functions.adapters.storage.clients import RetryOptions, StorageClients, StorageNames
from functions.domain.errors import OutcomeUnknown, StorageUnavailable
from tests.azurite import Azurite
from tests.contract.storage.account import Account
from tests.contract.storage.cutting_proxy import CuttingProxy, Moment
from tests.contract.storage.storage_calls import ADAPTERS, CALLS

ALWAYS = 1_000_000
# These read back what became of a write whose answer was lost, and say where that did not work either.
READ_BACK = {"TableDeploymentStore.create", "TableDeploymentStore.commit"}
# The SDK does not repeat the POST of a batch; whoever purges does.
NOT_RETRIED = {"TableDeploymentStore.purge"}
ONCE = (
    Moment.BEFORE_REQUEST,
    Moment.AFTER_REQUEST,
    Moment.BETWEEN_HEADERS,
    Moment.IN_BODY,
    Moment.IN_CHUNK,
    Moment.PAGE_404,
)


@pytest.fixture(scope="module")
def proxy(azurite: Azurite) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(azurite.connection_string)
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def names(azurite: Azurite) -> StorageNames:
    mark = f"t{secrets.token_hex(4)}"
    names = StorageNames(f"{mark}deployments", f"{mark}index", f"{mark}-ops", f"{mark}-done", f"{mark}-blobs")
    clients = StorageClients(azurite.connection_string, names=names)
    clients.deployments.create_table()
    clients.index.create_table()
    clients.operations.create_queue()
    clients.container.create_container()
    clients.close()
    return names


@pytest.fixture(scope="module")
def hurried(azurite: Azurite, proxy: CuttingProxy, names: StorageNames) -> Iterator[Account]:
    """An account whose `broken` side gives up soon."""
    retry_options = RetryOptions(read_seconds=0.1, retries=1, pause_seconds=0.01)
    direct = StorageClients(azurite.connection_string, names=names)
    broken = StorageClients(proxy.connection_string, names=names, retry_options=retry_options)
    yield Account(direct, broken)
    broken.close()
    direct.close()


@pytest.fixture(scope="module")
def patient(azurite: Azurite, proxy: CuttingProxy, names: StorageNames) -> Iterator[Account]:
    """An account whose `broken` side waits for an answer as long as it does in production."""
    direct = StorageClients(azurite.connection_string, names=names)
    broken = StorageClients(
        proxy.connection_string, names=names, retry_options=RetryOptions(pause_seconds=0.01)
    )
    yield Account(direct, broken)
    broken.close()
    direct.close()


def test_every_public_method_of_every_storage_adapter_is_called() -> None:
    methods = {
        f"{adapter.__name__}.{name}" for adapter in ADAPTERS for name in vars(adapter) if name[0] != "_"
    }

    assert {call.split(",", maxsplit=1)[0] for call in CALLS} == methods


def outcome_of(call: str, account: Account) -> object:
    """What the call gives, or the type of the storage error that it raises."""
    try:
        return CALLS[call](account)
    except StorageUnavailable as error:
        return type(error)


@pytest.mark.parametrize("moment", Moment, ids=lambda moment: moment.name)
@pytest.mark.parametrize("call", CALLS)
def test_a_connection_that_breaks_again_and_again_is_the_storage_error_or_makes_no_difference(
    hurried: Account, proxy: CuttingProxy, call: str, moment: Moment
) -> None:
    unbroken = hurried.unbroken(call, CALLS[call])

    with proxy.breaking(moment, ALWAYS):
        outcome = outcome_of(call, hurried)

    assert outcome in (unbroken, OutcomeUnknown if call in READ_BACK else StorageUnavailable)


@pytest.mark.parametrize("moment", ONCE, ids=lambda moment: moment.name)
@pytest.mark.parametrize("call", [call for call in CALLS if call not in NOT_RETRIED])
def test_a_connection_that_breaks_once_makes_no_difference(
    patient: Account, proxy: CuttingProxy, call: str, moment: Moment
) -> None:
    unbroken = patient.unbroken(call, CALLS[call])

    with proxy.breaking(moment, times=1):
        outcome = outcome_of(call, patient)

    assert outcome == unbroken


@pytest.mark.parametrize("moment", ONCE, ids=lambda moment: moment.name)
def test_a_deployment_whose_forgetting_broke_can_be_forgotten_again(
    patient: Account, proxy: CuttingProxy, moment: Moment
) -> None:
    deployment_id = patient.new_deployment().deployment.deployment_id
    with proxy.breaking(moment, ALWAYS), pytest.raises(StorageUnavailable):
        patient.broken.store.purge(deployment_id)

    patient.broken.store.purge(deployment_id)

    assert patient.direct.store.get(deployment_id) is None
