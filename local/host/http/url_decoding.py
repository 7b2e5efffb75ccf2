"""Decodes request paths and queries, and encodes paths, like the Functions host: by rules of ASP.NET Core.

In a path `%2F` is not decoded, so a slash in a value never begins a new segment. Dot segments are removed
after decoding, and bytes that are not UTF-8 stay percent-encoded. In a query `+` is a space, names are
case-insensitive, repeated values are joined by a comma, and a name without a value is dropped. A function's
`req.url` has the decoded path, encoded again, and the query as the client sent it.
"""

from __future__ import annotations

import codecs
import re
from urllib.parse import quote

_ENCODED_IN_PATH = re.compile(r"(?:%(?!2[fF])[0-9a-fA-F]{2})+")
_NEVER_IN_PATH = re.compile(r"(?:%(?![0-9a-fA-F]{2})|[^A-Za-z0-9/!$&'()*+,;=:@\-._~%])+")
_ENCODED = re.compile(r"(?:%[0-9a-fA-F]{2})+")


def _keep_encoded(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(f"%{byte:02X}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error("slipway-keep-encoded", _keep_encoded)


def decode_path(raw: str) -> str:
    """Return the decoded path. Raises ValueError if it contains a NUL."""
    path = _ENCODED_IN_PATH.sub(_decode_run, raw) if "%" in raw else raw
    if "\0" in path:
        raise ValueError("the path contains a NUL character")
    return _without_dot_segments(path) if "/." in path else path


def encode_path(path: str) -> str:
    """Return the path as in `req.url`. Bytes that decoding left percent-encoded stay so."""
    return _NEVER_IN_PATH.sub(lambda match: quote(match[0], safe=""), path)


def parse_query(raw: str) -> dict[str, str]:
    """Return the values of the query, by the first spelling of each name."""
    spellings: dict[str, str] = {}
    values: dict[str, str] = {}
    for pair in raw.split("&") if raw else ():
        name, _, value = (_decode_query(part) for part in pair.partition("="))
        if not value:
            continue
        spelling = spellings.setdefault(name.lower(), name)
        values[spelling] = f"{values[spelling]},{value}" if spelling in values else value
    return values


def _decode_query(raw: str) -> str:
    return _ENCODED.sub(_decode_run, raw.replace("+", " "))


def _decode_run(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "slipway-keep-encoded")


def _without_dot_segments(path: str) -> str:
    result: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del result[-1:]
        elif segment != ".":
            result.append(segment)
    if segments[-1] in (".", ".."):
        result.append("")
    return "/" + "/".join(result)
