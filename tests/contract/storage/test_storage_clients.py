from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.adapters.storage.clients import StorageClients
from local.paths import ROOT

CONNECTION_STRING = (
    "AccountName=x;AccountKey=eA==;EndpointSuffix=core.windows.net;DefaultEndpointsProtocol=https"
)
SDKS = ("azure.data.tables", "azure.storage.blob", "azure.storage.queue", "azure.identity")
LOOK = f"import sys; print(*[sdk for sdk in {SDKS} if sdk in sys.modules])"


def sdks_imported_by(code: str) -> list[str]:
    made = f"import functions.adapters.storage.clients as s; c = s.StorageClients({CONNECTION_STRING!r})"
    program = f"{made}; {code}; {LOOK}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("pass", []),
        (
            "import functions.adapters.storage.blob_artifacts as b; b.BlobArtifactStore(c.container)",
            ["azure.storage.blob"],
        ),
        (
            "import functions.adapters.storage.queue_wake_ups as q; q.QueueWakeUps(c.operations)",
            ["azure.storage.queue"],
        ),
        (
            "import functions.adapters.storage.table_index as t; t.TableDeploymentIndex(c.index)",
            ["azure.data.tables"],
        ),
    ],
)
def test_a_runner_pays_only_for_the_sdks_it_uses(code: str, expected: list[str]) -> None:
    assert sdks_imported_by(code) == expected


def test_all_threads_share_one_client_of_each_kind() -> None:
    clients = StorageClients(CONNECTION_STRING)

    with ThreadPoolExecutor(16) as pool:
        tables = set(pool.map(lambda _: id(clients.deployments), range(64)))

    assert len(tables) == 1
    assert clients.operations is clients.operations
    assert clients.container is clients.container
    clients.close()


def test_a_managed_identity_needs_no_connection_string() -> None:
    clients = StorageClients(
        table_service_uri="https://x.table.core.windows.net",
        blob_service_uri="https://x.blob.core.windows.net",
        queue_service_uri="https://x.queue.core.windows.net",
        client_id="11111111-2222-3333-4444-555555555555",
    )

    assert clients.deployments.url == "https://x.table.core.windows.net"
    assert clients.deployments.table_name == "deployments"
    assert clients.index.table_name == "deploymentindex"
    assert clients.operations.url == "https://x.queue.core.windows.net/operations"
    assert clients.completions.url == "https://x.queue.core.windows.net/completions"
    assert clients.container.url == "https://x.blob.core.windows.net/slipway"
    clients.close()


def test_a_runner_that_has_no_tables_address_can_still_use_its_blobs() -> None:
    clients = StorageClients(blob_service_uri="https://x.blob.core.windows.net", client_id="x")

    assert clients.container.url == "https://x.blob.core.windows.net/slipway"
    with pytest.raises(ValueError, match="no service address"):
        _ = clients.deployments
    clients.close()
