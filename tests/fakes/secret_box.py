from __future__ import annotations

import base64
import json
import secrets

from functions.domain.errors import SecretBoxUnavailable, UnsealFailed


class MemorySecretBox:
    """Hides nothing from who wants to look, and everything from a search; `away` stands for a key that
    cannot be had.
    """

    def __init__(self) -> None:
        self.away = False

    def seal(self, data: bytes, *, name: str) -> bytes:
        self._answer()
        nonce = secrets.token_hex(8)
        hidden = base64.b85encode(data[::-1]).decode()
        return json.dumps([name, nonce, hidden]).encode()

    def open(self, sealed: bytes, *, name: str) -> bytes:
        self._answer()
        try:
            sealed_name, _, hidden = json.loads(sealed)
            data = base64.b85decode(hidden)[::-1]
        except (ValueError, TypeError) as error:
            raise UnsealFailed(f"opening '{name}': it was not sealed") from error
        if sealed_name != name:
            raise UnsealFailed(f"opening '{name}': it was moved")
        return data

    def _answer(self) -> None:
        if self.away:
            raise SecretBoxUnavailable("reading the key: it is away")
