"""The rows of table `deploymentindex`: unfinished operations, and the lists of deployments.

| partition | row key | content |
|---|---|---|
| `active` | operation id | an unfinished operation |
| `active` | deployment id | a deployment that has an expiry time, or is being deleted |
| `running` | operation id | an operation that counts towards the soft limit, besides its `active` row |
| `waiting` | `<created>:<lane>:<operation id>` | one that waits for capacity, besides its `active` row |
| `all:<day>` | `<moment>:<deployment id>` | every deployment |
| `template:<provider>:<name>:<day>` | the same | those of a template |
| `owner:<digest>:<day>` | the same | those of a caller |
| `request:<day>` | the same | those that users requested by resource type |
| `due:<day>`, `retention` | `table_due.py` | what retention removes, by day |
| `timer` | `table_timer_runs.py` | when each timer last ran |

`created` counts milliseconds, so the oldest row comes first. Day and moment count backwards, so a range over
the partitions of one set returns the newest first. Times are stored as text: it sorts in the same order, and
the SDK spends no time on decoding it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from functions.adapters.storage.table_rows import Row
from functions.domain.clock import optional_text, to_text
from functions.domain.codec import from_plain, to_plain
from functions.domain.deployments.listed import Listed, listed_fields
from functions.ports import ActiveEntry, ListEntry

if TYPE_CHECKING:
    from functions.domain.deployments.deployment import Deployment

SCHEMA_VERSION = 1
LIST_VERSION = 2
"""The version of list rows. In those of version 1, the status of an unfinished deployment may be outdated."""
ACTIVE = "active"
RUNNING = "running"
WAITING = "waiting"
ALL = "all"
REQUEST = "request"
_LAST_DAY = 99_999_999
_LAST_MOMENT = 10**15 - 1
_PLAIN_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")
LIST_COLUMNS = [
    "RowKey",
    "provider_type",
    "template_name",
    "subscription_id",
    "resource_group",
    "location",
    "created_by",
    "created_at",
    "status",
    "started_at",
    "completed_at",
    "finished",
    "schema_version",
]


def template_set(provider_type: str, template_name: str) -> str:
    """Return the partition set of a template. A name with characters that a key cannot contain is hashed."""
    return f"template:{_key_part(provider_type)}:{_key_part(template_name)}"


def owner_set(created_by: str) -> str:
    """Return the partition set of a caller, hashed."""
    return f"owner:{_digest(created_by)}"


def reversed_day(moment: datetime) -> str:
    """Return the day in UTC, counted backwards, in eight digits."""
    return f"{_LAST_DAY - int(moment.astimezone(UTC).strftime('%Y%m%d')):08}"


def project(deployment: Deployment) -> list[Row]:
    """Return the list rows of a deployment. Their keys depend only on values that never change."""
    columns = {
        "schema_version": LIST_VERSION,
        "provider_type": deployment.provider_type,
        "template_name": deployment.template_name,
        "subscription_id": deployment.subscription_id,
        "resource_group": deployment.resource_group,
        "location": deployment.location,
        "created_by": deployment.created_by,
        "created_at": to_text(deployment.created_at),
        "status": deployment.status.value,
        "started_at": optional_text(deployment.started_at),
        "completed_at": optional_text(deployment.completed_at),
        "finished": deployment.status.is_final,
    }
    present = {name: value for name, value in columns.items() if value is not None}
    keys = list_keys(listed_fields(deployment))
    return [
        {**present, "PartitionKey": partition, "RowKey": key}
        for partition, key in (keys if deployment.request else keys[:-1])
    ]


def list_keys(listed: Listed) -> list[tuple[str, str]]:
    """Return partition key and row key of every list row that a deployment may have. The last one belongs to
    the list of requests, which does not contain every deployment.
    """
    day = reversed_day(listed.created_at)
    key = f"{_reversed_moment(listed.created_at)}:{listed.deployment_id}"
    template = template_set(listed.provider_type, listed.template_name)
    return [(f"{name}:{day}", key) for name in (ALL, template, owner_set(listed.created_by), REQUEST)]


def list_entry(row: Row) -> ListEntry:
    """Return the list entry of any of the rows that `project` made."""
    is_current = row["finished"] or row["schema_version"] >= LIST_VERSION
    deployment_id = row["RowKey"].partition(":")[2]
    return from_plain(ListEntry, {**row, "deployment_id": deployment_id, "is_current": is_current})


def waiting_key(entry: ActiveEntry) -> str:
    """Return the row key of a waiting operation. It depends only on values that never change."""
    return f"{_milliseconds(entry.created_at):015}:{entry.lane}:{entry.key}"


def active_row(entry: ActiveEntry, partition: str = ACTIVE) -> Row:
    """Return the row of an unfinished operation or deployment, in one of the three partitions."""
    columns = {name: value for name, value in to_plain(entry).items() if name not in ("key", "lane", "etag")}
    key = waiting_key(entry) if partition == WAITING else entry.key
    return {"PartitionKey": partition, "RowKey": key, "schema_version": SCHEMA_VERSION, **columns}


def active_entry(row: Row) -> ActiveEntry:
    """Return the entry of a row that `active_row` made. The columns `running` and `parked` of earlier
    releases are ignored.
    """
    _, lane, key = row["RowKey"].split(":") if row["PartitionKey"] == WAITING else ("", "", row["RowKey"])
    return from_plain(ActiveEntry, {**row, "key": key, "lane": lane})


def _reversed_moment(moment: datetime) -> str:
    return f"{_LAST_MOMENT - _milliseconds(moment):015}"


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def _key_part(text: str) -> str:
    return text if _PLAIN_KEY.fullmatch(text) else _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
