"""A template's files as one archive: made when a request is accepted, unpacked by the runner.

The archive is an uncompressed tar whose bytes depend on nothing but the files' paths and contents. It holds
regular files only; a file that begins with `#!` is unpacked as executable, so no file mode has to survive a
deployment package.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from functions.domain.errors import SlipwayError


class UnsafeBundle(SlipwayError):
    """An archive that is damaged, or that would write outside its folder or make more than regular files."""


def digest(files: Mapping[str, bytes]) -> str:
    """The SHA-256 (64 hex digits) of the files' contents and paths, in the form of `sha256sum <files> |
    sha256sum`.
    """
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of the files, given as relative path with forward slashes → content.

    Raises UnsafeBundle for a path that `unpack` would refuse.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(files):
            check_path(path)
            member = tarfile.TarInfo(path)
            member.size = len(files[path])
            archive.addfile(member, io.BytesIO(files[path]))
    return buffer.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """Writes the archive's files below the folder, which must exist; no file of it may be there already.

    Every member is checked before the first is written. Raises UnsafeBundle, and FileExistsError for a file
    in the way.
    """
    for path, content in list(_members(data)):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(content)
        if content.startswith(b"#!"):
            target.chmod(0o755)


def check_path(path: str) -> None:
    """Raises UnsafeBundle unless the path is relative, plain and below its folder on every system."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or any(char in "\\:\0" for char in path):
        raise UnsafeBundle(f"packing path {path!r}: it is not a plain path below the template's folder")


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for member in archive:
                check_path(member.name)
                file = archive.extractfile(member) if member.isreg() else None
                if file is None or member.name in seen:
                    raise UnsafeBundle(f"unpacking {member.name!r}: it is no regular file, or is there twice")
                seen.add(member.name)
                yield member.name, file.read()
    except tarfile.TarError as error:
        raise UnsafeBundle("reading a bundle: it is no whole tar archive") from error
