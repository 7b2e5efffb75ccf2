"""Cuts a stream of bytes into lines of text."""

from __future__ import annotations

from collections.abc import Callable

# a line of Terraform's JSON may hold a whole output
MAX_LINE_LENGTH = 8 * 1024 * 1024


class LineSplitter:
    """Takes chunks and hands on each whole line, decoded as UTF-8 with replacements, without its end.

    Of a line that is longer than LONGEST_LINE only its length is told: secrets are looked for in whole lines,
    and half of one at the end of a piece would not be found.
    """

    def __init__(self, line: Callable[[str], None]) -> None:
        self._line = line
        self._rest = bytearray()
        self._length = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the stream."""
        begin = 0
        while (end := chunk.find(b"\n", begin)) >= 0:
            self._take(chunk[begin:end])
            self._hand_on()
            begin = end + 1
        self._take(chunk[begin:])

    def close(self) -> None:
        """Hand on what stands after the last line end."""
        if self._length:
            self._hand_on()

    def _take(self, part: bytes) -> None:
        self._length += len(part)
        if self._length <= MAX_LINE_LENGTH:
            self._rest += part
        else:
            self._rest.clear()

    def _hand_on(self) -> None:
        text = self._rest.decode("utf-8", "replace").removesuffix("\r")
        if self._length > MAX_LINE_LENGTH:
            text = f"(a line of {self._length} bytes is left out: the most is {MAX_LINE_LENGTH})"
        self._rest.clear()
        self._length = 0
        self._line(text)
