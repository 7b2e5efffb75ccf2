"""Packs a template's files into one archive when a request is accepted; the runner unpacks it.

The archive is an uncompressed tar. Its bytes depend only on the files' paths and contents. It contains only
regular files. A file that begins with `#!` is unpacked as executable, because a deployment package does not
keep file modes.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from functions.domain.errors import SlipwayError


class UnsafeBundle(SlipwayError):
    """An archive is damaged, would write outside its folder, or contains more than regular files."""


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of the files' contents and paths, as `sha256sum <files> | sha256sum` computes it."""
    lines = (f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of the files. `files` maps a relative path with forward slashes to the content.

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
    """Write the archive's files below the folder, which must exist.

    Every member is checked before the first is written. Raises UnsafeBundle, and FileExistsError if a file
    exists already.
    """
    for path, content in list(_members(data)):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(content)
        if content.startswith(b"#!"):
            target.chmod(0o755)


def check_path(path: str) -> None:
    """Raise UnsafeBundle unless the path is relative, plain and below its folder on every system."""
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
                    raise UnsafeBundle(
                        f"unpacking {member.name!r}: it is not a regular file, or appears twice"
                    )
                seen.add(member.name)
                yield member.name, file.read()
    except tarfile.TarError as error:
        raise UnsafeBundle("reading a bundle: it is not a complete tar archive") from error
