from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from functions.domain.catalog.bundle import UnsafeBundle, digest, pack, unpack


def archive(*members: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return buffer.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    info.size = 1 if kind == tarfile.REGTYPE else 0
    return info


def test_files_come_back_byte_for_byte(tmp_path: Path) -> None:
    files = {
        "main.tf": b"a\r\nb\x00",
        "modules/\u00fcber/main.tf": "é".encode(),
        "empty": b"",
        "long/" + "n" * 150: b"x" * 100_000,
    }

    unpack(pack(files), tmp_path)

    assert {
        p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()
    } == files


def test_the_archive_depends_on_nothing_but_paths_and_contents() -> None:
    assert pack({"b": b"2", "a": b"1"}) == pack({"a": b"1", "b": b"2"})


def test_a_script_is_executable_and_other_files_are_not(tmp_path: Path) -> None:
    unpack(pack({"run.sh": b"#!/bin/sh\n", "main.tf": b""}), tmp_path)

    assert (tmp_path / "run.sh").stat().st_mode & 0o111 == 0o111
    assert (tmp_path / "main.tf").stat().st_mode & 0o111 == 0


@pytest.mark.parametrize("name", ["/abs", "../up", "a/../../up", "a//b", "./a", "a\\b", "C:x", ""])
def test_a_path_that_could_leave_the_folder_is_refused_both_ways(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsafeBundle):
        pack({name: b"x"})
    with pytest.raises(UnsafeBundle):
        unpack(archive(member("fine"), member(name)), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE]
)
def test_anything_but_a_regular_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(UnsafeBundle):
        unpack(archive(member("fine"), member("other", kind, "fine")), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafeBundle):
        unpack(archive(member("a"), member("a")), tmp_path)


@pytest.mark.parametrize("data", [b"", b"not a tar archive", pack({"a": b"x" * 5000})[:3000]])
def test_a_damaged_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnsafeBundle):
        unpack(data, tmp_path)


def test_a_file_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"mine")

    with pytest.raises(FileExistsError):
        unpack(pack({"a": b"theirs"}), tmp_path)
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_the_digest_can_be_made_with_sha256sum() -> None:
    lines = f"{hashlib.sha256(b'1').hexdigest()}  a\n{hashlib.sha256(b'2').hexdigest()}  b/c\n"

    assert digest({"b/c": b"2", "a": b"1"}) == hashlib.sha256(lines.encode()).hexdigest()
