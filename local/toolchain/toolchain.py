"""The programs besides Python that Slipway needs on one machine, found or installed."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.paths import TOOLS
from local.toolchain.azurite_install import find_node, install_azurite
from local.toolchain.engine_install import find_engine


@dataclass(frozen=True)
class Toolchain:
    """The paths of Terraform or OpenTofu, of Node.js, and of Azurite's script for Node.js."""

    engine: Path
    node: Path
    azurite: Path


def ensure_toolchain(
    tools: Path = TOOLS, say: Callable[[str], None] | None = None, *, pinned_engine: bool = False
) -> Toolchain:
    """Find every program, or install it below `tools`. Raises LocalError with what to do.

    `say` gets a line for each slow step; by default the lines go to stderr. With `pinned_engine`, use an
    engine on PATH only if it is the pinned one.
    """
    report = say or (lambda line: print(line, file=sys.stderr, flush=True))
    tools.mkdir(parents=True, exist_ok=True)
    with (tools / "install.lock").open("w") as lock:
        # Two stacks that start at the same time must not install into one folder.
        fcntl.flock(lock, fcntl.LOCK_EX)
        engine = find_engine(tools, os.environ, report, pinned_only=pinned_engine)
        node, npm = find_node(tools, report)
        return Toolchain(engine, node, install_azurite(tools, npm, report))
