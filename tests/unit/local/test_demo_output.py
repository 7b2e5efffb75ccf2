from __future__ import annotations

import io
import shlex
from typing import Any

from local.api_client import ApiClient
from local.demo import bucket_request
from local.demos.progress_bar import ProgressBar
from local.demos.session import error_report


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def a_status(status: str, phase: str | None = None, progress: dict[str, int] | None = None) -> dict[str, Any]:
    return {
        "deployment_id": "deploy-1",
        "status": status,
        "phase": phase,
        "progress": progress,
        "duration_seconds": 2.4 if phase == "applying" else None,
    }


def test_a_file_gets_a_line_for_each_phase() -> None:
    output = io.StringIO()
    bar = ProgressBar("greeting", output)

    for phase in ("queued", "planning", "planning", "reading_outputs"):
        bar.show(a_status("running", phase))
    bar.show(a_status("completed"))
    bar.close()

    assert output.getvalue() == (
        "  greeting: queued\n  greeting: planning\n  greeting: reading outputs\n  greeting: completed\n"
    )


def test_a_terminal_gets_a_bar_that_grows_to_its_end() -> None:
    output = Terminal()
    bar = ProgressBar("bucket", output)

    bar.show(a_status("running", "applying", {"done": 3, "total": 6}))
    bar.show(a_status("completed"))
    bar.close()

    lines = output.getvalue().split("\r\x1b[2K")
    assert lines[1] == f"  bucket [{'#' * 12}{'.' * 12}] 3/6 applying, 2 s"
    assert lines[2] == f"  bucket [{'#' * 24}] completed\n"


def test_the_shown_call_is_one_that_a_shell_takes() -> None:
    api = ApiClient("http://127.0.0.1:7071")

    words = shlex.split(api.curl_post("/deploy", {"parameters": {"name": "it's {me}"}}))

    assert words[0] == "curl"
    assert words[-1] == '{"parameters": {"name": "it\'s {me}"}}'
    assert "http://127.0.0.1:7071/deploy" in words


def test_each_demo_asks_for_a_bucket_of_its_own_name() -> None:
    assert bucket_request("0a1b")["parameters"] == {"bucket_name": "slipway-demo-0a1b"}


def test_a_failed_deployment_is_explained_with_terraforms_own_words() -> None:
    status = a_status("failed") | {
        "error": {
            "code": "terraform_failed",
            "message": "terraform apply ended with exit code 1",
            "diagnostics": [
                {
                    "summary": "creating bucket",
                    "detail": "it exists",
                    "address": "aws_s3_bucket.this",
                    "line": 3,
                }
            ],
        }
    }

    account = error_report(status, "first line\nlast line\n")

    assert "'deploy-1' ended as 'failed', terraform apply ended with exit code 1" in account
    assert "creating bucket aws_s3_bucket.this 3" in account
    assert "it exists" in account
    assert account.endswith("last line")


def test_a_deployment_that_ended_without_an_error_is_explained_too() -> None:
    account = error_report(a_status("cancelled") | {"error": None}, "")

    assert "'deploy-1' ended as 'cancelled', no reason is recorded" in account
