from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.adapters.storage import index_rows
from functions.adapters.storage.clients import StorageClients
from functions.adapters.storage.table_index import TableDeploymentIndex
from functions.domain.clock import to_text
from functions.domain.deployments import transitions
from functions.domain.deployments.deployment import Deployment, UserRequest
from functions.domain.deployments.listed import listed_fields
from functions.domain.errors import RequestRefused
from functions.domain.jobs.job_contract import Outcome
from functions.ports import DeploymentIndex, ListEntry, ListQuery
from tests.builders import AT, a_deployment, a_result
from tests.fakes import MemoryDeploymentIndex

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["memory", "memory that scans little", "azurite"])
def index(request: pytest.FixtureRequest) -> DeploymentIndex:
    if request.param == "azurite":
        return TableDeploymentIndex(request.getfixturevalue("clients").index)
    return MemoryDeploymentIndex() if request.param == "memory" else MemoryDeploymentIndex(rows_per_page=2)


def pages_of(index: DeploymentIndex, query: ListQuery) -> list[list[ListEntry]]:
    pages = []
    for _ in range(50):
        page = index.page(query)
        pages.append(page.entries)
        if page.token is None:
            return pages
        query = replace(query, token=page.token)
    raise AssertionError("the list does not end")


def listed(index: DeploymentIndex, **filters: object) -> list[str]:
    pages = pages_of(index, ListQuery(limit=3, **filters))  # type: ignore[arg-type]  # filters by name
    return [entry.deployment_id for page in pages for entry in page]


def put(index: DeploymentIndex, *deployments: Deployment) -> list[str]:
    for deployment in deployments:
        index.put_list_rows(deployment)
    return [deployment.deployment_id for deployment in deployments]


def ended(deployment: Deployment, outcome: Outcome = Outcome.SUCCEEDED) -> Deployment:
    running = transitions.job_started(deployment, AT, "pid-1-2").deployment
    return transitions.ended(running, a_result(outcome, at=AT + SECOND)).deployment


def test_a_row_shows_what_the_deployment_was_when_it_was_written(index: DeploymentIndex) -> None:
    deployment = ended(
        a_deployment(
            subscription_id="sub",
            resource_group="rg",
            location="süd",
            created_by="Zoë O'Hara",
            template_name="x",
        )
    )
    put(index, deployment)

    assert index.page(ListQuery(limit=10)).entries == [
        ListEntry(
            deployment_id=deployment.deployment_id,
            provider_type="terraform-local",
            template_name="x",
            subscription_id="sub",
            resource_group="rg",
            location="süd",
            created_by="Zoë O'Hara",
            created_at=to_text(AT),
            status="completed",
            started_at=to_text(AT),
            completed_at=to_text(AT + SECOND),
            is_current=True,
        )
    ]


def test_writing_the_rows_again_replaces_them(index: DeploymentIndex) -> None:
    deployment = a_deployment()
    put(index, deployment, ended(deployment))

    entries = [entry for page in pages_of(index, ListQuery(limit=10)) for entry in page]

    assert [entry.status for entry in entries] == ["completed"]


def test_the_list_is_newest_first_over_days_and_pages_and_misses_nothing(index: DeploymentIndex) -> None:
    moments = [AT + number * 7 * timedelta(hours=1) for number in range(11)]
    ids = put(index, *(a_deployment(at=moment) for moment in moments))

    pages = pages_of(index, ListQuery(limit=3))

    assert [entry.deployment_id for page in pages for entry in page] == ids[::-1]
    assert max(len(page) for page in pages) <= 3


def test_deployments_of_one_millisecond_are_all_listed(index: DeploymentIndex) -> None:
    ids = put(index, *(a_deployment() for _ in range(7)))

    assert listed(index) == sorted(ids)


def test_a_deployment_that_comes_while_one_pages_on_does_not_disturb(index: DeploymentIndex) -> None:
    ids = put(index, *(a_deployment(at=AT + number * SECOND) for number in range(5)))
    query = ListQuery(limit=2)
    first = index.page(query)
    put(index, a_deployment(at=AT + DAY))

    rest = pages_of(index, replace(query, token=first.token))

    entries = first.entries + [entry for page in rest for entry in page]
    assert [entry.deployment_id for entry in entries] == ids[::-1]


@pytest.mark.parametrize(
    "filters",
    [
        {"created_by": "Zoë O'Hara / \\ # ?"},
        {"template_name": "wait", "provider_type": "terraform-aws"},
        {"template_name": "wait"},
        {"provider_type": "terraform-aws"},
        {"resource_group": "rg' or 'a' eq 'a"},
        {"created_by": "Zoë O'Hara / \\ # ?", "template_name": "wait", "resource_group": "rg' or 'a' eq 'a"},
    ],
)
def test_a_filter_gives_what_matches_it_exactly(index: DeploymentIndex, filters: dict[str, str]) -> None:
    matching = {
        "created_by": "Zoë O'Hara / \\ # ?",
        "template_name": "wait",
        "provider_type": "terraform-aws",
        "resource_group": "rg' or 'a' eq 'a",
    }
    match = a_deployment(at=AT + SECOND, **matching)
    others = [
        a_deployment(at=AT + number * SECOND, **{**matching, name: "other"})
        for number, name in enumerate(filters)
    ]
    put(index, a_deployment(), match, *others)

    assert listed(index, **filters) == [match.deployment_id]


def test_names_that_begin_alike_are_kept_apart(index: DeploymentIndex) -> None:
    names = ["a", "a:", "a:7", "a:9", "ab", "a/b", "a-b"]
    ids = put(index, *(a_deployment(template_name=name) for name in names))

    ids_by_name = [listed(index, template_name=name, provider_type="terraform-local") for name in names]

    assert ids_by_name == [[deployment_id] for deployment_id in ids]


def test_a_status_filter_gives_exactly_the_deployments_with_that_status(index: DeploymentIndex) -> None:
    pending, completed, failed = (a_deployment(at=AT + number * SECOND) for number in range(3))
    put(index, pending, ended(completed), ended(failed, Outcome.FAILED))

    assert listed(index, status="completed") == [completed.deployment_id]
    assert listed(index, status="pending") == [pending.deployment_id]


def test_an_unfinished_row_of_an_earlier_release_is_listed_whatever_its_status_and_is_not_current(
    clients: StorageClients,
) -> None:
    unfinished, completed = (a_deployment(at=AT + number * SECOND) for number in range(2))
    for deployment in (unfinished, ended(completed)):
        for row in index_rows.project(deployment):
            clients.index.upsert_entity({**row, "schema_version": 1})
    index = TableDeploymentIndex(clients.index)

    entries = index.page(ListQuery(limit=10, status="completed")).entries

    assert [(entry.deployment_id, entry.is_current) for entry in entries] == [
        (completed.deployment_id, True),
        (unfinished.deployment_id, False),
    ]


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        (AT, None, [0, 1, 2, 3]),
        (AT + timedelta(microseconds=1), None, [1, 2, 3]),
        (AT + timedelta(milliseconds=1), None, [1, 2, 3]),
        (None, AT + DAY, [0, 1]),
        (None, AT + DAY + timedelta(microseconds=1), [0, 1, 2]),
        (AT + timedelta(milliseconds=1), AT + DAY + timedelta(milliseconds=1), [1, 2]),
        (AT + 2 * DAY, None, [3]),
        (AT + 3 * DAY, None, []),
        (None, AT, []),
    ],
)
def test_times_narrow_the_list_to_the_millisecond(
    index: DeploymentIndex, after: object, before: object, expected: list[int]
) -> None:
    moments = [AT, AT + timedelta(milliseconds=1), AT + DAY, AT + 2 * DAY]
    ids = put(index, *(a_deployment(at=moment) for moment in moments))

    listed_ids = listed(index, created_after=after, created_before=before)

    assert sorted(ids.index(deployment_id) for deployment_id in listed_ids) == expected


def test_a_token_of_a_list_with_other_filters_is_refused(index: DeploymentIndex) -> None:
    put(index, *(a_deployment(at=AT + number * SECOND) for number in range(4)))
    token = index.page(ListQuery(limit=1)).token
    assert token is not None

    with pytest.raises(RequestRefused) as refused:
        index.page(ListQuery(limit=1, template_name="greeting", token=token))

    assert refused.value.code == "bad_token"


def test_the_number_of_entries_may_change_from_page_to_page(index: DeploymentIndex) -> None:
    ids = put(index, *(a_deployment(at=AT + number * SECOND) for number in range(4)))
    token = index.page(ListQuery(limit=1)).token

    assert index.page(ListQuery(limit=2, token=token)).entries[0].deployment_id == ids[2]


@pytest.mark.parametrize("token", ["", "x", "!!!", "bnVsbA", "W10", "WyJ4Il0", "e30", "é", "WzEsMiwzXQ"])
def test_a_token_that_was_not_made_here_is_refused(index: DeploymentIndex, token: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        index.page(ListQuery(limit=1, token=token))

    assert refused.value.code == "bad_token"


def test_a_deployment_that_is_struck_off_is_in_no_list(index: DeploymentIndex) -> None:
    deployment = ended(a_deployment())
    index.put_list_rows(deployment)

    index.remove_list_rows(listed_fields(deployment))
    index.remove_list_rows(listed_fields(deployment))

    assert index.page(ListQuery(limit=10)).entries == []
    assert index.page(ListQuery(limit=10, created_by=deployment.created_by)).entries == []


def test_requests_are_listed_apart(index: DeploymentIndex) -> None:
    asked = a_deployment(request=UserRequest("reports", "s3", {}))
    index.put_list_rows(asked)
    index.put_list_rows(a_deployment())

    assert [e.deployment_id for e in index.page(ListQuery(limit=10, requests=True)).entries] == [
        asked.deployment_id
    ]
