"""What a secret may look like by the time somebody says it, and that it is hidden then too."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shlex
import subprocess
import time
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from runner.masking.secret_masker import SecretMasker

SECRET = 'p4ss "wörd" <a>&b/+\\%'


def test_secrets_are_masked_whole_and_line_by_line() -> None:
    redact = SecretMasker(["first-line\nsecond-line", "first-line-of-another", "short"])

    assert redact("x first-line y second-line z") == "x *** y *** z"
    assert redact("first-line\nsecond-line") == "***"
    assert redact("first-line-of-another") == "***"
    assert redact("short") == "short"


WRITTEN = {
    "as it is": SECRET,
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON in UTF-8": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON of Go": 'p4ss \\"wörd\\" \\u003ca\\u003e\\u0026b/+\\\\%',
    "JSON in JSON in JSON": json.dumps(json.dumps(json.dumps(SECRET)))[7:-7],
    "a URL's path": quote(SECRET),
    "a URL's component": quote(SECRET, safe=""),
    "a URL's user, of Go": quote(SECRET, safe=";$&+,="),
    "a URL in lower case": quote(SECRET, safe="").lower(),
    "a URL in a URL": quote(quote(SECRET, safe="")),
    "a form": quote_plus(SECRET),
    "JSON in a URL": quote(json.dumps(SECRET)[1:-1]),
    "HTML": html.escape(SECRET),
    "HTML of Go": html.escape(SECRET).replace("&quot;", "&#34;"),
    "HTML in HTML": html.escape(html.escape(SECRET)),
    "numbers of HTML": "".join(
        character if character.isalnum() else f"&#x{ord(character):X};" for character in SECRET
    ),
    "the shell": "".join(character if character.isalnum() else f"\\{character}" for character in SECRET),
    "escapes of Python": SECRET.encode("unicode_escape").decode().replace('"', '\\"'),
    "bytes of Python": repr(SECRET.encode())[2:-1],
    "a format": SECRET.replace("%", "%%"),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_a_secret_is_hidden_however_it_is_written(written: str) -> None:
    assert SecretMasker([SECRET])(f"before {WRITTEN[written]} after") == "before *** after"


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        ("it's $a secret", shlex.quote("it's $a secret")),
        ("it's $a secret", """'it'\\''s $a secret'"""),
        ("it's $a secret", json.dumps("""'it'\\''s $a secret'""")),
        ("it's ${a} %{secret}", '"it\'s $${a} %%{secret}"'),
        ("😀-smile", json.dumps("😀-smile")),
        ("😀-smile", "'\\U0001f600-smile'"),
        ("tab\tand\x01more", json.dumps("tab\tand\x01more")),
        ("\\\\share\\path\\", json.dumps(json.dumps("\\\\share\\path\\"))),
        ("line one\nline two", json.dumps(json.dumps("line one\nline two"))),
        ("!?!?!?", json.dumps(quote("!?!?!?"))),
        ("пароль", quote("пароль").lower()),
    ],
)
def test_a_secret_of_unusual_characters_is_hidden_too(secret: str, written: str) -> None:
    assert re.sub(r"""[\\"']""", "", SecretMasker([secret])(written)) == "***"


@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("text", [SECRET, json.dumps({"auth": SECRET}), f"ada:{SECRET}@host"])
def test_a_secret_is_hidden_in_base64(text: str, alphabet: Callable[[bytes], bytes]) -> None:
    before, _, after = SecretMasker([SECRET])(alphabet(text.encode()).decode()).partition("***")

    # whatever is left decodes to what stood around it
    whole = base64.urlsafe_b64decode(before[: len(before) // 4 * 4])
    assert text.encode().startswith(whole)
    assert len(after.rstrip("=")) <= 4 * (len(text) - len(SECRET)) // 3 + 2


@pytest.mark.parametrize("user", ["", "u", "us", "use"])
@pytest.mark.parametrize("rest", ["", "1", "12", "123"])
@pytest.mark.parametrize("secret", ["123456", SECRET, "seven77"])
def test_a_secret_within_something_longer_is_hidden_in_base64(user: str, rest: str, secret: str) -> None:
    encoded = base64.b64encode(f"{user}{secret}{rest}".encode()).decode()

    redacted = SecretMasker([secret])(encoded)

    assert "***" in redacted
    assert len(redacted.replace("***", "")) <= 4 + 4 + len(user + rest)


def test_texts_and_long_numbers_within_a_structured_secret_are_hidden() -> None:
    redact = SecretMasker([])
    redact.add([{"user": "somebody", "pins": [12345678, 42], "on": True, "none": None}])

    assert redact("somebody 12345678 42 user True") == "*** *** 42 user True"


def test_a_json_value_is_redacted_wherever_it_holds_texts() -> None:
    redact = SecretMasker(["secret-word"])

    assert redact.all_in({"a": ["x secret-word", 1, None], "secret-word": {"b": "secret-word"}}) == {
        "a": ["x ***", 1, None],
        "***": {"b": "***"},
    }


_LINES = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(20)]
PEM = "\n".join(("-----BEGIN KEY-----", *_LINES, "-----END KEY-----", ""))


@pytest.mark.parametrize("before", ["", "x", "xy", "key: "])
@pytest.mark.parametrize("width", [64, 76])
def test_a_long_secret_is_hidden_in_base64_whose_lines_were_wrapped(before: str, width: int) -> None:
    redact = SecretMasker([PEM])
    encoded = base64.b64encode((before + PEM).encode()).decode()
    lines = [encoded[at : at + width] for at in range(0, len(encoded), width)]

    # each line by itself, as a log has them, and all of them in one text
    assert all(len(redact(line).replace("***", "")) <= 8 for line in lines[:-1])
    assert len(re.sub(r"\*\*\*|\n", "", redact("\n".join(lines)))) <= 8 * len(lines) + 20


def test_what_only_resembles_a_secret_in_base64_is_left_alone() -> None:
    redact = SecretMasker([PEM])
    certificate = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nMIIB").decode()

    assert redact(certificate) == certificate
    assert redact("x" * 100) == "x" * 100


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        (12345678, "12345678"),
        (12345678, "1.2345678e+07"),
        (1e21, "1000000000000000000000"),
        (1234567.5, "1234567.5"),
        (-12345678.0, "-12345678"),
        (0.00001234567, "0.00001234567"),
    ],
)
def test_a_number_is_hidden_however_it_is_written(secret: float, written: str) -> None:
    redact = SecretMasker([])
    redact.add([{"pin": secret}])

    assert redact(f"the pin is {written}") == "the pin is ***"


@pytest.mark.parametrize("secret", [12345678, "12345678", 12345678.0], ids=repr)
def test_a_number_in_a_json_value_is_hidden(secret: Any) -> None:
    redact = SecretMasker([])
    redact.add([secret])

    assert redact.all_in([12345678, 12345678.0, 1.5, True, None]) == ["***", "***", 1.5, True, None]


def test_a_secret_is_hidden_as_terraform_composes_its_characters() -> None:
    secret = unicodedata.normalize("NFD", "pässwörter")

    assert SecretMasker([secret])(f"{secret} {unicodedata.normalize('NFC', secret)}") == "*** ***"


@pytest.mark.parametrize(
    "secret", ["with-\\2-octal", "with\\-a\\\\slash", "tab\\tand\\0101", "cut-here\\c-after"]
)
def test_a_secret_is_hidden_as_the_shell_echoes_it(secret: str) -> None:
    output = subprocess.run(
        ["sh", "-c", 'echo "$0"', secret], capture_output=True, text=True, check=True
    ).stdout.rstrip()

    assert SecretMasker([secret])(f"says {output}") == "says ***"


def test_each_line_of_what_the_shell_makes_of_a_secret_is_hidden() -> None:
    assert SecretMasker(["first-line\\nsecond-line"])("second-line, then first-line") == "***, then ***"


def test_a_very_long_secret_is_hidden_without_a_search_that_takes_long() -> None:
    secret = json.dumps([f"word {number}" for number in range(20_000)])
    redact = SecretMasker([secret])

    began = time.process_time()
    assert not re.search("word", redact(f"before {secret} after"))
    assert not re.search("word", redact(json.dumps(secret)))
    assert time.process_time() - began < 10


def test_a_search_does_not_take_long_whatever_the_text_is() -> None:
    redact = SecretMasker(['"quoted" \\ and \\\\ more', "\\\\\\\\\\\\"])

    began = time.process_time()
    redact("quoted" + "\\" * 100_000 + '"' * 100_000 + "%25" * 100_000)
    assert time.process_time() - began < 10
