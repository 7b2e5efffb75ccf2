"""Bodies, headers and addresses that are refused before their content is checked."""

from __future__ import annotations

import json

from tests.contract.scenarios.recording import Recording
from tests.contract.scenarios.worlds import GREETING
from tests.unit.api_client import JSON
from tests.world import World

_BODY = json.dumps(GREETING).encode()
_DEPLOY = "/deploy"


def record(recording: Recording) -> None:
    """Record every refusal of malformed requests and of reserved or missing names of callers."""
    caller = recording.over(World())
    for name, data in _MALFORMED.items():
        caller.send(f"malformed: {name}", "POST", _DEPLOY, data, JSON)
    caller.send("empty body", "POST", _DEPLOY, b"", JSON)
    caller.send("body of white space", "POST", _DEPLOY, b" \r\n", JSON)
    caller.send("body over one mebibyte", "POST", _DEPLOY, b" " * (1024 * 1024 + 1), JSON)
    caller.send("chunked body", "POST", _DEPLOY, b"", {**JSON, "Transfer-Encoding": "chunked"})
    for name, headers in _MEDIA_TYPES.items():
        caller.send(f"media type: {name}", "POST", _DEPLOY, _BODY, headers)
    for name, headers in _KEYS.items():
        caller.send(f"idempotency key: {name}", "POST", _DEPLOY, _BODY, {**JSON, **headers})
    for name, value in (("array", b"[]"), ("text", b'"greeting"'), ("null", b"null")):
        caller.send(f"body that is no object: {name}", "POST", _DEPLOY, value, JSON)
    caller.send("unlock with an empty body", "POST", "/deployments/deploy-000000000000/unlock", b"", JSON)
    _callers(recording)
    _correlation(recording)


def _callers(recording: Recording) -> None:
    caller = recording.over(World())
    for name, value in (("slipway", "slipway"), ("everybody", "*"), ("too long", "a" * 257)):
        caller.get(f"caller's name: {name}", "/deployments", X_Slipway_User=value)
    plain = recording.over(World(), SLIPWAY_USER_HEADER="")
    plain.get("caller's name where it is not taken", "/deployments")
    signed_in = recording.over(World(), SLIPWAY_USER_HEADER="", WEBSITE_AUTH_ENABLED="True")
    signed_in.get("not signed in", "/deployments", X_Slipway_User="")
    signed_in.get("not signed in: health", "/health", X_Slipway_User="")
    principal = {"X_Slipway_User": "", "X_MS_CLIENT_PRINCIPAL_NAME": "ada@contoso.example"}
    signed_in.get("signed in", "/deployments", **principal)


def _correlation(recording: Recording) -> None:
    caller = recording.over(World())
    path = "/providers/none"
    caller.get("correlation id of the caller", path, X_Correlation_ID="run-7.a_B")
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    caller.get("trace of the caller", path, traceparent=trace)
    caller.get("unknown path", "/deploymens")
    caller.get("path with a wrong prefix", "/api/deployments")
    public = recording.over(World(), SLIPWAY_PUBLIC_URL="https://public.example/slipway")
    public.post("deploy behind a public address", _DEPLOY, GREETING)


_MALFORMED = {
    "cut off": b'{"template_name": ',
    "single quotes": b"{'template_name': 'greeting'}",
    "comma too many": b'{"a": 1,}',
    "two values": b'{"a": 1} {"b": 2}',
    "key twice": b'{"a": {"x": 1, "x": 1}}',
    "not a number": b'{"a": NaN}',
    "number too large": b'{"a": 1e400}',
    "half a surrogate pair": b'{"a": "\\ud800"}',
    "not UTF-8": b'{"a": "\xff"}',
    "byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "control character": b'{"a": "tab\there"}',
    "too deep": b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}",
}
_MEDIA_TYPES = {
    "none": {},
    "text": {"Content-Type": "text/plain"},
    "form": {"Content-Type": "application/x-www-form-urlencoded"},
    "other charset": {"Content-Type": "application/json; charset=latin-1"},
    "compressed": {**JSON, "Content-Encoding": "gzip"},
    "of its own kind": {"Content-Type": 'Application/vnd.x+json; charset="UTF-8"'},
}
_KEYS = {
    "with a space": {"Idempotency-Key": "a b"},
    "too long": {"Idempotency-Key": "k" * 256},
    "two that differ": {"Idempotency-Key": "a", "Repeatability-Request-ID": "b"},
}
