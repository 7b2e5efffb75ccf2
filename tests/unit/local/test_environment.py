from __future__ import annotations

from pathlib import Path

from local.stack.environment import HostSettings, host_environment, plain_environment

AROUND = HostSettings(
    data_dir=Path("/data"),
    storage="the storage started here",
    aws_endpoint_url="http://127.0.0.1:5000",
    engine=Path("/bin/terraform"),
    provider_mirror=None,
)


def test_a_developers_cloud_credentials_never_reach_the_host() -> None:
    real = {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL": "https://real",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://real",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/real",
        "GOOGLE_APPLICATION_CREDENTIALS": "/real.json",
        "ARM_CLIENT_SECRET": "real",
        "AZURE_CLIENT_SECRET": "real",
        "KUBECONFIG": "/real",
    }

    seen = host_environment(real, AROUND)

    assert not [name for name, value in seen.items() if "real" in value or value == "production"]
    assert seen["AWS_ENDPOINT_URL"] == AROUND.aws_endpoint_url
    assert seen["AWS_ACCESS_KEY_ID"] == seen["AWS_SECRET_ACCESS_KEY"] == "test"
    assert seen["AWS_CONFIG_FILE"] == seen["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert seen["AWS_EC2_METADATA_DISABLED"] == "true"


def test_a_setting_of_the_developers_own_wins_over_the_one_made_here() -> None:
    seen = host_environment({"SLIPWAY_WATCH_SECONDS": "60", "SLIPWAY_MAX_PARALLEL": "3"}, AROUND)

    assert seen["SLIPWAY_WATCH_SECONDS"] == "60"
    assert seen["SLIPWAY_MAX_PARALLEL"] == "3"


def test_a_developers_storage_account_is_never_used() -> None:
    own = {
        "SLIPWAY_STORAGE": "real",
        "SLIPWAY_STORAGE__tableServiceUri": "https://real",
        "AzureWebJobsStorage": "real",
    }

    seen = host_environment(own, AROUND)

    assert seen["SLIPWAY_STORAGE"] == seen["AzureWebJobsStorage"] == AROUND.storage
    assert "SLIPWAY_STORAGE__tableServiceUri" not in seen


def test_on_one_machine_secrets_are_sealed_and_callers_name_themselves() -> None:
    seen = host_environment({}, AROUND)

    assert seen["SLIPWAY_KEY_FILE"] == "/data/key"
    assert seen["SLIPWAY_USER_HEADER"] == "true"


def test_what_a_test_adds_wins_over_everything() -> None:
    seen = host_environment({"SLIPWAY_WATCH_SECONDS": "60"}, AROUND, {"SLIPWAY_WATCH_SECONDS": "1"})

    assert seen["SLIPWAY_WATCH_SECONDS"] == "1"


def test_a_companys_proxy_is_kept_but_not_for_this_machine() -> None:
    seen = plain_environment({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"})

    assert seen["HTTPS_PROXY"] == "http://proxy:3128"
    assert seen["NO_PROXY"] == seen["no_proxy"] == "intranet,127.0.0.1,localhost"


def test_what_is_not_on_the_list_is_left_out() -> None:
    seen = plain_environment(
        {"PATH": "/bin", "LC_ALL": "C", "TF_CLI_CONFIG_FILE": "/nowhere", "PYTHONPATH": "/x"}
    )

    assert seen["PATH"] == "/bin"
    assert seen["LC_ALL"] == "C"
    assert not {"TF_CLI_CONFIG_FILE", "PYTHONPATH"} & set(seen)


def test_the_provider_mirror_is_named_only_where_there_is_one() -> None:
    with_mirror = HostSettings(
        AROUND.data_dir,
        AROUND.storage,
        AROUND.aws_endpoint_url,
        AROUND.engine,
        provider_mirror=Path("/mirror"),
    )

    assert "SLIPWAY_PROVIDER_MIRROR" not in host_environment({}, AROUND)
    assert host_environment({}, with_mirror)["SLIPWAY_PROVIDER_MIRROR"] == "/mirror"
