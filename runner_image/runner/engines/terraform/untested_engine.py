"""Warns if the engine is not the version that Slipway is tested with: its messages may differ."""

from __future__ import annotations

import contextlib
import logging

from functions.domain.clock import now, to_text
from functions.domain.errors import SlipwayError
from functions.domain.jobs import blob_names
from runner.engines.terraform.json_stream import JsonStream
from runner.engines.terraform.messages import ENGINE, VERSION
from runner.engines.terraform.session import TerraformSession

_log = logging.getLogger(__name__)


def warn_if_untested(session: TerraformSession, stream: JsonStream) -> None:
    """Write the warning to the job's log, to the runner's log, and to the blob that /health shows."""
    if stream.engine_version is None or (stream.engine, stream.engine_version) == (ENGINE, VERSION):
        return
    engine = f"{stream.engine} {stream.engine_version}"
    warning = f"engine {engine} is untested: Slipway is tested with {ENGINE} {VERSION}"
    session.job.log.write(warning)
    _log.warning("initializing the job: %s", warning)
    health_text = f"{warning}; a job ran it at {to_text(now())}"
    # The job continues if the warning cannot be stored.
    with contextlib.suppress(SlipwayError):
        session.job.store.overwrite(blob_names.untested_engine(), health_text.encode())
