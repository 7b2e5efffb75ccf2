from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from functions.domain.errors import StorageUnavailable
from functions.observability import JsonLinesHandler, bind, configure
from functions.services.maintenance.reconcile import reconcile
from tests.unit.api_client import ApiClient
from tests.world import World


class Lines(logging.Handler):
    """What a host's own handler on the root logger is given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))

    @property
    def parsed(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    logger = logging.getLogger("slipway")
    before = (logger.level, logger.propagate, list(logger.handlers))
    handler = Lines()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    configure()
    yield handler
    logger.level, logger.propagate, logger.handlers = before


def test_a_line_is_one_json_object_with_the_ids_it_is_about(lines: Lines) -> None:
    with bind(correlation_id="run-7"), bind(deployment_id="deploy-000000000000"):
        logging.getLogger("slipway.test").info("doing '%s'\nnow", "x", extra={"attempt": 2})

    (line,) = lines.parsed
    assert len(lines.texts[0].splitlines()) == 1
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "slipway.test",
        "message": "doing 'x'\nnow",
        "correlation_id": "run-7",
        "deployment_id": "deploy-000000000000",
        "attempt": 2,
    }


def test_ids_are_forgotten_where_they_no_longer_hold(lines: Lines) -> None:
    with bind(correlation_id="run-7"):
        pass
    logging.getLogger("slipway").warning("later")

    assert "correlation_id" not in lines.parsed[0]


def test_threads_do_not_mix_their_ids_up(lines: Lines) -> None:
    both = threading.Barrier(2)

    def work(name: str) -> None:
        with bind(correlation_id=name):
            both.wait(timeout=120)
            logging.getLogger("slipway").info("working as '%s'", name)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {line["message"]: line["correlation_id"] for line in lines.parsed} == {
        "working as 'a'": "a",
        "working as 'b'": "b",
    }


def test_an_exception_stands_within_its_line(lines: Lines) -> None:
    try:
        int("no good")
    except ValueError:
        logging.getLogger("slipway").exception("reading")

    assert len(lines.texts) == 1
    assert lines.parsed[0]["exception"].endswith("'no good'")


def test_configuring_twice_does_not_double_lines(lines: Lines) -> None:
    configure("WARNING")
    logging.getLogger("slipway").info("too quiet")
    logging.getLogger("slipway").warning("once")

    assert [line["message"] for line in lines.parsed] == ["once"]


def test_without_a_handler_of_the_host_lines_go_to_stderr(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    logging.getLogger("slipway").info("hello 👋")

    assert json.loads(capsys.readouterr().err)["message"] == "hello 👋"
    assert lines.texts == []


def test_a_line_that_cannot_be_written_does_not_stop_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    record = logging.makeLogRecord({"msg": "needs %d", "args": ("a number",)})

    JsonLinesHandler().handle(record)

    assert "Logging error" in capsys.readouterr().err


def test_a_request_leaves_one_line_without_its_query(lines: Lines) -> None:
    ApiClient().get("/deployments/deploy-000000000000?code=s3cret", {"X-Correlation-ID": "run-7"})

    (line,) = lines.parsed
    assert isinstance(line.pop("duration_ms"), float)
    del line["time"]
    assert line == {
        "level": "info",
        "logger": "slipway.api",
        "message": "answered a request",
        "correlation_id": "run-7",
        "method": "GET",
        "path": "/deployments/deploy-000000000000",
        "function": "deployment",
        "status": 404,
        "code": "deployment_not_found",
    }


def test_every_line_of_a_request_has_its_correlation_id(lines: Lines) -> None:
    ApiClient().deploy(headers={"X-Correlation-ID": "run-7"})

    assert {line["correlation_id"] for line in lines.parsed} == {"run-7"}


def test_an_answer_that_is_our_fault_is_logged_with_its_reason(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()

    def refuse(_: str) -> None:
        raise StorageUnavailable("reading a row: the table service did not answer")

    monkeypatch.setattr(world.store, "get", refuse)
    ApiClient(world).get("/deployments/deploy-000000000000")

    error, answer = lines.parsed
    assert (error["level"], error["correlation_id"]) == ("error", answer["correlation_id"])
    assert error["message"].endswith("reading a row: the table service did not answer")
    assert "exception" not in error


def test_a_job_that_reconcile_starts_is_logged_with_the_correlation_id_of_its_request(lines: Lines) -> None:
    world = World()
    deployment = world.deploy().deployment
    world.pass_time(world.ctx.policy.watch_seconds)

    reconcile(world.ctx)

    (started,) = [line for line in lines.parsed if line["logger"] == "slipway.start_job"]
    assert started["correlation_id"] == deployment.correlation_id
    assert started["deployment_id"] == deployment.deployment_id
