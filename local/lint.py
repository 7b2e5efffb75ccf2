"""`./dev lint`: run ruff, mypy and the import rules, and check that generated files are up to date."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.paths import ROOT

_CHECKS = {
    "ruff: lint": ["-m", "ruff", "check", "--quiet", "."],
    "ruff: format": ["-m", "ruff", "format", "--quiet", "--check", "--diff", "."],
    "mypy, strict": ["-m", "mypy"],
    "import rules": [
        str(Path(sys.executable).with_name("lint-imports")),
        *("--config", ".importlinter", "--cache-dir", ".slipway/cache/import-linter", "--no-logo"),
    ],
    "files in a folder, lines in a file, retired names": ["-m", "local.house_rules"],
    "state machines in docs/lifecycle.md": ["-m", "local.docs.lifecycle_diagrams", "--check"],
    "tables in docs/settings.md": ["-m", "local.docs.settings_tables", "--check"],
    "schema of environments.json": ["-m", "local.docs.environments_schema", "--check"],
    "contract of app and runner": ["-m", "local.docs.job_contract_schema", "--check"],
}


def main() -> None:
    """Run every check. Exit with 1 if one fails."""
    argparse.ArgumentParser(prog="./dev lint", description=__doc__).parse_args()
    sys.exit(1 if lint() else 0)


def lint() -> list[str]:
    """Run the checks, one per processor at once, and return the names of those that failed."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {name: pool.submit(_run, command) for name, command in _CHECKS.items()}
        failed = []
        for name, run in runs.items():
            print(f"{name} ...", flush=True)
            result = run.result()
            print(result.stdout, end="", flush=True)
            if result.returncode != 0:
                failed.append(name)
    return failed


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    # The runner is imported as `runner`, as in its image.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "runner_image")])}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    main()
