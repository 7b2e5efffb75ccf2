"""Runs `terraform init`."""

from __future__ import annotations

from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.lock_file import LOCK_FILE, drop_hashes
from runner.engines.terraform.messages import DUPLICATE_PROVIDER
from runner.engines.terraform.overrides import override_provider
from runner.engines.terraform.saved_init import restore_init
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.locks import check_unlocked
from runner.engines.terraform.untested_engine import warn_if_untested
from runner.process.command import CommandResult

# The lock file is deleted with the work folder, so advice on it would mislead.
_ABOUT_LOCK_FILE = frozenset({"lock_info", "Incomplete lock file information for providers"})


def init(session: TerraformSession) -> None:
    """Install the providers and connect the backend."""
    job = session.job
    stream = session.stream(_ABOUT_LOCK_FILE)
    session.init_is_repeatable = not (job.workspace.template / LOCK_FILE).exists()
    result = _init(session, stream)
    if result.returncode != 0 and DUPLICATE_PROVIDER.is_in(stream.first_error or ""):
        job.log.write("the template has a provider block of its own, which Slipway now overrides instead")
        additions = override_provider(
            job.workspace.template, job.spec, uses_emulator=job.settings.uses_emulator
        )
        session.cli.environment.update(additions)
        session.init_is_repeatable = False
        stream = session.stream(_ABOUT_LOCK_FILE)
        result = _init(session, stream)
    job.progress.engine_version = stream.engine_version
    warn_if_untested(session, stream)
    check_unlocked(session, stream)
    session.cli.check(result, "init", stream)
    drop_hashes(job.workspace.template)


def init_as_planned(session: TerraformSession) -> None:
    """Take what `init` made for the approved plan; without that, run `init`."""
    if not restore_init(session):
        init(session)


def _init(session: TerraformSession, stream: JsonStream) -> CommandResult:
    return session.cli.stream("init", "-input=false", stop=session.job.stop, into=stream)
