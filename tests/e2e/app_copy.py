"""A copy of the app in a folder of its own, with the tests' templates added as a user would add them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from local.paths import ROOT
from local.stack.environment import plain_environment
from local.toolchain.toolchain import ensure_toolchain

_APP = (
    "functions",
    "local",
    "runner_image",
    "templates",
    "environments.json",
    "function_app.py",
    "host.json",
)
_TEMPLATES = Path(__file__).with_name("templates")


def make_app(folder: Path) -> Path:
    """Copy the app into the folder, put the templates in and run `./dev catalog`; gives the folder."""
    folder.mkdir()
    for name in _APP:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    shutil.copytree(_TEMPLATES, folder / "templates" / "terraform", dirs_exist_ok=True)
    run_in(folder, "-m", "local.catalog")
    # the tools are not installed anew for every copy
    (folder / ".slipway").mkdir()
    (folder / ".slipway" / "tools").symlink_to(ROOT / ".slipway" / "tools")
    return folder


def run_in(folder: Path, *arguments: str) -> None:
    """Run Python in the folder to its end, which must be a good one."""
    command = [sys.executable, *arguments]
    ended = subprocess.run(
        command,
        cwd=folder,
        env=plain_environment(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


def make_engine(folder: Path, applies: Path) -> Path:
    """Make an executable that notes every apply in the file `applies`, then becomes the real engine.

    A line has the folder that it applies in and the size of the plan in bytes.
    """
    engine = ensure_toolchain().engine
    folder.mkdir()
    # it has the engine's own name, as messages tell it
    script = folder / engine.name
    script.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = apply ]; then\n'
        "  for plan; do :; done\n"
        f'  echo "$PWD $(wc -c <"$plan")" >>{shlex.quote(str(applies))}\n'
        "fi\n"
        f'exec {shlex.quote(str(engine.resolve()))} "$@"\n'
    )
    script.chmod(0o755)
    return script
