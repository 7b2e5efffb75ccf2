"""Starts Azurite for tests, as a process on free ports, and stops it by its process id."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.paths import ROOT
from tests.reserved_ports import reserved_port

_INSTALLED = ROOT / ".slipway/tools/azurite/node_modules/.bin/azurite"
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (http://\S+:(\d+))")
_ACCOUNT = "devstoreaccount1"
# The key is the same for every Azurite.
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_START_SECONDS = 240
_SHARED_ACCOUNTS = 500


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running Azurite. `ports` are those of blobs, queues and tables; `folder` holds its data."""

    connection_string: str
    process: subprocess.Popen[bytes]
    ports: tuple[int, int, int]
    folder: Path

    def stop(self) -> None:
        """End Azurite, which writes its data to `folder`. Do nothing if it has ended already."""
        self.process.terminate()
        self.process.wait()

    def restart(self) -> Azurite:
        """Start Azurite again with the same data on the same ports."""
        return start_azurite(self.folder, self.ports)


class StorageAccounts:
    """An Azurite with many storage accounts, for tests that need one each. Its data is in memory.

    The start of an Azurite takes longer than most tests use it.
    """

    def __init__(self, folder: Path) -> None:
        self._names = [f"account{number}" for number in range(_SHARED_ACCOUNTS)]
        accounts = ";".join(f"{name}:{_KEY}" for name in self._names)
        self._azurite = start_azurite(
            folder, options=("--inMemoryPersistence",), environment={"AZURITE_ACCOUNTS": accounts}
        )

    def take(self) -> str:
        """Return the connection string of an account that nobody has used."""
        return self._azurite.connection_string.replace(_ACCOUNT, self._names.pop())

    def stop(self) -> None:
        """End the Azurite."""
        self._azurite.stop()


def start_azurite(
    folder: Path,
    ports: tuple[int, int, int] | None = None,
    *,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Azurite:
    """Start Azurite with its data in `folder` and wait until blobs, queues and tables are served.

    The ports are of blobs, queues and tables. Raises RuntimeError with the log of Azurite if it does not
    start.
    """
    log = folder / "azurite.log"
    ports = ports or (reserved_port(), reserved_port(), reserved_port())
    command = _command(ports, options or ("--location", str(folder)))
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + _START_SECONDS
    while len(addresses := _LISTENING.findall(log.read_text())) < 3:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"starting Azurite: {log.read_text()}")
        time.sleep(0.02)
    services = {service: (url, int(port)) for service, url, port in addresses}
    endpoints = ";".join(f"{service}Endpoint={url}/{_ACCOUNT}" for service, (url, _) in services.items())
    return Azurite(
        f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};{endpoints};",
        process,
        (services["Blob"][1], services["Queue"][1], services["Table"][1]),
        folder,
    )


def _command(ports: tuple[int, int, int], options: Sequence[str]) -> list[str]:
    executable = str(_INSTALLED) if _INSTALLED.exists() else os.environ.get("SLIPWAY_AZURITE")
    if not executable:
        raise RuntimeError(
            "Azurite is missing: run ./dev test, which installs it, or set SLIPWAY_AZURITE to it"
        )
    blob, queue, table = map(str, ports)
    arguments = ["--blobPort", blob, "--queuePort", queue, "--tablePort", table, *options]
    return [executable, "--silent", "--disableTelemetry", "--skipApiVersionCheck", *arguments]
