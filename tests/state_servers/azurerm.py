"""Azure Blob Storage as Terraform's `azurerm` back end sees it: Azurite behind TLS, under Azure's own names.

That back end speaks to `https://<account>.blob.core.windows.net` only. So it is told of a proxy that leads
every CONNECT to Azurite, and to trust the certificate that Azurite shows. The account must not be
Azurite's well-known one, whose requests Terraform signs in another way (403).
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import subprocess
import time
from pathlib import Path

import trustme

from functions.domain.state import Backend
from tests.azurite import azurite_executable
from tests.state_servers.gate import Gate

ACCOUNT = "tfstatetest"
CONTAINER = "tfstate"
_LISTENING = re.compile(r"successfully listen\w* (?:at|on) \S*:(\d+)")
_START_SECONDS = 60


class AzureStorage:
    """One storage account with a container for states."""

    def __init__(self, folder: Path) -> None:
        self._key = base64.b64encode(secrets.token_bytes(64)).decode()
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        leaf = authority.issue_cert(f"{ACCOUNT}.blob.core.windows.net", "127.0.0.1")
        leaf.private_key_and_cert_chain_pem.write_to_path(folder / "leaf.pem")
        self._process, port = _start(folder, self._key)
        self._gate = Gate(port, connect=True)
        self._ca = folder / "ca.pem"
        self._address = f"https://127.0.0.1:{port}/{ACCOUNT}"
        self._container().create_container()

    @property
    def backend(self) -> Backend:
        return Backend("azurerm", {"storage_account_name": ACCOUNT, "container_name": CONTAINER})

    @property
    def environment(self) -> dict[str, str]:
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self._gate.port}",
            "SSL_CERT_FILE": str(self._ca),
            "SSL_CERT_DIR": os.devnull,
            "ARM_ACCESS_KEY": self._key,
        }

    def traces(self, deployment_id: str) -> list[str]:
        return [str(name) for name in self._container().list_blob_names() if deployment_id in str(name)]

    def cut(self) -> None:
        self._gate.shut()

    def mend(self) -> None:
        self._gate.reopen()

    def stop(self) -> None:
        self._gate.shut()
        self._process.kill()
        self._process.wait()

    def _container(self):  # type: ignore[no-untyped-def]
        from azure.storage.blob import ContainerClient

        return ContainerClient(
            self._address,
            CONTAINER,
            credential={"account_name": ACCOUNT, "account_key": self._key},
            connection_verify=str(self._ca),
        )
