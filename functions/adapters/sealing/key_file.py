"""SecretBox with a key in a file: for one machine and development only. In Azure a Key Vault key replaces the
file.

Each value is encrypted with its own data key (AES-256-GCM), and the data key with the file's key. The sealed
bytes are: version, nonce and wrapped data key, nonce and ciphertext. Both parts have the blob's name as
associated data, so a value that was moved to another blob cannot be opened.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from functions.domain.errors import SecretBoxUnavailable, UnsealFailed

KEY_BYTES = 32

_VERSION = b"\x01"
_NONCE = 12
_TAG = 16
_WRAPPED = _NONCE + KEY_BYTES + _TAG


class KeyFileBox:
    """Seals with the key in a file, which is read at the first use. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key: bytes | None = None

    def seal(self, data: bytes, *, name: str) -> bytes:
        """Return the sealed bytes, which differ at each call. Raises SecretBoxUnavailable."""
        data_key = secrets.token_bytes(KEY_BYTES)
        wrapped = _encrypt(self._read_key(), data_key, name)
        return _VERSION + wrapped + _encrypt(data_key, data, name)

    def open(self, sealed: bytes, *, name: str) -> bytes:
        """Return the bytes that `seal` was given. Raises UnsealFailed, SecretBoxUnavailable."""
        if sealed[:1] != _VERSION:
            raise UnsealFailed(f"opening '{name}': it was not sealed, or by a later version")
        body = sealed[1:]
        data_key = _decrypt(self._read_key(), body[:_WRAPPED], name)
        return _decrypt(data_key, body[_WRAPPED:], name)

    def _read_key(self) -> bytes:
        if self._key is None:
            self._key = read_key(self._path)
        return self._key


def make_key_file(path: Path) -> None:
    """Write a new key that only its owner can read, unless the file exists. The file appears complete."""
    if path.exists():
        return
    complete = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(complete, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        with suppress(FileExistsError):
            os.link(complete, path)
    finally:
        complete.unlink()


def read_key(path: Path) -> bytes:
    """Return the key in a file.

    Raises SecretBoxUnavailable if the file cannot be read, contains no key, or can be read by others.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except OSError as error:
        raise SecretBoxUnavailable(f"reading the key file '{path}': {error.strerror}") from error
    if stat.S_IMODE(mode) & 0o077:
        raise SecretBoxUnavailable(
            f"reading the key file '{path}': other users can read it; run chmod 600 on it"
        )
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SecretBoxUnavailable(f"reading the key file '{path}': it is not base64 of {KEY_BYTES} bytes")
    return key


def _encrypt(key: bytes, data: bytes, name: str) -> bytes:
    # Imported here, as a request without secrets does not need it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, name.encode())


def _decrypt(key: bytes, data: bytes, name: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise UnsealFailed(
            f"opening '{name}': it was changed or moved, or was sealed with another key"
        ) from error
