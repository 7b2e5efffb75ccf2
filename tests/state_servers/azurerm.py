"""Azure Blob Storage for Terraform's `azurerm` backend: Azurite behind TLS, with the host names of Azure.

That backend only connects to `https://<account>.blob.core.windows.net`. So it gets a proxy that forwards
every CONNECT to Azurite, and trusts Azurite's certificate. The account must not be the well-known one of
Azurite, as Terraform signs its requests in another way (403).
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
from azure.storage.blob import ContainerClient

from functions.domain.jobs.terraform_state import Backend
from local.paths import ROOT
from tests.state_servers.gate import Gate

ACCOUNT = "tfstatetest"
CONTAINER = "tfstate"
_INSTALLED = ROOT / ".slipway/tools/azurite/node_modules/.bin/azurite"
_LISTENING = re.compile(r"successfully listens on https://127\.0\.0\.1:(\d+)")
_START_SECONDS = 240


class AzureStorage:
    """One storage account with a container for states."""

    def __init__(self, folder: Path) -> None:
        self._key = base64.b64encode(secrets.token_bytes(64)).decode()
        authority = trustme.CA()
        leaf = authority.issue_cert(f"{ACCOUNT}.blob.core.windows.net", "127.0.0.1")
        self._ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(self._ca)
        leaf.cert_chain_pems[0].write_to_path(folder / "leaf.pem")
        leaf.private_key_pem.write_to_path(folder / "leaf.key")
        self._process, port = _start(folder, self._key)
        self._gate = Gate(port, connect=True)
        self.container = ContainerClient(
            f"https://127.0.0.1:{port}/{ACCOUNT}",
            CONTAINER,
            credential={"account_name": ACCOUNT, "account_key": self._key},
            connection_verify=str(self._ca),
        )
        self.container.create_container()

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
        return [str(name) for name in self.container.list_blob_names() if deployment_id in str(name)]

    def cut(self) -> None:
        self._gate.shut()

    def mend(self) -> None:
        self._gate.reopen()

    def stop(self) -> None:
        self._gate.shut()
        self.container.close()
        self._process.kill()
        self._process.wait()


def _start(folder: Path, key: str) -> tuple[subprocess.Popen[bytes], int]:
    executable = str(_INSTALLED) if _INSTALLED.exists() else os.environ.get("SLIPWAY_AZURITE", "azurite")
    command = [str(Path(executable).with_name("azurite-blob")), "--disableTelemetry", "--skipApiVersionCheck"]
    command += ["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", "0"]
    command += ["--cert", str(folder / "leaf.pem"), "--key", str(folder / "leaf.key")]
    log = folder / "azurite.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + _START_SECONDS
    while not (match := _LISTENING.search(log.read_text())):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"starting Azurite: {log.read_text()}")
        time.sleep(0.02)
    return process, int(match[1])
