"""The environment of the FunctionApp: what is read, what is refused, and what adapters follow from it."""

from __future__ import annotations

import dataclasses
import logging
import re
from pathlib import Path

import pytest

from functions.adapters.sealing.key_file import make_key_file
from functions.bootstrap import secret_box
from functions.domain import environment_names as names
from functions.domain.errors import SettingsInvalid
from functions.domain.settings_reader import declared_settings
from functions.services.policy_settings import Policy
from functions.settings import Settings

SIX_FIELDS = "must be an NCRONTAB expression of six fields, seconds first"
NEEDED = {"SLIPWAY_STORAGE": "UseDevelopmentStorage=true", "SLIPWAY_JOBS_DIR": "/jobs"}


def problems(**environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_env({**NEEDED, **environ})
    return refused.value.problems


def test_the_services_are_told_the_settings_and_the_defaults_are_theirs() -> None:
    assert Settings.from_env(NEEDED).policy == Policy()


def test_every_number_of_the_policy_can_be_set() -> None:
    own = [field.name for field in dataclasses.fields(Policy) if field.type == "int"]
    environ = {f"SLIPWAY_{name.upper()}": str(number) for number, name in enumerate(own, start=2)}
    environ["SLIPWAY_MAX_ATTEMPTS"] = "3"

    told = Settings.from_env({**NEEDED, **environ}).policy

    assert {name: str(getattr(told, name)) for name in own} == {
        name: environ[f"SLIPWAY_{name.upper()}"] for name in own
    }


def test_every_mistake_is_told_at_once_by_name_and_never_by_value() -> None:
    sentences = problems(
        SLIPWAY_APPROVAL_SECONDS="soon",
        SLIPWAY_PLAN_SECONDS="0",
        SLIPWAY_LOG_DAYS="-1",
        SLIPWAY_KEY_FILE="hunter2",
    )

    assert [problem.split("'")[1] for problem in sentences] == [
        "SLIPWAY_APPROVAL_SECONDS",
        "SLIPWAY_PLAN_SECONDS",
        "SLIPWAY_LOG_DAYS",
        "SLIPWAY_KEY_FILE",
    ]
    assert not re.search("soon|hunter2", "".join(sentences))


def by_identity(**environ: str) -> dict[str, str]:
    services = ("table", "blob", "queue")
    uris = {f"SLIPWAY_STORAGE__{name}ServiceUri": f"https://x.{name}.core.windows.net" for name in services}
    return {"SLIPWAY_JOBS_DIR": "/jobs", **uris, **environ}


@pytest.mark.parametrize("credential", ["", "hunter2"])
def test_an_identity_that_the_hosts_triggers_would_not_use_is_refused(credential: str) -> None:
    environ = by_identity(SLIPWAY_STORAGE__clientId="0000", SLIPWAY_STORAGE__credential=credential)

    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_env(environ)

    (problem,) = refused.value.problems
    assert problem.startswith("'SLIPWAY_STORAGE__credential' must be 'managedidentity'")
    assert "hunter2" not in problem


def test_an_identity_is_named_by_its_credential_and_client_id_or_is_the_systems_own() -> None:
    named = by_identity(SLIPWAY_STORAGE__clientId="0000", SLIPWAY_STORAGE__credential="managedidentity")

    assert Settings.from_env(named).storage_client_id == "0000"
    assert Settings.from_env(by_identity()).storage_client_id is None


def test_callers_cannot_name_themselves_where_they_sign_in() -> None:
    (problem,) = problems(SLIPWAY_USER_HEADER="true", WEBSITE_AUTH_ENABLED="True")

    assert "'SLIPWAY_USER_HEADER'" in problem
    assert "'WEBSITE_AUTH_ENABLED'" in problem


def test_callers_name_themselves_only_where_that_is_set() -> None:
    assert Settings.from_env(NEEDED).user_header is False
    assert Settings.from_env({**NEEDED, "SLIPWAY_USER_HEADER": "true"}).user_header is True


def test_without_a_key_there_is_nothing_that_seals() -> None:
    assert secret_box(Settings.from_env(NEEDED)) is None


def test_with_a_key_file_secrets_are_sealed_and_it_says_that_this_is_for_development(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_key_file(tmp_path / "key")

    with caplog.at_level(logging.WARNING, logger="slipway.bootstrap"):
        box = secret_box(Settings.from_env({**NEEDED, "SLIPWAY_KEY_FILE": str(tmp_path / "key")}))

    assert box is not None
    assert box.open(box.seal(b"secret", name="a"), name="a") == b"secret"
    assert "for development only" in caplog.text


def test_a_setting_with_more_digits_than_python_reads_is_a_wrong_one_like_any_other() -> None:
    assert problems(SLIPWAY_LOG_DAYS="1" * 5000) == (
        "'SLIPWAY_LOG_DAYS' must be a whole number from 1 to 36500",
    )


def test_a_setting_that_may_be_a_secret_is_in_no_text_of_the_settings() -> None:
    settings = Settings.from_env({**NEEDED, "SLIPWAY_STORAGE": "AccountKey=hunter2"})

    assert "hunter2" not in repr(settings)


def test_every_name_that_the_app_has_is_declared_once() -> None:
    declared = [setting.name for setting in declared_settings(Settings)]

    assert len(declared) == len(set(declared))
    assert set(declared) <= {value for name, value in vars(names).items() if name.isupper()}


def test_every_wrong_setting_is_told_in_its_own_words() -> None:
    assert problems(
        SLIPWAY_JOBS_DIR=" ",
        SLIPWAY_PUBLIC_URL="example.com",
        SLIPWAY_PROVIDERS="terraform-local,azure",
        SLIPWAY_HEARTBEAT_SECONDS="61",
        SLIPWAY_RETENTION_SCHEDULE="* * * * *",
        SLIPWAY_KEY_FILE="key",
        SLIPWAY_LOG_LEVEL="loud",
    ) == (
        "'SLIPWAY_PUBLIC_URL' must start with https:// or http://",
        "'SLIPWAY_PROVIDERS' may only contain terraform-aws, terraform-local",
        "'SLIPWAY_HEARTBEAT_SECONDS' must be a whole number from 1 to 60",
        f"'SLIPWAY_RETENTION_SCHEDULE' {SIX_FIELDS}, such as '0 30 * * * *'",
        "'SLIPWAY_KEY_FILE' must be an absolute path",
        "'SLIPWAY_JOBS_DIR' is not set: the folder in which jobs run",
        "'SLIPWAY_LOG_LEVEL' must be DEBUG, INFO, WARNING or ERROR",
    )
