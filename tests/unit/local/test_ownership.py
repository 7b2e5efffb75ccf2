from __future__ import annotations

import os
from pathlib import Path

import pytest

from local.errors import LocalError
from local.stack.ownership import Holder, Ownership, holder


def test_a_second_one_is_told_which_process_runs_and_where(tmp_path: Path) -> None:
    first = Ownership(tmp_path)
    first.take()
    first.announce("http://127.0.0.1:7071")

    with pytest.raises(LocalError, match=rf"process {os.getpid()}, at http://127\.0\.0\.1:7071"):
        Ownership(tmp_path).take()

    first.release()


def test_a_second_one_is_told_that_the_first_is_starting(tmp_path: Path) -> None:
    first = Ownership(tmp_path)
    first.take()

    with pytest.raises(LocalError, match=f"process {os.getpid()}, and is starting"):
        Ownership(tmp_path).take()

    first.release()


def test_a_released_folder_can_be_taken_again(tmp_path: Path) -> None:
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    first.take()
    assert holder(tmp_path) == Holder(os.getpid(), None)

    first.release()

    assert holder(tmp_path) is None
    second.take()
    second.release()


def test_a_folder_that_does_not_exist_belongs_to_nobody(tmp_path: Path) -> None:
    assert holder(tmp_path / "missing") is None
