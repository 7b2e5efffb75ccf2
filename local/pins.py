"""`./dev pins`: compile the requirements.txt files from the commented lists (*.in), or pin an engine."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from local.errors import LocalError
from local.paths import ROOT
from local.toolchain.engine_pin import raise_pin

# Each file must use the versions of the files before it.
_FILES = {
    "requirements.txt": "functions/requirements.in",
    "local/requirements.txt": "local/requirements.in",
    "tests/requirements.txt": "tests/requirements.in",
}


def main() -> None:
    """Install uv and compile the three files for Python 3.11 to 3.13."""
    parser = argparse.ArgumentParser(prog="./dev pins", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="use the newest versions that the lists allow")
    parser.add_argument(
        "--engine", metavar="VERSION", help="pin this Terraform version with its checksums instead"
    )
    arguments = parser.parse_args()
    if arguments.engine:
        _pin_engine(arguments.engine)
        return
    _run([sys.executable, "-m", "pip", "install", "--quiet", "uv"])
    compiled_files: list[str] = []
    for compiled, source in _FILES.items():
        print(f"compiling '{compiled}'", flush=True)
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--no-header"]
        command += ["--python-version", "3.11", source, "-o", compiled]
        command += ["--upgrade"] if arguments.upgrade else []
        for constraint in compiled_files:
            command += ["-c", constraint]
        _run(command)
        compiled_files.append(compiled)


def _pin_engine(version: str) -> None:
    try:
        raise_pin(version, os.environ)
    except LocalError as error:
        sys.exit(str(error))
    print(
        f"Terraform {version} is pinned in runner_image/engine.json. Now run ./dev test, correct the "
        "messages that differ in runner_image/runner/engines/terraform/messages.py, and set its VERSION"
    )


def _run(command: list[str]) -> None:
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code != 0:
        sys.exit(code)


if __name__ == "__main__":
    main()
