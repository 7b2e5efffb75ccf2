"""The table of the engine's texts belongs to the engine that is pinned, and says what of it was not seen."""

from __future__ import annotations

import os
import shutil

import pytest

from local.paths import ROOT
from local.toolchain.engine_install import engine_version
from local.toolchain.engine_pin import read_pin
from runner.engines.terraform.messages import ENGINE, TABLE, VERSION, Message, Words

# what cannot be provoked without that cloud, that network or a provider that breaks its contract
NOT_SEEN = {
    r"\APlugin error\b",
    r"\ARequest cancelled\b",
    r"Provider produced (inconsistent result after apply|invalid object)",
    r"Provider returned invalid result object after apply",
    r"conditionNotMet",
    r"lock id should be numerical",
    r"object doesn't exist",
    r"could not resolve host",
    r"i/o timeout|TLS handshake timeout|context deadline exceeded|request canceled",
    r"connection reset|network is unreachable|temporary failure in name resolution",
    r"\b50[0234]\b",
    r"could not query provider registry",
    r"failed to install provider|error while installing",
    r"error (inspecting (the )?|refreshing the )state",
    r"failed to (load state|read state|refresh (destination )?state)",
}


def rows() -> list[tuple[Message, Words]]:
    return [(message, words) for message in TABLE for words in message.words]


def test_the_table_is_that_of_the_pinned_engine() -> None:
    pin = read_pin()

    assert (pin.engine, pin.version) == (ENGINE, VERSION)


def test_the_tests_run_on_the_pinned_engine() -> None:
    engine = shutil.which(os.environ.get("SLIPWAY_ENGINE") or "terraform")

    assert engine is not None
    assert engine_version(ROOT / engine) == (ENGINE, VERSION)


def test_every_text_was_seen_from_the_real_engine_but_for_these() -> None:
    assert {words.regex for _, words in rows() if words.seen_by is None} == NOT_SEEN


@pytest.mark.parametrize("path", sorted({words.seen_by for _, words in rows() if words.seen_by}))
def test_a_test_that_has_a_text_from_the_real_engine_is_there(path: str) -> None:
    assert (ROOT / path).is_file()
