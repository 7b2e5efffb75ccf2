"""What a secret may look like by the time somebody says it, and that it is hidden then too."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest

from runner.redaction import Redaction

SECRET = 'p4ss "wörd" <a>&b/+\\%'


def test_secrets_are_masked_whole_and_line_by_line() -> None:
    redact = Redaction(["first-line\nsecond-line", "first-line-of-another", "short"])

    assert redact("x first-line y second-line z") == "x *** y *** z"
    assert redact("first-line\nsecond-line") == "***"
    assert redact("first-line-of-another") == "***"
    assert redact("short") == "short"


@pytest.mark.parametrize(
    "said",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        '"p4ss \\"wörd\\" \\u003ca\\u003e\\u0026b/+\\\\%"',
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    ],
    ids=["plain", "python", "unicode", "go", "path", "component", "form", "base64", "base64url"],
)
def test_a_secret_is_hidden_however_it_is_written(said: str) -> None:
    assert Redaction([SECRET])(f"before {said} after").replace('"', "").rstrip("=") in (
        "before *** after",
        "before ***= after",
        "before ***== after",
    )


@pytest.mark.parametrize("user", ["", "u", "us", "use"])
@pytest.mark.parametrize("rest", ["", "1", "12", "123"])
@pytest.mark.parametrize("secret", ["123456", SECRET, "seven77"])
def test_a_secret_within_something_longer_is_hidden_in_base64(user: str, rest: str, secret: str) -> None:
    said = base64.b64encode(f"{user}{secret}{rest}".encode()).decode()

    redacted = Redaction([secret])(said)

    assert "***" in redacted
    assert len(redacted.replace("***", "")) <= 4 + 4 + len(user + rest)


def test_texts_and_long_numbers_within_a_structured_secret_are_hidden() -> None:
    redact = Redaction([])
    redact.add([{"user": "somebody", "pins": [12345678, 42], "on": True, "none": None}])

    assert redact("somebody 12345678 42 user True") == "*** *** 42 user True"


def test_a_json_value_is_redacted_wherever_it_holds_texts() -> None:
    redact = Redaction(["secret-word"])

    assert redact.all_in({"a": ["x secret-word", 1, None], "secret-word": {"b": "secret-word"}}) == {
        "a": ["x ***", 1, None],
        "***": {"b": "***"},
    }
