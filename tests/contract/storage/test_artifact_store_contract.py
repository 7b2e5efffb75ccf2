from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.adapters.storage.blob_artifacts import BlobArtifactStore
from functions.domain.errors import AlreadyExists
from functions.ports import ArtifactStore
from tests.fakes import MemoryArtifactStore

NAME = "operations/op-0123456789ab-1/1/log"
EVERY_BYTE = bytes(range(256))


@pytest.fixture(params=["memory", "azurite"])
def store(request: pytest.FixtureRequest) -> ArtifactStore:
    if request.param == "memory":
        return MemoryArtifactStore()
    return BlobArtifactStore(request.getfixturevalue("clients").container)


def content(store: ArtifactStore, name: str = NAME) -> bytes:
    artifact = store.read(name)
    assert artifact is not None
    return artifact.data


def test_what_was_created_is_read_back(store: ArtifactStore) -> None:
    assert store.create(NAME, EVERY_BYTE)

    assert content(store) == EVERY_BYTE


def test_a_second_create_with_other_bytes_changes_nothing_and_says_so(store: ArtifactStore) -> None:
    store.create(NAME, b"mine")

    assert store.create(NAME, b"yours") is False

    assert content(store) == b"mine"


def test_a_repeated_create_of_the_same_bytes_counts_as_done(store: ArtifactStore) -> None:
    store.create(NAME, b"mine")

    assert store.create(NAME, b"mine") is True


def test_an_empty_blob_is_a_blob(store: ArtifactStore) -> None:
    assert store.create(NAME, b"")

    assert content(store) == b""
    assert store.size(NAME) == 0
    assert store.read_from(NAME, 0, 10) == b""


def test_what_nobody_wrote_is_none(store: ArtifactStore) -> None:
    assert store.read(NAME) is None
    assert store.read_from(NAME, 0, 10) is None
    assert store.size(NAME) is None


def test_of_sixteen_creates_at_once_exactly_one_wins(store: ArtifactStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(lambda number: store.create(NAME, f"caller {number}".encode()), range(16)))

    assert won.count(True) == 1
    assert content(store) == f"caller {won.index(True)}".encode()


def test_a_heartbeat_is_written_over_the_one_before_and_is_young(store: ArtifactStore) -> None:
    store.overwrite(NAME, b"first, and longer")
    store.overwrite(NAME, b"second")

    artifact = store.read(NAME)

    assert artifact is not None
    assert artifact.data == b"second"
    assert 0 <= artifact.age_seconds < 60


def test_a_log_grows_by_what_is_appended_at_its_end(store: ArtifactStore) -> None:
    length = store.append(NAME, b"one\n", offset=0)
    length = store.append(NAME, "zwölf\n".encode(), offset=length)

    assert length == store.size(NAME)
    assert content(store) == "one\nzwölf\n".encode()


def test_a_log_may_begin_with_nothing(store: ArtifactStore) -> None:
    assert store.append(NAME, b"", offset=0) == 0

    assert store.size(NAME) == 0
    assert store.append(NAME, b"x", offset=0) == 1


def test_an_append_of_many_megabytes_arrives_whole(store: ArtifactStore) -> None:
    data = EVERY_BYTE * (9 * 4096)

    assert store.append(NAME, data, offset=0) == len(data)

    assert content(store) == data


def test_an_append_whose_answer_was_lost_is_not_doubled(store: ArtifactStore) -> None:
    store.append(NAME, b"one", offset=0)
    store.append(NAME, b"two", offset=3)

    assert store.append(NAME, b"two", offset=3) == 6

    assert content(store) == b"onetwo"


def test_an_append_that_was_lost_and_has_grown_adds_only_the_rest(store: ArtifactStore) -> None:
    store.append(NAME, b"one", offset=0)

    assert store.append(NAME, b"one two", offset=0) == 7

    assert content(store) == b"one two"


def test_an_append_where_somebody_else_has_written_is_refused(store: ArtifactStore) -> None:
    store.append(NAME, b"one", offset=0)

    with pytest.raises(AlreadyExists):
        store.append(NAME, b"six", offset=0)

    assert content(store) == b"one"


@pytest.mark.parametrize("length", [0, 3])
def test_an_append_behind_the_end_is_refused(store: ArtifactStore, length: int) -> None:
    if length:
        store.append(NAME, b"one", offset=0)

    with pytest.raises(AlreadyExists):
        store.append(NAME, b"six", offset=length + 1)


def test_an_append_to_what_is_no_log_is_refused(store: ArtifactStore) -> None:
    store.create(NAME, b"one")

    with pytest.raises(AlreadyExists):
        store.append(NAME, b"two", offset=3)


def test_a_log_is_read_piece_by_piece_until_nothing_is_left(store: ArtifactStore) -> None:
    store.append(NAME, b"0123456789", offset=0)

    pieces = [store.read_from(NAME, offset, 4) for offset in (0, 4, 8, 10, 99)]

    assert pieces == [b"0123", b"4567", b"89", b"", b""]


def test_a_store_that_is_there_answers(store: ArtifactStore) -> None:
    store.ping()


def test_a_deleted_blob_is_gone_and_deleting_it_again_is_harmless(store: ArtifactStore) -> None:
    store.create(NAME, b"x")

    store.delete(NAME)
    store.delete(NAME)

    assert store.read(NAME) is None


def test_the_names_below_a_prefix_are_listed(store: ArtifactStore) -> None:
    store.create("operations/op-000000000001-1/1/spec", b"x")
    store.append("operations/op-000000000001-1/1/log", b"x", offset=0)
    store.create("operations/op-000000000001-12/1/spec", b"x")

    assert sorted(store.names("operations/op-000000000001-1/")) == [
        "operations/op-000000000001-1/1/log",
        "operations/op-000000000001-1/1/spec",
    ]
