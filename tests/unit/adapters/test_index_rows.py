from __future__ import annotations

from datetime import timedelta, timezone

from functions.adapters.storage.index_rows import project, reversed_day, template_set
from functions.adapters.storage.table_rows import check_row
from functions.domain.deployments import transitions
from tests.builders import AT, a_deployment

ID = "deploy-0123456789ab"


def test_a_deployment_is_listed_under_all_its_template_and_its_owner() -> None:
    rows = project(a_deployment(ID, template_name="greeting", created_by="ada"))

    assert [(row["PartitionKey"], row["RowKey"]) for row in rows] == [
        ("all:79738878", f"998204769754321:{ID}"),
        ("template:terraform-local:greeting:79738878", f"998204769754321:{ID}"),
        ("owner:fdee430d40bd57deeac186cd9790033d:79738878", f"998204769754321:{ID}"),
    ]


def test_the_keys_stay_as_they_are_however_the_deployment_ends() -> None:
    deployment = a_deployment(ID)
    later = transitions.job_started(deployment, AT + timedelta(days=3), "pid-1-2").deployment

    assert [(row["PartitionKey"], row["RowKey"]) for row in project(deployment)] == [
        (row["PartitionKey"], row["RowKey"]) for row in project(later)
    ]


def test_the_newer_sorts_before_the_older_in_a_day_and_over_days() -> None:
    moments = [AT + number * timedelta(hours=5, milliseconds=1) for number in range(12)]
    keys = [
        (row["PartitionKey"], row["RowKey"])
        for moment in moments
        for row in project(a_deployment(at=moment))[:1]
    ]

    assert sorted(keys) == keys[::-1]


def test_a_day_is_one_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert reversed_day(AT.replace(hour=23).astimezone(tokyo)) == reversed_day(AT)


def test_what_a_caller_may_write_becomes_a_key_that_azure_takes() -> None:
    awkward = "a/b\\c#d?e\n🚀" * 100

    for row in project(a_deployment(template_name=awkward[:100], created_by=awkward)):
        check_row(row)


def test_a_name_of_plain_characters_can_be_read_in_the_key() -> None:
    assert template_set("terraform-aws", "storage-bucket") == "template:terraform-aws:storage-bucket"
    assert "a/b" not in template_set("terraform-aws", "a/b")
