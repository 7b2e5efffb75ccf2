"""Reserves ports on the loopback interface, the same ones as before if possible.

Azurite and moto listen some time after their ports were picked. So that nobody takes a port meanwhile, it is
outside of the range from which the system gives ports to clients and to servers that ask for any, and a lock
keeps other stacks of this machine from picking it.
"""

from __future__ import annotations

import json
import os
import random
import socket
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from local.errors import LocalError
from local.files import read_json, try_lock, write_whole

# Linux gives ports from 32768 on, macOS from 49152 on. Few programs of developers listen this low.
_RANGE = range(20_000, 32_768)
_ATTEMPTS = 1_000


def is_free(port: int) -> bool:
    """Return True if a process could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_open(port: int) -> bool:
    """Return True if a process listens on this port now."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass
class ReservedPorts:
    """Ports by name, reserved until `release`."""

    ports: Mapping[str, int] = field(default_factory=dict)
    locks: list[IO[str]] = field(default_factory=list)

    def release(self) -> None:
        """Let others pick the ports. It may be called again."""
        while self.locks:
            self.locks.pop().close()


def reserve_ports(names: Sequence[str], remembered_in: Path | None = None) -> ReservedPorts:
    """Reserve a free port for each name: the one in the file if possible, else a new one. Remember them.

    With the same ports, `local.settings.json` and the variables of a shell stay valid after a restart. Raises
    LocalError if none is free.
    """
    remembered = read_json(remembered_in) if remembered_in else {}
    ports: dict[str, int] = {}
    locks: list[IO[str]] = []
    for name in names:
        former = remembered.get(name)
        candidates = [*([former] if isinstance(former, int) else []), *random.sample(_RANGE, _ATTEMPTS)]
        port, lock = _reserve_first(candidates)
        ports[name] = port
        locks.append(lock)
    if remembered_in:
        write_whole(remembered_in, json.dumps(ports, indent=2) + "\n")
    return ReservedPorts(ports, locks)


def _reserve_first(candidates: Sequence[int]) -> tuple[int, IO[str]]:
    for port in candidates:
        if (lock := _reserve(port)) is not None:
            return port, lock
    raise LocalError(f"reserving a port: none of {len(candidates)} that were tried is free")


def _reserve(port: int) -> IO[str] | None:
    """Return the locked file of a port, or None if another stack holds it or a server listens on it."""
    folder = Path(tempfile.gettempdir()) / f"slipway-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = try_lock(folder / str(port))
    if lock is not None and not is_free(port):
        lock.close()
        return None
    return lock
