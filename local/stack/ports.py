"""Picks free ports on the loopback interface, the same ones as before if possible."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path

from local.files import read_json, write_whole


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


def pick_ports(names: Sequence[str], remembered_in: Path) -> dict[str, int]:
    """Return a free port for each name: the one in the file if it is free, else a new one. Remember them.

    With the same ports, `local.settings.json` and the variables of a shell stay valid after a restart.
    """
    remembered = read_json(remembered_in)
    reused = {name: port for name in names if isinstance(port := remembered.get(name), int) and is_free(port)}
    missing = [name for name in names if name not in reused]
    ports = {**reused, **dict(zip(missing, _free_ports(len(missing)), strict=True))}
    write_whole(remembered_in, json.dumps(ports, indent=2) + "\n")
    return ports


def _free_ports(count: int) -> list[int]:
    # All are bound at the same time, so that they differ.
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
