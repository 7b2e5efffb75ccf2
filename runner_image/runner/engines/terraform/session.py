"""The Terraform session of a job: its command, its files, and the data that one step leaves for the next."""

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
    """The Terraform session of a job.

    `backend_block` has the arguments of the backend block in the work folder. `outputs` are the outputs in
    the state after the apply, each with whether it is sensitive; None if the state was not read.
    `init_is_repeatable` is True if another job's `init` need not check or change anything in the template.
    """

    job: Job
    settings: TerraformSettings
    cli: TerraformCli
    backend_block: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, tuple[Any, bool]] | None = None
    init_is_repeatable: bool = False

    @property
    def cli_config(self) -> Path:
        """Return the path of the CLI configuration file."""
        return self.job.workspace.root / _CLI_CONFIG

    @property
    def variables(self) -> Path:
        """Return the path of the file with the parameters that are not secret."""
        return self.job.workspace.root / "parameters.tfvars.json"

    @property
    def plan(self) -> Path:
        """Return the path of the plan file."""
        return self.job.workspace.root / "job.plan"

    def stream(self, quiet: frozenset[str] = frozenset()) -> JsonStream:
        """Return a stream that reads the output of one command."""
        return JsonStream(self.job.log.write, quiet=quiet, redact=self.job.redact)

    def apply_stream(self, quiet: frozenset[str], was_logged: Callable[[str], bool]) -> JsonStream:
        """Return a stream that reads the output of an apply, and shows its progress."""
        job = self.job
        return JsonStream(
            job.log.write, self._show_progress, quiet=quiet, was_logged=was_logged, redact=job.redact
        )

    def describe_end(self, command: str, result: CommandResult) -> str:
        """Return a text for people on how a command ended, or by which limit it was stopped."""
        name = self.cli.name(command)
        if result.stopped is None:
            return f"{name} {result}"
        return describe_stop(JobStopped(result.stopped, name), self.job.spec)

    def _show_progress(self, stream: JsonStream) -> None:
        self.job.show_progress(stream.done, stream.to_do, stream.in_flight)


def open_session(job: Job) -> TerraformSession:
    """Open the session of a job. Raises StepFailed `spec_unreadable` if the spec lacks its settings."""
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
