"""Records the stored rows, blobs and states of a deployment in a file, and restores them.

Paths and ports of the machine are replaced by placeholders. Sealed blobs are not changed; their key lies
beside the files.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions.domain import clock
from tests.state_servers.s3 import BUCKET
from tests.upgrade.installation import Installation

Json = dict[str, Any]

_FOLDER = "/slipway-data"
_ADDRESS = "http://states.example/states"
# A plan that awaits approval would have expired when a test restores it.
_OUT_OF_DATE = re.compile(r'("(?:awaiting_since|planned_at)":\s*")[^"]*(")')


@dataclass
class Snapshot:
    """The content of the storage at one moment: rows by table; blobs, files and S3 objects by name."""

    rows: dict[str, list[Json]] = field(default_factory=dict)
    blobs: dict[str, Json] = field(default_factory=dict)
    files: dict[str, Json] = field(default_factory=dict)
    objects: dict[str, Json] = field(default_factory=dict)
    pages: dict[str, Json] = field(default_factory=dict)

    def of(self, deployment_id: str) -> Json:
        """Return the part of one deployment."""
        number = deployment_id.removeprefix("deploy-")
        return {
            "deployment_id": deployment_id,
            "rows": {
                table: [row for row in rows if number in json.dumps(row)] for table, rows in self.rows.items()
            },
            **{
                kind: {name: body for name, body in getattr(self, kind).items() if number in name}
                for kind in ("blobs", "files", "objects", "pages")
            },
        }

    def since(self, before: Snapshot) -> Snapshot:
        """Return the blobs and states that are new or changed since an earlier snapshot."""
        kinds = {
            kind: {
                name: body
                for name, body in getattr(self, kind).items()
                if getattr(before, kind).get(name) != body
            }
            for kind in ("blobs", "files", "objects", "pages")
        }
        return Snapshot(rows={}, **kinds)


def read_storage(installation: Installation) -> Snapshot:
    """Return everything in the storage of an installation."""
    clients = installation.clients
    snapshot = Snapshot()
    for table in (clients.deployments, clients.index):
        rows = [_checked(dict(row)) for row in table.list_entities()]
        snapshot.rows[table.table_name] = [_without_places(installation, row) for row in rows]
    for properties in clients.container.list_blobs():
        data = clients.container.download_blob(properties.name).readall()
        snapshot.blobs[properties.name] = {"type": properties.blob_type, **_document(installation, data)}
    for path in sorted(installation.state_dir.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(installation.state_dir))
            snapshot.files[name] = _document(installation, path.read_bytes())
    listed = installation.buckets.client.list_objects_v2(Bucket=BUCKET)
    for item in listed.get("Contents", ()):
        data = installation.buckets.client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
        snapshot.objects[item["Key"]] = _document(installation, data)
    for name, state in installation.states.states.items():
        snapshot.pages[name] = _document(installation, state)
    return snapshot


def write_storage(installation: Installation, stored: Json) -> None:
    """Restore the result of `Snapshot.of`: blobs and states first, as in the code."""
    for name, body in stored["blobs"].items():
        installation.clients.container.upload_blob(
            name, _bytes(installation, body), blob_type=body["type"], overwrite=True
        )
    for name, body in stored["files"].items():
        path = installation.state_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_bytes(installation, body))
    for name, body in stored["objects"].items():
        data = _bytes(installation, body)
        installation.buckets.client.put_object(Bucket=BUCKET, Key=name, Body=data)
    for name, body in stored["pages"].items():
        installation.states.states[name] = _bytes(installation, body)
    for table, rows in stored.get("rows", {}).items():
        for row in rows:
            installation.clients.table(table).create_entity(_with_places(installation, row))


def write_file(path: Path, document: Json) -> None:
    """Write a document with one value a line, so that a review shows its changes."""
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _checked(row: Json) -> Json:
    """Return the row. It must have only types that JSON preserves."""
    assert all(type(value) in (str, bool, int) for value in row.values()), row
    return row


def _places(installation: Installation) -> dict[str, str]:
    return {str(installation.folder): _FOLDER, installation.state_address: _ADDRESS}


def _without_places(installation: Installation, value: Any) -> Any:
    """Return the value with placeholders for the paths and ports of this machine."""
    text = json.dumps(value)
    for place, placeholder in _places(installation).items():
        text = text.replace(place, placeholder)
    return json.loads(text)


def _with_places(installation: Installation, row: Json) -> Json:
    now = clock.to_text(clock.now())
    texts = {name: value for name, value in row.items() if isinstance(value, str)}
    for place, placeholder in _places(installation).items():
        texts = {name: value.replace(placeholder, place) for name, value in texts.items()}
    texts = {name: _OUT_OF_DATE.sub(rf"\g<1>{now}\g<2>", value) for name, value in texts.items()}
    if "awaiting_since" in texts:
        texts["awaiting_since"] = now
    return {**row, **texts}


def _document(installation: Installation, data: bytes) -> Json:
    with contextlib.suppress(UnicodeDecodeError):
        # An archive may consist of ASCII characters, too.
        if b"\0" not in data:
            return {"text": _without_places(installation, data.decode())}
    return {"base64": base64.b64encode(data).decode()}


def _bytes(installation: Installation, body: Json) -> bytes:
    if "base64" in body:
        return base64.b64decode(body["base64"])
    text = str(body["text"])
    for place, placeholder in _places(installation).items():
        text = text.replace(placeholder, place)
    return text.encode()
