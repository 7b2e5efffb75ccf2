"""The rows of table `deploymentindex`: what is unfinished, and the lists.

| partition | row key | holds |
|---|---|---|
| `active` | operation id | an unfinished operation |
| `active` | deployment id | a deployment that is to expire, or to be forgotten |
| `running` | operation id | an operation that counts towards the soft limit, beside its `active` row |
| `waiting` | `<created>:<lane>:<operation id>` | one that waits for a free place, beside its `active` row |
| `all:<day>` | `<moment>:<deployment id>` | every deployment |
| `template:<provider>:<name>:<day>` | the same | those of a template |
| `owner:<digest>:<day>` | the same | those of a caller |
| `request:<day>` | the same | those that were requested by a resource's type |
| `due:<day>`, `retention` | `table_due.py` | what is to be removed when |
| `timer` | `table_timer_runs.py` | when each timer last ran |

`created` counts milliseconds, so the oldest comes first; day and moment count backwards, so a range over the
partitions of one set gives newest first. Times are text: it sorts as they do, and the SDK decodes it for
nothing.
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
]


def template_set(provider_type: str, template_name: str) -> str:
    """The partition set of a template; a name with characters that a key cannot hold is hashed."""
    return f"template:{_key_part(provider_type)}:{_key_part(template_name)}"


def owner_set(created_by: str) -> str:
    """The partition set of a caller, hashed."""
    return f"owner:{_digest(created_by)}"


def reversed_day(moment: datetime) -> str:
    """The day in UTC, counted backwards: eight digits."""
    return f"{_LAST_DAY - int(moment.astimezone(UTC).strftime('%Y%m%d')):08}"


def project(deployment: Deployment) -> list[Row]:
    """The list rows of a deployment. Their keys depend only on what never changes."""
    columns = {
        "schema_version": SCHEMA_VERSION,
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


def list_keys(found_by: Listed) -> list[tuple[str, str]]:
    """Return partition and row key of every list row that a deployment may have. The last one is in the list
    of requests, where not every deployment is.
    """
    day = reversed_day(found_by.created_at)
    key = f"{_reversed_moment(found_by.created_at)}:{found_by.deployment_id}"
    template = template_set(found_by.provider_type, found_by.template_name)
    return [(f"{name}:{day}", key) for name in (ALL, template, owner_set(found_by.created_by), REQUEST)]


def list_entry(row: Row) -> ListEntry:
    """The inverse of `project`, from any of its rows."""
    return from_plain(ListEntry, {**row, "deployment_id": row["RowKey"].partition(":")[2]})


def waiting_key(entry: ActiveEntry) -> str:
    """The row key of an operation in line. It depends only on what never changes."""
    return f"{_milliseconds(entry.created_at):015}:{entry.lane}:{entry.key}"


def active_row(entry: ActiveEntry, partition: str = ACTIVE) -> Row:
    """The row of something unfinished, in one of the three partitions."""
    columns = {name: value for name, value in to_plain(entry).items() if name not in ("key", "lane", "etag")}
    key = waiting_key(entry) if partition == WAITING else entry.key
    return {"PartitionKey": partition, "RowKey": key, "schema_version": SCHEMA_VERSION, **columns}


def active_entry(row: Row) -> ActiveEntry:
    """The inverse of `active_row`; rows of earlier releases have `running` and `parked`, which count no
    more.
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
