"""Runs the commands of Terraform, or of OpenTofu, whose commands are the same."""

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
"""The failure that a job reports if one of these commands fails."""


class TerraformCli:
    """Runs the executable in the work folder of a job.

    Every method raises StepFailed `engine_missing` if there is no such executable.
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
        """Run a command with `-json` and pass each line of its output to the stream at once."""
        lines = LineSplitter(into.line)
        command, *rest = arguments
        result = self._run((command, "-json", "-no-color", *rest), stop, lines.feed, on_stop)
        lines.close()
        return result

    def read(
        self, *arguments: str, stop: Stop, on_error: Callable[[bytes], None] | None = None
    ) -> tuple[CommandResult, bytes]:
        """Run a command and return its stdout, which is not logged.

        Its stderr goes to `on_error`, or without that to the log.
        """
        output = bytearray()
        result = self._run(arguments, stop, output.extend, lambda: None, on_error)
        return result, bytes(output)

    def run_text(self, *arguments: str, stop: Stop) -> tuple[CommandResult, str]:
        """Run a command without `-json`; return its stdout and stderr as one text, which is not logged."""
        output = bytearray()
        result = self._run(arguments, stop, output.extend, lambda: None, on_error=output.extend)
        return result, output.decode("utf-8", "replace")

    def check(self, result: CommandResult, command: str, stream: JsonStream) -> None:
        """Check that the command succeeded.

        Raises JobStopped if the stop flag or a time limit ended it. Raises StepFailed if it failed by itself:
        with the code of a transient error (transient_errors.py), else with `init_failed`, `plan_failed` or
        `apply_failed`.
        """
        if result.returncode == 0:
            return
        if result.stopped is not None:
            raise JobStopped(result.stopped, self.name(command))
        message = f"{self.name(command)} {result}"
        if stream.first_error:
            message = f"{message}: {stream.first_error}"
        code = transient_code(command, stream.diagnostics) or _FAILURE_CODES[command]
        raise StepFailed(Failure(code, message, stream.diagnostics))

    def name(self, command: str) -> str:
        """Return the name of a command for people: `terraform plan`."""
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
            result = command.run(
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
        return result
