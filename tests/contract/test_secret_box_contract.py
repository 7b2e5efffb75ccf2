"""What every SecretBox does; the real one with a key of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.adapters.sealing.key_file import KeyFileBox, make_key_file, read_key
from functions.domain.errors import SecretBoxUnavailable, UnsealFailed
from functions.ports import SecretBox
from tests.fakes import MemorySecretBox

NAME = "operations/op-0123456789ab-1/secrets-1"
SECRET = b"hunter2" * 10


@pytest.fixture(params=["memory", "key file"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> SecretBox:
    if request.param == "memory":
        return MemorySecretBox()
    make_key_file(tmp_path / "key")
    return KeyFileBox(tmp_path / "key")


def test_what_was_sealed_is_opened_under_its_name(box: SecretBox) -> None:
    assert box.open(box.seal(SECRET, name=NAME), name=NAME) == SECRET


def test_nothing_at_all_can_be_sealed_too(box: SecretBox) -> None:
    assert box.open(box.seal(b"", name=NAME), name=NAME) == b""


def test_sealed_bytes_hold_nothing_of_what_was_sealed_and_are_others_each_time(box: SecretBox) -> None:
    first, second = box.seal(SECRET, name=NAME), box.seal(SECRET, name=NAME)

    assert b"hunter2" not in first
    assert first != second


def test_what_was_moved_to_another_blob_does_not_open(box: SecretBox) -> None:
    with pytest.raises(UnsealFailed):
        box.open(box.seal(SECRET, name=NAME), name=f"{NAME}0")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 200, b"plain text", SECRET])
def test_what_was_never_sealed_does_not_open(box: SecretBox, sealed: bytes) -> None:
    with pytest.raises(UnsealFailed):
        box.open(sealed, name=NAME)


@pytest.mark.parametrize("position", [0, 1, 20, 70, 100, -1])
def test_not_one_byte_can_be_changed(tmp_path: Path, position: int) -> None:
    make_key_file(tmp_path / "key")
    box = KeyFileBox(tmp_path / "key")
    sealed = bytearray(box.seal(SECRET, name=NAME))
    sealed[position] ^= 1

    with pytest.raises(UnsealFailed):
        box.open(bytes(sealed), name=NAME)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make_key_file(tmp_path / name)
    sealed = KeyFileBox(tmp_path / "one").seal(SECRET, name=NAME)

    with pytest.raises(UnsealFailed):
        KeyFileBox(tmp_path / "other").open(sealed, name=NAME)


def test_a_key_file_is_for_its_owner_and_made_only_once(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make_key_file(path)
    first = path.read_bytes()

    make_key_file(path)

    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_makers_at_the_same_time_end_up_with_one_key(tmp_path: Path) -> None:
    path = tmp_path / "key"

    def made() -> bytes:
        make_key_file(path)
        return read_key(path)

    with ThreadPoolExecutor(8) as pool:
        keys = {future.result() for future in [pool.submit(made) for _ in range(32)]}

    assert len(keys) == 1


def test_a_key_file_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "key"
    make_key_file(path)
    path.chmod(0o644)

    with pytest.raises(SecretBoxUnavailable, match="chmod 600"):
        KeyFileBox(path).seal(SECRET, name=NAME)


@pytest.mark.parametrize("content", [b"", b"not base64!", b"c2hvcnQ="])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(SecretBoxUnavailable, match="not base64 of 32 bytes"):
        KeyFileBox(path).open(b"\x01", name=NAME)


def test_a_key_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SecretBoxUnavailable, match="No such file"):
        KeyFileBox(tmp_path / "none").seal(SECRET, name=NAME)
