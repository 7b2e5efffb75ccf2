"""Bodies that must be refused, each with a reason, sent to POST /deploy."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from functions.api import strict_json
from tests.unit.api_client import GREETING, JSON, ApiClient, Reply


def post(body: bytes, headers: Mapping[str, str] = JSON) -> Reply:
    return ApiClient().request("POST", "/deploy", body, headers)


def with_parameter(text: str) -> bytes:
    return (
        b'{"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": %s}}'
        % (text.encode())
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"template_name": ', "line 1, column 19"),
        (b"{'template_name': 'greeting'}", "line 1, column 2"),
        (b'{"a": 1,}', "line 1"),
        (b'{"a": 1} {"b": 2}', "extra data"),
        (b'{"a": 1, "b": 2, "a": 3}', "key 'a' appears twice"),
        (b'{"a": {"x": 1, "x": 1}}', "key 'x' appears twice"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "appears twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": 1e400}', "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "digits"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"a": "\xff"}', "byte 7"),
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": "tab\there"}', "control character"),
        (b'{"a": ' + b"[" * 32 + b"]" * 32 + b"}", "deeper than 32"),
    ],
)
def test_what_is_no_sound_json_is_refused_saying_why(body: bytes, expected: str) -> None:
    reply = post(body)

    assert (reply.status, reply.json["code"]) == (400, "malformed_json")
    assert expected in reply.json["detail"]


def test_brackets_within_strings_do_not_count_as_depth() -> None:
    assert post(with_parameter(json.dumps("[{" * 100 + '\\"'))).status == 202


def test_the_deepest_body_that_is_taken_has_32_levels() -> None:
    body = b'{"parameters": {"name": ' + b"[" * 30 + b"]" * 30 + b"}}"

    assert post(body).json["code"] == "invalid_request"


@pytest.mark.parametrize("filler", [b"[", b'{"a":', b'"\\"', b'\\"', b'"', b"9", b"\\", b'"a":1,'])
def test_a_hostile_megabyte_is_refused(filler: bytes) -> None:
    # what would take quadratic time would never come to an end here
    body = (filler * (1024 * 1024))[: 1024 * 1024]

    assert post(body).json["code"] == "malformed_json"


def test_a_body_over_one_mebibyte_is_refused() -> None:
    reply = post(b" " * (1024 * 1024 + 1))

    assert (reply.status, reply.json["code"]) == (413, "body_too_large")
    assert "1048576" in reply.json["detail"]


@pytest.mark.parametrize("body", [b"", b"  \r\n"])
def test_an_empty_body_is_refused_with_a_call_that_works(body: bytes) -> None:
    reply = post(body)

    assert (reply.status, reply.json["code"]) == (400, "empty_body")
    assert "curl -X POST 'https://slipway.example/deploy'" in reply.json["detail"]


def test_a_chunked_body_is_asked_for_with_its_length() -> None:
    reply = post(b"", {**JSON, "Transfer-Encoding": "chunked"})

    assert (reply.status, reply.json["code"]) == (411, "length_required")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "text/json+json",
        "application/json; charset=latin-1",
        'application/json; charset="utf-16"',
    ],
)
def test_another_content_type_is_refused(content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}

    reply = post(json.dumps(GREETING).encode(), headers)

    assert (reply.status, reply.json["code"]) == (415, "unsupported_media_type")


def test_the_refusal_of_a_form_shows_the_right_call() -> None:
    detail = post(b"template_name=greeting", {"Content-Type": "application/x-www-form-urlencoded"}).json[
        "detail"
    ]

    assert "-H 'Content-Type: application/json' -d '{" in detail
    assert '"template_name": "greeting"' in detail


def test_the_call_that_a_refusal_shows_is_taken() -> None:
    detail = post(b"").json["detail"]

    body = detail.partition("-d '")[2].rstrip("'").encode()

    assert post(body).status == 202


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; Charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/vnd.contoso.deploy+json",
    ],
)
def test_json_is_taken_by_any_of_its_names(content_type: str) -> None:
    assert post(json.dumps(GREETING).encode(), {"Content-Type": content_type}).status == 202


def test_a_compressed_body_is_refused() -> None:
    reply = post(b"\x1f\x8b", {**JSON, "Content-Encoding": "gzip"})

    assert (reply.status, reply.json["code"]) == (415, "unsupported_media_type")


def test_a_whole_number_beyond_two_to_the_53_stays_exact() -> None:
    assert strict_json.parse(b'{"n": 9007199254740993}') == {"n": 9007199254740993}


def test_any_character_survives_reading() -> None:
    assert strict_json.parse('{"n": "é👋\\ud83d\\udc4b\\u0000"}'.encode()) == {"n": "é👋👋\0"}
