from __future__ import annotations

from pathlib import Path

import pytest

from functions.domain.deployments.operation_transitions import TRANSITIONS
from functions.domain.deployments.user_request import RequestStatus
from functions.domain.status import DeploymentStatus
from local.docs import lifecycle_diagrams
from local.docs.lifecycle_diagrams import draw_deployment, draw_operation, draw_request, list_endings, main


def test_the_page_shows_what_the_code_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_a_page_that_drifted_is_told_of_left_alone_by_check_and_drawn_anew_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "lifecycle.md"
    drifted = lifecycle_diagrams.PAGE.read_text().replace("pending --> running: job_started", "")
    page.write_text(drifted)
    monkeypatch.setattr(lifecycle_diagrams, "PAGE", page)

    assert main(["--check"]) == 1
    assert "run python -m local.docs.lifecycle_diagrams" in capsys.readouterr().err
    assert page.read_text() == drifted
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_every_move_of_an_operation_is_an_arrow() -> None:
    drawn = draw_operation()

    assert [name for name in TRANSITIONS if name not in drawn] == []
    assert "    running --> awaiting_approval: planned\n" in drawn


def test_every_status_is_reached_by_moves_that_the_domain_makes() -> None:
    deployment, request = draw_deployment(), draw_request()

    assert [status for status in DeploymentStatus if f"--> {status}" not in deployment] == []
    assert [status for status in RequestStatus if f"--> {status}" not in request] == []
    assert "    running --> destroyed: destroy succeeded\n" in deployment
    assert "    pending --> rejected: approval_expired, rejected\n" in request


def test_a_rejected_change_of_something_completed_is_no_arrow_to_completed() -> None:
    assert "awaiting_approval --> completed" not in draw_deployment()


def test_what_applied_nothing_gives_back_the_status_before_it() -> None:
    rows = list_endings().splitlines()

    assert (
        "| `plan`, `apply`, `unlock`, `recover` | no | as before | as before | as before | as before |"
        in rows
    )
    assert "| `apply` | yes | `completed` | `failed` | `cancelled` | cannot be |" in rows
