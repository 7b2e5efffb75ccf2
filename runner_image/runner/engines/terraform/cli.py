"""Runs the commands of Terraform, or of OpenTofu, which takes the same ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from functions.domain.failures import Failure, FailureCode
from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.transient_errors import transient_code
from runner.errors import JobStopped, StepFailed
from runner.process import command
from runner.process.command import CommandResult, Limits
from runner.process.lines import LineSplitter
from runner.process.stop import Stop

_FAILURE_CODES = {
    "init": FailureCode.INIT_FAILED,
    "plan": FailureCode.PLAN_FAILED,
    "apply": FailureCode.APPLY_FAILED,
}
"""What a job reports if one of these commands ends with an error."""


class TerraformCli:
    """The command in one job's work folder.

    Its commands raise StepFailed `engine_missing` where there is no such executable.
    """

    def __init__(
        self,
        executable: str,
        *,
        folder: Path,
        environment: dict[str, str],
        limits: Limits,
        write_log: Callable[[str], None],
    ) -> None:
        self.environment = environment
        self._executable = executable
        self._folder = folder
        self._limits = limits
        self._write_log = write_log

    def stream(
        self, *arguments: str, stop: Stop, into: JsonStream, on_stop: Callable[[], None] = lambda: None
    ) -> CommandResult:
        """Run a command with `-json`, its lines going into the stream as they come."""
        lines = LineSplitter(into.line)
        command, *rest = arguments
        ended = self._run((command, "-json", "-no-color", *rest), stop, lines.feed, on_stop)
        lines.close()
        return ended

    def read(
        self, *arguments: str, stop: Stop, on_error: Callable[[bytes], None] | None = None
    ) -> tuple[CommandResult, bytes]:
        """Run a command for what it writes to stdout, none of which goes to the log. What it writes to stderr
        does, or goes to `on_error`.
        """
        output = bytearray()
        ended = self._run(arguments, stop, output.extend, lambda: None, on_error)
        return ended, bytes(output)

    def run_text(self, *arguments: str, stop: Stop) -> tuple[CommandResult, str]:
        """Run a command that has no `-json`; gives all that it said, none of which goes to the log."""
        said = bytearray()
        ended = self._run(arguments, stop, said.extend, lambda: None, on_error=said.extend)
        return ended, said.decode("utf-8", "replace")

    def check(self, ended: CommandResult, command: str, stream: JsonStream) -> None:
        """Return where the command did its work.

        Raises JobStopped where the stop flag or a limit ended it, and StepFailed where it ended badly by
        itself: with a code of what may pass (transient_errors.py), else `init_failed`, `plan_failed` or
        `apply_failed`.
        """
        if ended.returncode == 0:
            return
        if ended.stopped is not None:
            raise JobStopped(ended.stopped, self.name(command))
        message = f"{self.name(command)} {ended}"
        if stream.first_error:
            message = f"{message}: {stream.first_error}"
        code = transient_code(command, stream.diagnostics) or _FAILURE_CODES[command]
        raise StepFailed(Failure(code, message, stream.diagnostics))

    def name(self, command: str) -> str:
        """What people call the command: `terraform plan`."""
        return f"{Path(self._executable).name} {command}"

    def _run(
        self,
        arguments: tuple[str, ...],
        stop: Stop,
        on_output: Callable[[bytes], None],
        on_stop: Callable[[], None],
        on_error: Callable[[bytes], None] | None = None,
    ) -> CommandResult:
        errors = LineSplitter(self._write_log)
        try:
            ended = command.run(
                [self._executable, *arguments],
                folder=self._folder,
                environment=self.environment,
                stop=stop,
                limits=self._limits,
                on_output=on_output,
                on_error=on_error or errors.feed,
                on_stop=on_stop,
            )
        except OSError as error:
            message = f"starting '{self._executable}': {error.strerror}"
            raise StepFailed(Failure(FailureCode.ENGINE_MISSING, message)) from error
        errors.close()
        return ended
