"""`./dev test`: lint, check the catalog and run every test. With arguments, only pytest, with them.

`--repeat N` runs only the tests, N times in all, and goes on where an earlier repetition stopped; `--busy N`
keeps N processes busy beside them; `--past-failures` goes on after a red run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys

from local.errors import LocalError
from local.lint import lint
from local.paths import ROOT
from local.stack.environment import plain_environment
from local.test_repeatedly import Repetition, repeat
from local.toolchain.provider_source import aws_provider_problem
from local.toolchain.toolchain import Toolchain, ensure_toolchain

# One worker more than cores: with one for each, the cores are idle for a quarter of the time, as tests wait.
_WORKERS = min((os.cpu_count() or 1) + 1, 4)
_WHOLE_RUN = ("-n", str(_WORKERS), "--dist", "worksteal")
_TOOLS = ("SLIPWAY_ENGINE", "SLIPWAY_PROVIDER_MIRROR")
_ALSO_SEEN = ("CI", "TERM", "COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTEST_ADDOPTS", *_TOOLS)


def main() -> None:
    """Exit code 0 where nothing failed; a missing tool ends it before anything runs."""
    options, arguments = _parse(sys.argv[1:])
    if arguments in (["-h"], ["--help"]):
        print(f"usage: ./dev test [--repeat N [--busy N] [--past-failures]] [pytest arguments]\n\n{__doc__}")
        return
    try:
        tools = ensure_toolchain(pinned_engine=True)
    except LocalError as error:
        sys.exit(str(error))
    if shutil.which("curl") is None:
        sys.exit("the tests need curl: install it (Debian: apt-get install curl)")
    problem = aws_provider_problem()
    if problem:
        sys.exit(f"the tests need the AWS provider: {problem}")
    if options.repeat:
        arguments = arguments or list(_WHOLE_RUN)
        repetition = Repetition(
            options.repeat, arguments, _seen(tools), busy=options.busy, past_failures=options.past_failures
        )
        sys.exit(repeat(repetition, ROOT / ".slipway"))
    failed = [] if arguments else _check()
    arguments = arguments or list(_WHOLE_RUN)
    print("pytest ...", flush=True)
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=_seen(tools), check=False
    ).returncode
    if failed:
        # on stderr: what stdout ends with is pytest's own account
        sys.stdout.flush()
        print(f"before the tests, these found something: {', '.join(failed)}", file=sys.stderr)
    sys.exit(code or len(failed))


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--repeat", type=int, default=0)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--past-failures", action="store_true")
    return parser.parse_known_args(arguments)


def _check() -> list[str]:
    failed = lint()
    print("catalog ...", flush=True)
    command = [sys.executable, "-m", "local.catalog", "--check"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        failed.append("catalog")
    return failed


def _seen(tools: Toolchain) -> dict[str, str]:
    """Return what tests see: no cloud credentials of the developer, nor settings that change results. Those
    that run Terraform themselves find it on PATH.
    """
    also = {name: os.environ[name] for name in _ALSO_SEEN if name in os.environ}
    path = os.pathsep.join([str(tools.engine.parent), os.environ.get("PATH", os.defpath)])
    return {**plain_environment(os.environ), **also, "PATH": path}


if __name__ == "__main__":
    main()
