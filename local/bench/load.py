"""Fills the tables with completed deployments, 1,000 a day."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

from functions.adapters.storage import deployment_rows, index_rows
from functions.adapters.storage.clients import StorageNames
from functions.adapters.storage.table_rows import Row
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.deployments import transitions
from functions.domain.deployments.change import Change
from functions.domain.deployments.deployment import Deployment
from functions.domain.deployments.operation import new_operation
from functions.domain.identifiers import new_correlation_id, new_deployment_id
from functions.domain.jobs.job_contract import JobResult, Outcome
from functions.domain.jobs.terraform_state import StateRecord
from functions.domain.status import OperationKind, Phase, Resources
from local.bench.figure import Say
from local.bench.table_writer import TableWriter

_DEPLOYMENTS_A_DAY = 1000
_NAMES = StorageNames()
_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_WRITERS = 8
# the most rows of a table transaction
_MAX_BATCH = 100
_PROGRESS_STEP = 10_000


def load(storage: str, template: TemplateEntry, numbers: range, say: Say) -> list[str]:
    """Write the deployments with these numbers, in the order of time, and return their ids."""
    write = partial(_write, TableWriter(storage), template)
    chunks = [numbers[start : start + _MAX_BATCH] for start in range(0, len(numbers), _MAX_BATCH)]
    ids: list[str] = []
    with ThreadPoolExecutor(_WRITERS) as pool:
        for chunk_ids in pool.map(write, chunks):
            ids += chunk_ids
            if len(ids) % _PROGRESS_STEP == 0:
                say(f"{len(ids):,} of {len(numbers):,} deployments are written")
    return ids


def _write(writer: TableWriter, template: TemplateEntry, numbers: range) -> list[str]:
    """Write one transaction for each deployment, and one for each partition of their list rows."""
    changes = [_completed_deployment(template, number) for number in numbers]
    lists: dict[str, list[Row]] = defaultdict(list)
    for change in changes:
        writer.insert(_NAMES.deployments, _rows(change))
        for row in index_rows.project(change.deployment):
            lists[row["PartitionKey"]].append(row)
    for rows in lists.values():
        writer.insert(_NAMES.index, rows)
    return [change.deployment.deployment_id for change in changes]


def _rows(change: Change) -> list[Row]:
    deployment = change.deployment
    return [
        deployment_rows.deployment_row(deployment),
        deployment_rows.operation_row(deployment.operation),
        deployment_rows.event_row(deployment.deployment_id, change.event),
    ]


def _completed_deployment(template: TemplateEntry, number: int) -> Change:
    """Return the last change of a completed deployment."""
    day, of_day = divmod(number, _DEPLOYMENTS_A_DAY)
    at = _FIRST_DAY + timedelta(days=day, seconds=of_day * 80)
    deployment_id, correlation_id = new_deployment_id(), new_correlation_id()
    deployment = Deployment(
        deployment_id=deployment_id,
        provider_type=template.provider_type,
        cloud_provider=template.cloud,
        template_name=template.name,
        template_version=template.version,
        template_digest=template.digest,
        subscription_id=None,
        resource_group=None,
        location=None,
        parameters={"name": f"caller {number}"},
        tags={"team": "platform"},
        created_by="anonymous",
        created_at=at,
        correlation_id=correlation_id,
        operation=new_operation(
            deployment_id,
            1,
            at=at,
            created_by="anonymous",
            correlation_id=correlation_id,
            kind=OperationKind.APPLY,
        ),
    )
    started = transitions.job_started(transitions.accepted(deployment).deployment, at, "1-2-3").deployment
    result = JobResult(
        outcome=Outcome.SUCCEEDED,
        resources=Resources.SOME,
        ended_at=at + timedelta(seconds=2),
        phase=Phase.READING_OUTPUTS,
        outputs={"greeting": f"hello, caller {number}"},
        state=StateRecord(
            backend_type="local",
            backend_config={"path": f"{deployment_id}/terraform.tfstate"},
            workspace="default",
            serial=1,
            lineage=str(uuid4()),
            last_modified=at + timedelta(seconds=2),
        ),
    )
    return transitions.ended(started, result)
