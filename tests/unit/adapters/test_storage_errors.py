from __future__ import annotations

import azure.core.exceptions
import azure.data.tables
import pytest
from azure.core.exceptions import AzureError, HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.storage.blob._shared.authentication import AzureSigningError

from functions.adapters.storage.errors import SDK_ERRORS, storage_call, translated
from functions.domain.errors import (
    AlreadyExists,
    ConcurrentChange,
    SlipwayError,
    StorageUnavailable,
    ValueRefused,
)


def exceptions_of(*modules: object) -> list[type[Exception]]:
    values = (value for module in modules for value in vars(module).values())
    return sorted(
        {kind for kind in values if isinstance(kind, type) and issubclass(kind, Exception)},
        key=lambda kind: kind.__name__,
    )


EVERY_EXCEPTION = [*exceptions_of(azure.core.exceptions, azure.data.tables), AzureSigningError]


def answered(status: int, code: str = "") -> HttpResponseError:
    error = HttpResponseError("so said the service")
    error.status_code = status
    error.error_code = code  # type: ignore[attr-defined]  # the SDKs set it like this
    return error


@pytest.mark.parametrize("kind", EVERY_EXCEPTION)
def test_every_exception_that_the_sdks_have_becomes_one_of_ours(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    if isinstance(error, HttpResponseError):
        error.status_code = None
        error.response = None

    with pytest.raises(SlipwayError, match="reading row 'x'") as raised, storage_call("reading row 'x'"):
        raise error

    assert raised.value.__cause__ is error


def test_there_are_exceptions_to_check() -> None:
    assert {AzureError, HttpResponseError, ServiceRequestError, ServiceResponseError} <= set(EVERY_EXCEPTION)
    assert all(issubclass(kind, SDK_ERRORS) for kind in EVERY_EXCEPTION)


@pytest.mark.parametrize(
    ("error", "expected", "text"),
    [
        (ServiceRequestError("refused"), StorageUnavailable, "could not be reached"),
        (ServiceResponseError("closed"), StorageUnavailable, "storage's response was lost"),
        (answered(500), StorageUnavailable, "responded with 500"),
        (answered(503, "ServerBusy"), StorageUnavailable, "responded with 503 'ServerBusy'"),
        (answered(429), StorageUnavailable, "responded with 429"),
        (answered(401), StorageUnavailable, "check the storage account's key"),
        (answered(403, "AuthorizationFailure"), StorageUnavailable, "the identity's data roles"),
        (answered(404, "TableNotFound"), StorageUnavailable, "the table does not exist, create it"),
        (answered(404, "ContainerNotFound"), StorageUnavailable, "the container does not exist"),
        (answered(404, "QueueNotFound"), StorageUnavailable, "the queue does not exist"),
        (answered(409, "EntityAlreadyExists"), AlreadyExists, "it exists already"),
        (answered(412, "ConditionNotMet"), ConcurrentChange, "another client changed it first"),
        (answered(400, "PropertyValueTooLarge"), ValueRefused, "PropertyValueTooLarge"),
        (answered(413, "RequestBodyTooLarge"), ValueRefused, "RequestBodyTooLarge"),
        (answered(418), StorageUnavailable, "responded with 418"),
    ],
)
def test_an_answer_becomes_the_error_that_says_what_to_do(
    error: Exception, expected: type[SlipwayError], text: str
) -> None:
    ours = translated(error, "reading row 'x'")

    assert type(ours) is expected
    assert str(ours).startswith("reading row 'x': ")
    assert text in str(ours)


def test_what_the_service_says_in_detail_is_not_repeated() -> None:
    assert "so said the service" not in str(translated(answered(500), "reading"))


def test_other_exceptions_pass_as_they_are() -> None:
    with pytest.raises(KeyError), storage_call("reading"):
        raise KeyError("x")
