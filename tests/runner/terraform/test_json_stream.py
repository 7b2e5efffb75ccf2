from __future__ import annotations

import json
from typing import Any

import pytest

from runner.engines.terraform.json_stream import JsonStream
from runner.masking.secret_masker import SecretMasker
from runner.process.lines import MAX_LINE_LENGTH, LineSplitter

SECRET = "a-secret-of-some-length"


class Reader:
    """Feeds events to a stream; `log` is what people read."""

    def __init__(self, **options: Any) -> None:
        self.log: list[str] = []
        self.stream = JsonStream(self.log.append, **options)

    def say(self, **event: Any) -> None:
        self.stream.line(json.dumps(event))

    def resource(self, kind: str, address: str, action: str = "create") -> None:
        self.say(type=kind, hook={"resource": {"addr": address}, "action": action})


def test_progress_counts_what_is_done_and_lists_what_is_in_flight() -> None:
    seen: list[tuple[int, tuple[str, ...]]] = []
    reader = Reader(changed=lambda stream: seen.append((stream.done, stream.in_flight)))

    reader.resource("apply_start", "data.a.b", "read")
    reader.resource("apply_start", "a.one")
    reader.resource("apply_start", "a.two")
    reader.resource("apply_progress", "a.two")
    reader.resource("apply_complete", "a.one")
    reader.resource("apply_errored", "a.two")

    assert seen == [(0, ("a.one",)), (0, ("a.one", "a.two")), (1, ("a.two",)), (1, ())]


@pytest.mark.parametrize(("kind", "has_begun"), [("refresh_start", False), ("apply_start", True)])
def test_an_apply_has_begun_with_its_first_resource(kind: str, has_begun: bool) -> None:
    reader = Reader()

    reader.resource(kind, "a.one")
    reader.resource("apply_errored", "a.one")

    assert reader.stream.has_begun is has_begun


def test_what_is_to_do_counts_what_apply_will_count_as_done() -> None:
    reader = Reader()

    for action in ("create", "update", "delete", "replace", "read", "move", "remove", "import"):
        reader.say(type="planned_change", change={"resource": {"addr": f"a.{action}"}, "action": action})

    assert reader.stream.to_do == 5


def test_texts_of_events_are_redacted_and_their_structure_is_not() -> None:
    secrets = ("terraform", "resource", "create", "action", 'a "quoted" one', "planned_change")
    reader = Reader(redact=SecretMasker(secrets))

    reader.say(**{"type": "version", "@message": "terraform 1.11.4", "terraform": "1.11.4"})
    reader.say(type="planned_change", change={"resource": {"addr": 'a["terraform"]'}, "action": "create"})
    reader.say(type="diagnostic", diagnostic={"severity": "error", "summary": 'No: a "quoted" one'})

    assert reader.log == ["*** 1.11.4", "Error: No: ***"]
    assert reader.stream.engine_version == "1.11.4"
    assert reader.stream.planned == [('a["***"]', "create")]
    assert reader.stream.first_error == "No: ***"


def test_a_secret_across_the_place_where_a_text_is_cut_is_hidden() -> None:
    reader = Reader(redact=SecretMasker(["a-secret-of-some-length"]))

    summary = "x" * 4085 + "a-secret-of-some-length" + "y" * 100
    reader.say(type="diagnostic", diagnostic={"severity": "error", "summary": summary})

    assert "a-sec" not in reader.log[0]


def test_a_diagnostic_is_written_with_its_place_and_its_address() -> None:
    reader = Reader()

    place = {"filename": "main.tf", "start": {"line": 3}}
    body = {"severity": "error", "summary": "No", "detail": "one\ntwo", "address": "a.b", "range": place}
    reader.say(type="diagnostic", diagnostic=body)

    assert reader.log == ["Error: No\n  on main.tf line 3\n  with a.b\n  one\n  two"]
    assert reader.stream.first_error == "No"


def test_errors_come_before_warnings_and_there_are_at_most_fifty() -> None:
    reader = Reader()

    for number in range(60):
        reader.say(type="diagnostic", diagnostic={"severity": "warning", "summary": f"warning {number}"})
    reader.say(type="diagnostic", diagnostic={"severity": "error", "summary": "the error"})

    summaries = [diagnostic["summary"] for diagnostic in reader.stream.diagnostics]
    assert summaries == ["the error", *(f"warning {number}" for number in range(49))]


def test_a_long_text_is_cut_at_four_kib_of_utf_8_and_stays_text() -> None:
    reader = Reader()

    reader.say(type="diagnostic", diagnostic={"severity": "error", "summary": "ü" * 5000 + "\ud800"})

    summary = reader.stream.diagnostics[0]["summary"]
    assert len(summary.encode()) <= 4096
    assert summary.endswith("ü…")
    assert reader.log == ["Error: " + "ü" * 5000 + "?"]


def test_what_was_logged_by_a_try_before_is_not_logged_again_and_is_still_kept() -> None:
    before = Reader()
    before.say(type="diagnostic", diagnostic={"severity": "error", "summary": "No", "detail": "one"})
    reader = Reader(was_logged=before.stream.logged.__contains__)

    for detail in ("one", "two"):
        reader.say(type="diagnostic", diagnostic={"severity": "error", "summary": "No", "detail": detail})

    assert reader.log == ["Error: No\n  two"]
    assert len(reader.stream.diagnostics) == 2


def test_odd_events_are_no_error() -> None:
    reader = Reader()

    for line in ("", "{", "[]", "null", '{"type":"diagnostic"}', '{"type":"x","hook":7}', "{" * 100_000):
        reader.stream.line(line)
    reader.say(type="change_summary", changes=3)
    reader.say(type="apply_start", hook={"resource": None})
    reader.say(type="diagnostic", diagnostic={"range": 1})

    assert reader.stream.in_flight == ()


def test_colours_are_taken_out_of_plain_lines() -> None:
    reader = Reader()

    reader.stream.line("\x1b[0m\x1b[32mdone\x1b[0m")

    assert reader.log == ["done"]


def test_what_is_to_be_quiet_is_not_written() -> None:
    reader = Reader(quiet=frozenset({"planned_change", "lock_info", "Boring"}))

    reader.say(**{"type": "planned_change", "@message": "a"})
    reader.say(**{"type": "init_output", "message_code": "lock_info", "@message": "b"})
    reader.say(type="diagnostic", diagnostic={"severity": "warning", "summary": "Boring"})
    reader.say(**{"type": "log", "@message": "heard"})

    assert reader.log == ["heard"]


def test_opentofus_version_is_read_as_terraforms_is() -> None:
    reader = Reader()

    reader.say(**{"type": "version", "@message": "OpenTofu 1.12.6", "tofu": "1.12.6"})

    assert reader.stream.engine_version == "1.12.6"


def test_lines_are_put_together_from_chunks() -> None:
    lines: list[str] = []
    splitter = LineSplitter(lines.append)

    for byte in "ünï\r\n\nend".encode():
        splitter.feed(bytes([byte]))
    splitter.close()

    assert lines == ["ünï", "", "end"]


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    lines: list[str] = []
    splitter = LineSplitter(lines.append)

    for _ in range(2 * MAX_LINE_LENGTH // 65536):
        splitter.feed(b"x" * 65536)
    splitter.close()

    assert lines == [f"(a line of {2 * MAX_LINE_LENGTH} bytes is left out: the most is {MAX_LINE_LENGTH})"]


@pytest.mark.parametrize("shift", range(-8, 8))
def test_a_secret_in_a_line_that_is_too_long_to_be_read_whole_is_not_told_in_halves(shift: int) -> None:
    reader = Reader(redact=SecretMasker([SECRET]))
    splitter = LineSplitter(reader.stream.line)

    before = MAX_LINE_LENGTH - len(SECRET) // 2 + shift
    splitter.feed(b"x" * before + SECRET.encode() + b"y" * 100 + b"\nnext\n")

    assert [line[-8:] for line in reader.log] == [f"{MAX_LINE_LENGTH})", "next"]


def test_a_json_line_of_eight_mib_is_still_read() -> None:
    reader = Reader()
    splitter = LineSplitter(reader.stream.line)
    event = json.dumps({"type": "log", "@message": ""})

    message = "x" * (MAX_LINE_LENGTH - len(event))
    splitter.feed(json.dumps({"type": "log", "@message": message}).encode() + b"\n")

    assert reader.log == [message]
