"""The Slipway that the tests of this folder share: a copy of the app, run as a user runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.app_copy import make_app
from tests.e2e.slipway import Slipway, running_slipway


@pytest.fixture(scope="package")
def slipway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slipway]:
    """Yield a Slipway with default settings."""
    with running_slipway(make_app(tmp_path_factory.mktemp("slipway") / "app")) as running:
        yield running


@pytest.fixture
def one_at_a_time(tmp_path: Path) -> Iterator[Slipway]:
    """Yield a Slipway for one test, in which a second deployment waits until the first has ended."""
    with running_slipway(make_app(tmp_path / "app"), SLIPWAY_MAX_PARALLEL="1") as running:
        yield running
