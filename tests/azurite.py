"""Azurite for tests: a process of its own on free ports, stopped by its process id."""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from local.paths import ROOT

_INSTALLED = ROOT / ".slipway/tools/azurite/node_modules/.bin/azurite"
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (http://\S+:(\d+))")
_ACCOUNT = "devstoreaccount1"
# the key that every Azurite has
_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_START_SECONDS = 240


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running Azurite. `ports` are those of blobs, queues and tables; `folder` holds its data."""

    connection_string: str
    process: subprocess.Popen[bytes]
    ports: tuple[int, int, int]
    folder: Path

    def stop(self) -> None:
        """End it, its data written to `folder`; nothing happens if it has ended already."""
        self.process.terminate()
        self.process.wait()

    def restart(self) -> Azurite:
        """Start it again with the same data on the same ports."""
        return start_azurite(self.folder, self.ports)


def start_azurite(folder: Path, ports: tuple[int, int, int] = (0, 0, 0)) -> Azurite:
    """Start Azurite with its data in `folder` and wait until blobs, queues and tables are served.

    A port 0 is a free one of the system's choice. Raises RuntimeError with Azurite's own words if it does not
    start.
    """
    log = folder / "azurite.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(folder, ports), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + _START_SECONDS
    while len(addresses := _LISTENING.findall(log.read_text())) < 3:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise RuntimeError(f"starting Azurite: {log.read_text()}")
        time.sleep(0.02)
    found = {service: (url, int(port)) for service, url, port in addresses}
    endpoints = ";".join(f"{service}Endpoint={url}/{_ACCOUNT}" for service, (url, _) in found.items())
    return Azurite(
        f"DefaultEndpointsProtocol=http;AccountName={_ACCOUNT};AccountKey={_KEY};{endpoints};",
        process,
        (found["Blob"][1], found["Queue"][1], found["Table"][1]),
        folder,
    )


def _command(folder: Path, ports: tuple[int, int, int]) -> list[str]:
    executable = str(_INSTALLED) if _INSTALLED.exists() else os.environ.get("SLIPWAY_AZURITE")
    if not executable:
        raise RuntimeError(
            "Azurite is missing: run ./dev test, which installs it, or set SLIPWAY_AZURITE to it"
        )
    blob, queue, table = map(str, ports)
    chosen = ["--blobPort", blob, "--queuePort", queue, "--tablePort", table, "--location", str(folder)]
    return [executable, "--silent", "--disableTelemetry", "--skipApiVersionCheck", *chosen]
