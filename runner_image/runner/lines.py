"""Cuts a stream of bytes into lines of text."""

from __future__ import annotations

from collections.abc import Callable

# A line of Terraform's JSON may hold a whole output; one that is longer than this is handed on in pieces.
LONGEST_LINE = 8 * 1024 * 1024


class LineSplitter:
    """Takes chunks and hands on each whole line, decoded as UTF-8 with replacements, without its end."""

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the stream."""
        begin = 0
        while (end := chunk.find(b"\n", begin)) >= 0:
            self._rest += chunk[begin:end]
            self._hand_on()
            begin = end + 1
        self._rest += chunk[begin:]
        if len(self._rest) >= LONGEST_LINE:
            self._hand_on()

    def close(self) -> None:
        """Hand on what stands after the last line end."""
        if self._rest:
            self._hand_on()

    def _hand_on(self) -> None:
        text = self._rest.decode("utf-8", "replace").removesuffix("\r")
        self._rest.clear()
        self._line(text)
