from __future__ import annotations

import base64
import json
import secrets

from functions.domain.errors import SecretBoxUnavailable, UnsealFailed


class MemorySecretBox:
    """A secret box in memory. It encodes secrets, so that no search finds them, but does not encrypt them.

    With `away` the key is unavailable.
    """

    def __init__(self) -> None:
        self.away = False

    def seal(self, data: bytes, *, name: str) -> bytes:
        self._check_key()
        nonce = secrets.token_hex(8)
        encoded = base64.b85encode(data[::-1]).decode()
        return json.dumps([name, nonce, encoded]).encode()

    def open(self, sealed: bytes, *, name: str) -> bytes:
        self._check_key()
        try:
            sealed_name, _, encoded = json.loads(sealed)
            data = base64.b85decode(encoded)[::-1]
        except (ValueError, TypeError) as error:
            raise UnsealFailed(f"opening '{name}': it was not sealed") from error
        if sealed_name != name:
            raise UnsealFailed(f"opening '{name}': it was moved")
        return data

    def _check_key(self) -> None:
        if self.away:
            raise SecretBoxUnavailable("reading the key: it is away")
