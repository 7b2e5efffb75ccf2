"""Keeps the end of each runner's output for a while after its folder is removed, to show why a runner died.

Values that the runner's environment names as secrets are masked before the text is stored or shown, and so
are the user and password of an address.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_READ_BYTES = 16_384
_SHOWN_CHARACTERS = 1000
_SHOWN_LINES = 6
_KEPT_SECONDS = 3600
_SUFFIX = ".log"
_SECRET_NAME = re.compile(r"SECRET|PASSWORD|TOKEN|KEY|CREDENTIAL|^SLIPWAY_STORAGE$", re.IGNORECASE)
_SECRET_PART = re.compile(r"(?:AccountKey|SharedAccessSignature)=([^;]+)", re.IGNORECASE)
_USER_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s]+(?=@)")
# Masking a shorter value would hide ordinary words.
_MIN_SECRET_LENGTH = 8


class RunnerLogs:
    """Stores texts in `<folder>/<execution>.log`; `environ` is the environment that runners get."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        secrets = {value for name, value in environ.items() if _SECRET_NAME.search(name)}
        secrets |= {part for value in environ.values() for part in _SECRET_PART.findall(value)}
        # The longest first, as one may be a part of another.
        self._secrets = sorted((text for text in secrets if len(text) >= _MIN_SECRET_LENGTH), key=len)[::-1]

    def keep(self, execution: str, log: Path) -> None:
        """Keep the end of a log whose folder is about to be removed."""
        text = self.end_of(log)
        if text:
            with suppress(OSError):
                self._path(execution).write_text(text, encoding="utf-8")

    def kept(self, execution: str) -> str:
        """Return the kept text of an execution, or an empty text."""
        with suppress(OSError):
            return self._path(execution).read_text(encoding="utf-8")
        return ""

    def end_of(self, log: Path) -> str:
        """Return the last lines of a log, or an empty text if it cannot be read."""
        try:
            with log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _READ_BYTES))
                text = file.read().decode(errors="replace")
        except OSError:
            return ""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        text = _USER_IN_ADDRESS.sub("***", text)
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        return "\n".join(lines[-_SHOWN_LINES:])[-_SHOWN_CHARACTERS:]

    def sweep(self) -> None:
        """Remove the texts whose time is over."""
        oldest = time.time() - _KEPT_SECONDS
        for path in self._folder.glob(f"*{_SUFFIX}"):
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    def _path(self, execution: str) -> Path:
        return self._folder / f"{execution}{_SUFFIX}"
