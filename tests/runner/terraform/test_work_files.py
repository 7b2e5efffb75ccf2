"""What Slipway writes into a job's work folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from functions.domain.jobs.terraform_settings import TerraformSettings
from functions.domain.jobs.terraform_state import Backend
from runner.engines.terraform.cli_config import cli_config
from runner.engines.terraform.lock_file import drop_hashes
from runner.engines.terraform.overrides import override_provider, write_provider
from runner.engines.terraform.state.backend_block import write_backend
from tests.runner.job_in_process import SPEC

AWS = replace(SPEC, provider_type="terraform-aws", location="eu-north-1", tags={"team": "a ${b} %{c}"})


def read_only_file(folder: Path) -> dict[str, Any]:
    (path,) = folder.iterdir()
    body: dict[str, Any] = json.loads(path.read_text())
    return body


def test_a_relative_state_path_lies_below_the_state_folder(tmp_path: Path) -> None:
    settings = TerraformSettings(Backend("local", {}), "slipway")

    write_backend(tmp_path, settings, "deploy-0123456789ab", state_dir=Path("/states"), uses_emulator=False)

    assert read_only_file(tmp_path) == {
        "terraform": {
            "backend": {
                "local": {
                    "path": "/states/deploy-0123456789ab/terraform.tfstate",
                    "workspace_dir": "/states/deploy-0123456789ab",
                }
            }
        }
    }


def test_a_path_is_no_template_to_terraform(tmp_path: Path) -> None:
    settings = TerraformSettings(Backend("http", {"address": "http://x/${y}"}), "slipway")

    write_backend(tmp_path, settings, "deploy-0123456789ab", state_dir=Path("/states"), uses_emulator=False)

    assert read_only_file(tmp_path)["terraform"]["backend"]["http"]["address"].startswith("http://x/$${y}/")


def test_aws_gets_region_and_tags_as_they_were_given(tmp_path: Path) -> None:
    write_provider(tmp_path, AWS, uses_emulator=False)

    expected = {"region": "eu-north-1", "default_tags": {"tags": {"team": "a $${b} %%{c}"}}}
    assert read_only_file(tmp_path) == {"provider": {"aws": expected}}


def test_aws_proper_keeps_every_check(tmp_path: Path) -> None:
    write_provider(tmp_path, AWS, uses_emulator=False)
    assert not any("skip" in name for name in read_only_file(tmp_path)["provider"]["aws"])


def test_a_stand_in_for_aws_gets_no_endpoints_block(tmp_path: Path) -> None:
    write_provider(tmp_path, AWS, uses_emulator=True)

    body = read_only_file(tmp_path)["provider"]["aws"]
    assert body["s3_use_path_style"] is True
    assert "endpoints" not in body


def test_a_template_without_a_cloud_gets_no_provider(tmp_path: Path) -> None:
    write_provider(tmp_path, SPEC, uses_emulator=True)
    assert list(tmp_path.iterdir()) == []


def test_a_provider_block_of_the_templates_own_is_overridden_but_keeps_its_tags(tmp_path: Path) -> None:
    spec = replace(AWS, tags={"team": "ours", "a=b": "cannot be a variable's name"})
    write_provider(tmp_path, spec, uses_emulator=False)

    additions = override_provider(tmp_path, spec, uses_emulator=False)

    (path,) = tmp_path.iterdir()
    assert path.name.endswith("_override.tf.json")
    assert json.loads(path.read_text()) == {"provider": {"aws": {"region": "eu-north-1"}}}
    assert additions == {"TF_AWS_DEFAULT_TAGS_team": "ours"}


def test_the_lock_file_loses_its_hashes_and_nothing_else(tmp_path: Path) -> None:
    lock = tmp_path / ".terraform.lock.hcl"
    lock.write_text(
        'provider "registry.terraform.io/hashicorp/aws" {\n'
        '  version     = "5.100.0"\n'
        '  constraints = "~> 5.100"\n'
        '  hashes = [\n    "h1:a/+=",\n    "zh:b",\n  ]\n'
        "}\n"
    )

    drop_hashes(tmp_path)

    assert lock.read_text() == (
        'provider "registry.terraform.io/hashicorp/aws" {\n'
        '  version     = "5.100.0"\n'
        '  constraints = "~> 5.100"\n'
        "}\n"
    )


def test_a_folder_without_lock_file_is_left_alone(tmp_path: Path) -> None:
    drop_hashes(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_providers_in_the_mirror_come_from_there_alone(tmp_path: Path) -> None:
    (tmp_path / "registry.terraform.io/hashicorp/aws/5.100.0").mkdir(parents=True)

    text = cli_config(tmp_path)

    assert f'path    = "{tmp_path}"' in text
    assert 'include = ["registry.terraform.io/hashicorp/aws"]' in text
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in text


def test_without_a_mirror_providers_come_from_their_registry() -> None:
    assert cli_config(None) == "disable_checkpoint = true\n"
