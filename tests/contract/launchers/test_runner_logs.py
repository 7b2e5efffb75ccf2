"""What is kept of a runner that the process launcher started, once its folder is gone."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from functions.adapters.launchers.process_launcher import ProcessLauncher
from tests.builders import a_job_start
from tests.eventually import eventually


def launcher_of(folder: Path, code: str, **environ: str) -> ProcessLauncher:
    return ProcessLauncher(folder, environ, [sys.executable, "-c", code])


def test_a_runners_last_lines_are_kept_without_the_secrets_of_its_environment(tmp_path: Path) -> None:
    says = (
        "print('first', 'x' * 20_000); [print(n) for n in range(9)]; "
        "print('key', 'abc=12345678', 'hunter22', 'http://ada:secret@proxy:3128')"
    )
    storage = "AccountName=x;AccountKey=abc=12345678;TableEndpoint=y"
    launcher = launcher_of(tmp_path, says, SLIPWAY_STORAGE=storage, AWS_SECRET_ACCESS_KEY="hunter22")
    execution = launcher.start(a_job_start())
    eventually(lambda: launcher.is_over(execution))

    launcher.sweep()

    assert launcher.log_end(execution).splitlines() == [
        "4",
        "5",
        "6",
        "7",
        "8",
        "key *** *** http://***@proxy:3128",
    ]
    assert "hunter22" not in "".join(path.read_text() for path in tmp_path.iterdir())


def test_what_a_runner_printed_is_kept_for_an_hour(tmp_path: Path) -> None:
    launcher = launcher_of(tmp_path, "print('out of luck')")
    execution = launcher.start(a_job_start())
    eventually(lambda: launcher.is_over(execution))
    launcher.sweep()
    launcher.sweep()
    (kept,) = tmp_path.iterdir()

    long_ago = time.time() - 3601
    os.utime(kept, (long_ago, long_ago))
    launcher.sweep()

    assert list(tmp_path.iterdir()) == []
