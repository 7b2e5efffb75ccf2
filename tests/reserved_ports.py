"""Ports for servers that listen some time after their port was picked, or again on the same port.

A port that the system gave would be free for everybody in between.
"""

from __future__ import annotations

import atexit

from local.stack.ports import ReservedPorts, reserve_ports

_RESERVED: list[ReservedPorts] = []


def reserved_port() -> int:
    """Return a port that is this test process's own until it ends: a server may start on it again."""
    _RESERVED.append(reserve_ports(["server"]))
    return _RESERVED[-1].ports["server"]


@atexit.register
def _release() -> None:
    for ports in _RESERVED:
        ports.release()
