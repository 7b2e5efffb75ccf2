"""Splits a stream of bytes into lines of text."""

from __future__ import annotations

from collections.abc import Callable

# One line of Terraform's JSON may contain a whole output.
MAX_LINE_LENGTH = 8 * 1024 * 1024


class LineSplitter:
    """Takes chunks and passes on each complete line, decoded as UTF-8 with replacements, without its end.

    A line longer than MAX_LINE_LENGTH is replaced by a note of its length. Passing it on in pieces would leak
    secrets: they are masked in complete lines, and a secret cut in two would not be recognized.
    """

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._rest = bytearray()
        self._length = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the stream."""
        begin = 0
        while (end := chunk.find(b"\n", begin)) >= 0:
            self._take(chunk[begin:end])
            self._end_line()
            begin = end + 1
        self._take(chunk[begin:])

    def close(self) -> None:
        """Pass on the text after the last line end."""
        if self._length:
            self._end_line()

    def _take(self, part: bytes) -> None:
        self._length += len(part)
        if self._length <= MAX_LINE_LENGTH:
            self._rest += part
        else:
            self._rest.clear()

    def _end_line(self) -> None:
        text = self._rest.decode("utf-8", "replace").removesuffix("\r")
        if self._length > MAX_LINE_LENGTH:
            text = f"(a line of {self._length} bytes is left out: the most is {MAX_LINE_LENGTH})"
        self._rest.clear()
        self._length = 0
        self._on_line(text)
