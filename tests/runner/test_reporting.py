"""What others see of a job while it runs: log, heartbeat, secrets masked."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from functions.domain.errors import StorageUnavailable
from functions.domain.jobs.job_contract import Heartbeat
from functions.domain.jobs.terraform_backends import BACKENDS
from functions.domain.status import Phase
from runner.contract.heartbeat import HeartbeatWriter
from runner.contract.log_writer import LogWriter
from runner.contract.storage_retry import retry_until_available
from runner.masking.secret_masker import SecretMasker
from runner.settings import Settings
from tests.fakes import MemoryArtifactStore
from tests.runner.job_in_process import ENVIRONMENT


class AwayForAWhile(MemoryArtifactStore):
    """Does not answer the first few calls that write a log or a heartbeat."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.away = calls

    def append(self, name: str, data: bytes, *, offset: int) -> int:
        self._answer()
        return super().append(name, data, offset=offset)

    def overwrite(self, name: str, data: bytes) -> None:
        self._answer()
        super().overwrite(name, data)

    def _answer(self) -> None:
        if self.away:
            self.away -= 1
            raise StorageUnavailable("storage could not be reached")


def log_writer(store: MemoryArtifactStore, folder: Path, *secrets: str) -> LogWriter:
    log = LogWriter(store, "log", folder / "spool", SecretMasker(secrets))
    log.start()
    return log


def text_of(store: MemoryArtifactStore) -> str:
    blob = store.read("log")
    return blob.data.decode() if blob else ""


def test_each_line_of_a_log_has_its_time(tmp_path: Path) -> None:
    store = MemoryArtifactStore()
    log = log_writer(store, tmp_path)

    log.write("one\ntwö")

    assert log.close(5)
    stamps, lines = zip(*(line.split(" ", 1) for line in text_of(store).splitlines()), strict=True)
    assert lines == ("one", "twö")
    assert all(stamp.endswith("Z") and len(stamp) == 24 for stamp in stamps)


def test_a_log_is_whole_although_storage_was_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.contract.log_writer._BATCH_SECONDS", 0.01)
    store = AwayForAWhile(5)
    log = log_writer(store, tmp_path)

    for number in range(1000):
        log.write(f"line {number}")

    assert log.close(10)
    assert [line.split(" ", 1)[1] for line in text_of(store).splitlines()] == [
        f"line {n}" for n in range(1000)
    ]


def test_a_log_that_cannot_be_written_in_time_says_so(tmp_path: Path) -> None:
    log = log_writer(AwayForAWhile(1000), tmp_path)

    log.write("lost")

    assert not log.close(0.05)


def test_writers_in_many_threads_do_not_cut_each_others_lines(tmp_path: Path) -> None:
    store = MemoryArtifactStore()
    log = log_writer(store, tmp_path)

    def write(name: str) -> None:
        for number in range(200):
            log.write(f"{name}-{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert log.close(5)
    messages = {line.split(" ", 1)[1] for line in text_of(store).splitlines()}
    assert messages == {f"{name}-{number}" for name in "abcd" for number in range(200)}


def test_a_heartbeat_says_the_newest_and_survives_a_storage_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("runner.contract.heartbeat._MIN_PAUSE_SECONDS", 0.01)
    store = AwayForAWhile(2)
    heartbeat = HeartbeatWriter(store, "beat", 0.02)
    heartbeat.start()

    beat = Heartbeat(Phase.APPLYING, 1, 3, ("a.b",))
    heartbeat.show(beat)

    def written() -> bytes:
        blob = store.read("beat")
        if blob is None:
            raise StorageUnavailable("no beat yet")
        return blob.data

    assert Heartbeat.from_json(retry_until_available(written, seconds=5)) == beat
    heartbeat.close()


def test_the_engine_gets_an_allow_list_and_logs_hide_the_keys(tmp_path: Path) -> None:
    environment = {
        **ENVIRONMENT,
        "SLIPWAY_STATE_DIR": str(tmp_path),
        "AWS_SECRET_ACCESS_KEY": "aws-key",
        "AWS_REGION": "eu-west-1",
        "TF_LOG": "TRACE",
        "GITHUB_TOKEN": "not ours",
    }

    settings = Settings.from_env(environment)

    assert set(settings.environment) == {"PATH", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"}
    assert settings.secrets == ("aws-key", "made-up-key")


CREDENTIALS = sorted({name for backend in BACKENDS.values() for name in backend.credentials.values()})
NO_SECRETS = {"AWS_ACCESS_KEY_ID", "TF_HTTP_USERNAME"}


@pytest.mark.parametrize("name", CREDENTIALS)
def test_every_credential_of_a_back_end_reaches_the_engine_and_no_log(name: str, tmp_path: Path) -> None:
    environment = {**ENVIRONMENT, "SLIPWAY_STATE_DIR": str(tmp_path), name: "made-up-value"}

    settings = Settings.from_env(environment)

    assert settings.environment[name] == "made-up-value"
    assert ("made-up-value" in settings.secrets) is (name not in NO_SECRETS)


def test_an_operation_of_another_deployment_is_refused() -> None:
    environment = {**ENVIRONMENT, "SLIPWAY_DEPLOYMENT_ID": "deploy-ffffffffffff", "SLIPWAY_STATE_DIR": "."}

    with pytest.raises(Exception, match="no operation of 'deploy-ffffffffffff'"):
        Settings.from_env(environment)
