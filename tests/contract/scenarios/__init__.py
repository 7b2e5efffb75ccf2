"""The requests to the API whose responses are recorded and compared, each at a stage of a deployment."""

from __future__ import annotations

from collections.abc import Callable

from tests.contract.scenarios import (
    bodies,
    catalog,
    decisions,
    deploy,
    lists,
    methods,
    operations,
    requests,
    runs,
    stages,
)
from tests.contract.scenarios.recording import Recording

# The names of the files with the responses.
SCENARIOS: dict[str, Callable[[Recording], None]] = {
    "bodies": bodies.record,
    "catalog": catalog.record,
    "decisions": decisions.record,
    "deploy": deploy.record,
    "lists": lists.record,
    "methods": methods.record,
    "operations": operations.record,
    "requests": requests.record,
    "runs": runs.record,
    "stages": stages.record,
}
