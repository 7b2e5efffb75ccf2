"""Fills the work folder of a job."""

from __future__ import annotations

from runner.contract.inputs import fetch_template
from runner.engines.terraform.cli_config import cli_config
from runner.engines.terraform.overrides import write_provider
from runner.engines.terraform.session import TerraformSession
from runner.engines.terraform.state.backend_block import write_backend
from runner.engines.terraform.variables import write_variables


def prepare(session: TerraformSession) -> None:
    """Fill the work folder: the template, the blocks that Slipway adds to it, and the parameters."""
    job, folder, settings = session.job, session.job.workspace.template, session.job.settings
    job.log.write(f"engine {settings.engine}")
    fetch_template(job.store, job.spec, folder, job.stop)
    session.cli_config.write_text(cli_config(settings.provider_mirror), encoding="utf-8")
    write_variables(session)
    session.backend_block = write_backend(
        folder,
        session.settings,
        job.spec.deployment_id,
        state_dir=settings.state_dir,
        uses_emulator=settings.uses_emulator,
    )
    write_provider(folder, job.spec, uses_emulator=settings.uses_emulator)
