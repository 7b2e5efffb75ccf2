"""Compares a whole `storage-bucket` deployment with the same Terraform commands run by hand."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from functions.domain.clock import from_text
from local.api_client import ApiClient
from local.bench.figure import Figure, Say, milliseconds, p50
from local.bench.following import completed
from local.errors import LocalError
from local.paths import ROOT
from local.stack.environment import GO_SETTINGS, plain_environment
from local.stack.stack import Stack, start_run

BOUND = 0.74
_PAIRS = 5
_TEMPLATE = ROOT / "templates" / "terraform" / "aws" / "storage-bucket"
# The settings that the AWS provider needs for an emulator, by hand as in Slipway.
_PROVIDER = {
    "s3_use_path_style": True,
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure pairs on one moto with one provider mirror. The first pair warms up and does not count."""
    by_caller: list[float] = []
    by_record: list[float] = []
    bare: list[dict[str, float]] = []
    with start_run(folder / "slipway", say=say) as stack:
        by_hand = _ByHand(folder, stack)
        api = ApiClient(stack.url)
        for number in range(_PAIRS + 1):
            say(f"deploying 'storage-bucket' and running Terraform bare, pair {number} of {_PAIRS}")
            caller_time, recorded_time = _deploy(api)
            by_caller.append(caller_time)
            by_record.append(recorded_time)
            bare.append(by_hand.run(folder / f"bare-{number}"))
    sums = [sum(times.values()) for times in bare[1:]]
    parts = {
        "Slipway, by the caller": p50(by_caller[1:]),
        "by its record": p50(by_record[1:]),
        "bare": p50(sums),
        **{command: p50([times[command] for times in bare[1:]]) for command in bare[0]},
    }
    return [Figure("whole_deployment", parts, p50(by_caller[1:]) / p50(sums), BOUND, _PAIRS)]


def _deploy(api: ApiClient) -> tuple[float, float]:
    """Return the milliseconds until the caller sees it completed, and from created_at to completed_at."""
    body = {
        "template_name": "storage-bucket",
        "provider_type": "terraform-aws",
        "location": "us-east-1",
        "parameters": {"bucket_name": _bucket_name()},
    }
    started = time.perf_counter()
    status = completed(api, api.post("/deploy", body)["data"]["deployment_id"])
    seconds = time.perf_counter() - started
    recorded = from_text(status["completed_at"]) - from_text(status["created_at"])
    return seconds * 1000, recorded.total_seconds() * 1000


class _ByHand:
    """The commands of a person who has the template, the provider mirror and the emulator."""

    def __init__(self, folder: Path, stack: Stack) -> None:
        settings = stack.settings
        self._engine = settings["SLIPWAY_ENGINE"]
        config = folder / "cli.tfrc"
        config.write_text(_cli_config(settings.get("SLIPWAY_PROVIDER_MIRROR")), encoding="utf-8")
        self._environment = {
            **plain_environment(os.environ),
            **{name: value for name, value in settings.items() if name.startswith("AWS_")},
            # what Slipway gives its engine: compared is Slipway, not Go's garbage collector
            **GO_SETTINGS,
            "TF_CLI_CONFIG_FILE": str(config),
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
            "CHECKPOINT_DISABLE": "1",
        }

    def run(self, folder: Path) -> dict[str, float]:
        """Run the commands in a new folder, and return the milliseconds of each."""
        shutil.copytree(_TEMPLATE, folder)
        provider = {"provider": {"aws": {"region": "us-east-1", **_PROVIDER}}}
        (folder / "provider.tf.json").write_text(json.dumps(provider), encoding="utf-8")
        variables = {"bucket_name": _bucket_name()}
        (folder / "terraform.tfvars.json").write_text(json.dumps(variables), encoding="utf-8")
        commands: Mapping[str, tuple[str, ...]] = {
            "init": ("init",),
            "plan": ("plan", "-out=plan.bin"),
            "apply": ("apply", "plan.bin"),
            "output": ("output", "-json"),
        }
        return {
            name: milliseconds(partial(self._command, folder, *arguments))
            for name, arguments in commands.items()
        }

    def _command(self, folder: Path, *arguments: str) -> None:
        result = subprocess.run(
            [self._engine, *arguments],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if result.returncode != 0:
            raise LocalError(f"running 'terraform {arguments[0]}':\n{result.stdout.decode(errors='replace')}")


def _cli_config(mirror: str | None) -> str:
    if mirror is None:
        return ""
    return f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(mirror)}\n  }}\n}}\n"


def _bucket_name() -> str:
    return f"slipway-bench-{secrets.token_hex(6)}"
