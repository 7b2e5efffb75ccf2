"""Whole jobs: the real runner, the real Terraform, Azurite."""

from __future__ import annotations

from functions.domain.jobs import blob_names
from functions.domain.jobs.job_contract import Claim, Outcome
from functions.domain.status import Phase, Resources
from runner.exit_codes import ExitCode
from tests.runner.runner_process import SECRET_KEY, RunnerProcess

GREETING = """
variable "name" {
  type    = string
  default = "world"
}
resource "terraform_data" "greeting" {
  input = "Hello, ${var.name}!"
}
output "greeting" {
  value = terraform_data.greeting.output
}
"""


def test_a_template_is_applied_and_its_outputs_are_in_the_result(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": GREETING}, parameters={"name": "Ada"})

    assert runner.run() == ExitCode.SUCCEEDED

    result = runner.result()
    assert (result.outcome, result.resources) == (Outcome.SUCCEEDED, Resources.SOME)
    assert result.outputs == {"greeting": "Hello, Ada!"}
    assert result.changes == {"add": 1, "change": 0, "import": 0, "remove": 0}
    assert result.failure is None
    assert result.phase is Phase.READING_OUTPUTS
    assert result.engine_version


def test_the_state_lies_where_the_spec_says_and_is_recorded(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": GREETING})

    runner.run()

    state = runner.result().state
    assert state is not None
    assert (state.backend_type, state.workspace) == ("local", "slipway")
    assert state.backend_config["workspace_dir"] == str(runner.state_file.parent.parent)
    assert state.serial == 2
    assert f'"lineage": "{state.lineage}"' in runner.state_file.read_text()
    assert state.last_modified is not None


def test_the_state_is_for_its_owner_only(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": GREETING})

    runner.run()

    assert runner.state_file.stat().st_mode & 0o077 == 0


def test_the_end_of_a_job_rings_and_leaves_no_files(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": GREETING})

    runner.run()

    assert [wake_up.correlation_id for wake_up in runner.wake_ups()] == ["trace-1"]
    assert list((runner.folder / "work").iterdir()) == []


def test_the_log_says_which_job_it_is_and_what_was_done(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": GREETING})

    runner.run()

    first, *lines = runner.log().splitlines()
    for word in (runner.deployment_id, runner.operation_id, "job 1", "trace-1"):
        assert word in first
    messages = [line.partition(" ")[2] for line in lines]
    assert messages.count("engine terraform") == 1
    steps = [line for line in messages if line.startswith("==")]
    assert steps == [f"== {step}" for step in (
        "preparing", "initializing", "planning", "applying", "reading outputs", "succeeded",
    )]  # fmt: skip
    assert messages.count("terraform_data.greeting: Plan to create") == 1
    assert any(line.startswith("terraform_data.greeting: Creation complete") for line in messages)


def test_the_claim_names_the_execution(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": GREETING})

    process = runner.start()
    process.wait(180)

    for name in (blob_names.job_claim(runner.operation_id, 1), blob_names.apply_claim(runner.operation_id)):
        claim = Claim.from_json(runner.blob(name) or b"")
        assert claim.holder.startswith(f"pid-{process.pid}-")
        assert claim.job == 1


def test_parameters_arrive_exactly_as_they_were_given(runner: RunnerProcess) -> None:
    value = {
        "template": "a ${b} %{if c} $${d}",
        "quotes": "\"'`\\",
        "newlines": "one\ntwo\r\n\tthree",
        "accents": "grüße, 世界 🌍",
        "${key}": "",
    }
    runner.accept({"main.tf": 'variable "v" { type = map(string) }\noutput "v" { value = var.v }\n'},
                  parameters={"v": value})  # fmt: skip

    assert runner.run() == ExitCode.SUCCEEDED
    assert runner.result().outputs == {"v": value}


def test_a_parameter_wins_over_a_tfvars_file_of_the_template(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": GREETING, "zz.auto.tfvars": 'name = "file"\n'}, parameters={"name": "caller"})

    runner.run()

    assert runner.result().outputs == {"greeting": "Hello, caller!"}


def test_outputs_over_64_kib_arrive_whole(runner: RunnerProcess) -> None:
    word = 'join("", [for j in range(30) : "ünit"])'
    template = f'output "big" {{ value = [for i in range(1000) : "${{i}} ${{{word}}}"] }}\n'
    runner.accept({"main.tf": template})

    assert runner.run() == ExitCode.SUCCEEDED
    result = runner.result()
    assert result.outputs == {"big": [f"{i} {'ünit' * 30}" for i in range(1000)]}
    assert result.resources is Resources.NONE


def test_a_log_of_5_mb_arrives_whole(runner: RunnerProcess) -> None:
    padding = "about five hundred bytes a line, " * 15
    command = f"seq -f 'line %06.0f of a long log, padded to {padding}' 1 10000"
    runner.accept({"main.tf": _local_exec("talks", command)})

    assert runner.run() == ExitCode.SUCCEEDED

    log = runner.log()
    marker = "terraform_data.talks: (local-exec): line "
    numbers = [int(line.partition(marker)[2][:6]) for line in log.splitlines() if marker in line]
    assert len(log) > 5_000_000
    assert numbers == list(range(1, 10001))


def test_a_sensitive_output_is_named_and_its_value_is_nowhere(runner: RunnerProcess) -> None:
    template = """
    output "flagged" {
      value     = "hidden-by-flag"
      sensitive = true
    }
    output "declared" { value = "hidden-by-spec" }
    output "open" { value = "seen" }
    """
    runner.accept({"main.tf": template}, sensitive_outputs=("declared",))

    runner.run()

    result = runner.result()
    assert result.outputs == {"open": "seen"}
    assert result.sensitive_outputs == ("declared", "flagged")
    for text in (runner.log(), runner.output, result.to_json().decode()):
        assert "hidden-by-" not in text


def test_the_runners_own_secrets_are_masked_in_log_and_failure(runner: RunnerProcess) -> None:
    key = runner.connection_string.partition("AccountKey=")[2].partition(";")[0]
    runner.accept({"main.tf": _local_exec("leak", f"echo key={SECRET_KEY}; echo {key}; exit 3")})

    assert runner.run() == ExitCode.FAILED

    failure = runner.result().failure
    assert failure is not None
    for text in (runner.log(), str(failure)):
        assert SECRET_KEY not in text
        assert key not in text
    assert "key=***" in runner.log()


def test_the_template_sees_nothing_of_slipways_storage(runner: RunnerProcess) -> None:
    runner.accept({"main.tf": _local_exec("env", "env | grep -c '^SLIPWAY_' || echo none of ours")})

    runner.run()

    assert "(local-exec): none of ours" in runner.log()


def test_a_templates_own_back_end_is_not_used(runner: RunnerProcess) -> None:
    backend = 'terraform {\n  backend "s3" {\n    bucket = "theirs"\n    key = "k"\n  }\n}\n'
    runner.accept({"main.tf": GREETING, "backend.tf": backend})

    assert runner.run() == ExitCode.SUCCEEDED
    assert runner.state_file.exists()


def _local_exec(name: str, command: str) -> str:
    quoted = command.replace("\\", "\\\\").replace('"', '\\"')
    provisioner = f'  provisioner "local-exec" {{\n    command = "{quoted}"\n  }}\n'
    return f'resource "terraform_data" "{name}" {{\n{provisioner}}}\n'
