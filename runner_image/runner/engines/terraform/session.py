"""One job's Terraform: its command, its files, and what its steps have learnt from one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.domain.failures import Failure, FailureCode
from functions.domain.jobs.terraform_settings import TerraformSettings
from runner.engines.terraform.cli import TerraformCli
from runner.engines.terraform.environment import terraform_environment
from runner.engines.terraform.json_stream import JsonStream
from runner.errors import JobStopped, StepFailed
from runner.job import Job
from runner.job_progress import describe_stop
from runner.process.command import CommandResult, Limits

_CLI_CONFIG = "cli.tfrc"


@dataclass
class TerraformSession:
    """`backend_block` is the back end's block as it was written; `outputs` are those of the state after the
    apply, each with whether it is sensitive, None where that was not read.
    """

    job: Job
    settings: TerraformSettings
    cli: TerraformCli
    backend_block: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, tuple[Any, bool]] | None = None

    @property
    def cli_config(self) -> Path:
        """The file of the command's configuration."""
        return self.job.workspace.root / _CLI_CONFIG

    @property
    def variables(self) -> Path:
        """The file of the parameters that are no secrets."""
        return self.job.workspace.root / "parameters.tfvars.json"

    @property
    def plan(self) -> Path:
        """The file of the plan."""
        return self.job.workspace.root / "job.plan"

    def stream(self, quiet: frozenset[str] = frozenset()) -> JsonStream:
        """Return what reads one command's `-json`."""
        return JsonStream(self.job.log.write, quiet=quiet, redact=self.job.redact)

    def apply_stream(self, quiet: frozenset[str], was_logged: Callable[[str], bool]) -> JsonStream:
        """Return what reads an apply's `-json`, and shows its progress."""
        job = self.job
        return JsonStream(
            job.log.write, self._show_progress, quiet=quiet, was_logged=was_logged, redact=job.redact
        )

    def describe_end(self, command: str, ended: CommandResult) -> str:
        """Tell people how a command ended; where it was stopped, by which limit."""
        name = self.cli.name(command)
        if ended.stopped is None:
            return f"{name} {ended}"
        return describe_stop(JobStopped(ended.stopped, name), self.job.spec)

    def _show_progress(self, stream: JsonStream) -> None:
        self.job.show_progress(stream.done, stream.to_do, stream.in_flight)


def open_session(job: Job) -> TerraformSession:
    """Raises StepFailed `spec_unreadable` where the spec has no settings for Terraform."""
    try:
        terraform_settings = TerraformSettings.of(job.spec)
    except ValueError as error:
        raise StepFailed(
            Failure(FailureCode.SPEC_UNREADABLE, f"reading the engine's settings: {error}")
        ) from error
    settings, workspace = job.settings, job.workspace
    cli = TerraformCli(
        settings.engine,
        folder=workspace.template,
        environment=terraform_environment(settings.environment, workspace.root / _CLI_CONFIG),
        limits=Limits(job.spec.command_seconds, settings.stop_grace_seconds),
        write_log=job.log.write,
    )
    return TerraformSession(job, terraform_settings, cli)
