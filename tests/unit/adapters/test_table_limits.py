from __future__ import annotations

from typing import Any

import pytest

from functions.adapters.storage.table_rows import check_batch, check_row, to_json
from functions.domain.errors import ValueRefused


def row(**properties: Any) -> dict[str, Any]:
    return {"PartitionKey": "deploy-0123456789ab", "RowKey": "deployment", **properties}


def test_the_largest_row_that_azure_takes_is_taken() -> None:
    check_row(row(**{f"p{number}": "x" for number in range(252)}))
    check_row(row(text="x" * 32_768))
    check_row(row(**{f"p{number}": "x" * 32_000 for number in range(16)}))


def test_a_string_is_measured_in_utf16_units() -> None:
    check_row(row(text="🚀" * 16_384))

    with pytest.raises(ValueRefused, match=r"'text'.*32768 UTF-16 units"):
        check_row(row(text="🚀" * 16_384 + "x"))


def test_a_string_that_is_too_long_is_refused_by_its_name() -> None:
    with pytest.raises(ValueRefused, match="'outputs'"):
        check_row(row(fine="x", outputs="x" * 32_769))


def test_too_many_properties_are_refused() -> None:
    with pytest.raises(ValueRefused, match="more than 252 properties"):
        check_row(row(**{f"p{number}": "x" for number in range(253)}))


def test_a_row_over_one_mebibyte_is_refused() -> None:
    with pytest.raises(ValueRefused, match="'deployment': it is larger than 1 MiB"):
        check_row(row(**{f"p{number}": "x" * 32_000 for number in range(17)}))


@pytest.mark.parametrize("character", ["/", "\\", "#", "?", "\x00", "\n", "\x1f", "\x7f", "\x9f"])
@pytest.mark.parametrize("key", ["PartitionKey", "RowKey"])
def test_a_key_with_characters_that_azure_refuses_is_refused(key: str, character: str) -> None:
    with pytest.raises(ValueRefused, match=key):
        check_row({**row(), key: f"a{character}b"})


def test_a_key_that_is_too_long_is_refused() -> None:
    check_row({**row(), "RowKey": "x" * 512})

    with pytest.raises(ValueRefused, match="RowKey"):
        check_row({**row(), "RowKey": "x" * 513})


def test_half_of_a_surrogate_pair_is_refused_by_the_propertys_name() -> None:
    with pytest.raises(ValueRefused, match=r"'created_by'.*surrogate"):
        check_row(row(created_by="\ud83d"))


def test_a_batch_of_a_hundred_rows_is_taken_and_one_more_refused() -> None:
    check_batch([row()] * 100)

    with pytest.raises(ValueRefused, match="101 rows"):
        check_batch([row()] * 101)


def test_a_batch_over_four_mebibytes_is_refused() -> None:
    large = row(**{f"p{number}": "ü" * 32_000 for number in range(15)})

    with pytest.raises(ValueRefused, match="larger than 4 MiB"):
        check_batch([large] * 5)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"deep": [float("-inf")]}])
def test_a_number_that_json_does_not_have_is_refused(value: object) -> None:
    with pytest.raises(ValueRefused, match="'outputs'"):
        to_json("outputs", value)
