"""`./dev demo`: two deployments on this machine, with every call that they take."""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from local.api_client import ApiClient
from local.errors import LocalError
from local.ownership import holder
from local.paths import DATA
from local.progress import ProgressBar
from local.provider_source import aws_provider_problem
from local.signals import Stopped, raise_stopped_on_signals
from local.stack import run_stack

_POLL_SECONDS = 0.2
_LOG_LINES = 20
_ENDED = frozenset({"completed", "failed", "cancelled", "rejected", "destroyed"})

GREETING: dict[str, Any] = {
    "template_name": "greeting",
    "provider_type": "terraform-local",
    "parameters": {"name": "newcomer"},
}


def main() -> None:
    """Exit code 1 where a deployment was not completed."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="write only the last status document to stdout")
    parser.add_argument("--port", type=int, default=0, help="of the API (default: a free one)")
    arguments = parser.parse_args()
    sys.exit(demo(DATA, arguments.port, as_json=arguments.json))


def demo(data_dir: Path, port: int, *, as_json: bool) -> int:
    """Run the demo and return the exit code. `as_json` leaves stdout to the last status document."""
    raise_stopped_on_signals()
    try:
        status = Demo(data_dir, sys.stderr if as_json else sys.stdout).run(port)
    except Stopped:
        return 130
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(status, indent=2))
    return 0


class Demo:
    """Deploys on what runs in `data_dir`, else on a Slipway of its own below it, and tells it on `output`."""

    def __init__(self, data_dir: Path, output: IO[str]) -> None:
        self._data_dir = data_dir
        self._logs = data_dir / "logs"
        self._output = output

    def run(self, port: int) -> dict[str, Any]:
        """Deploy everything and return the last status document. Raises LocalError where one fails."""
        with self._running_slipway(port) as url:
            api = ApiClient(url)
            finished = [self._deploy(api, GREETING)]
            problem = _aws_problem(api)
            if problem:
                self._say(f"\nthe second deployment, an S3 bucket, is left out: {problem}")
            else:
                finished.append(self._deploy(api, bucket_request(secrets.token_hex(4))))
            self._say_outputs(finished)
        self._say_what_next()
        return finished[-1]

    @contextlib.contextmanager
    def _running_slipway(self, port: int) -> Iterator[str]:
        """Give the address of `./dev up` where it runs, else of a Slipway for the time of the demo."""
        running = holder(self._data_dir)
        if running and running.url:
            self._say(f"using the Slipway that runs at {running.url}")
            yield running.url
            return
        self._logs = self._data_dir / "demo" / "logs"
        with run_stack(self._data_dir / "demo", port, say=self._say) as stack:
            self._say(f"slipway is ready at {stack.url}")
            yield stack.url

    def _deploy(self, api: ApiClient, body: dict[str, Any]) -> dict[str, Any]:
        self._say(f"\ndeploying the template '{body['template_name']}' ({body['provider_type']})")
        self._say(f"  $ {api.curl_post('/deploy', body)}")
        accepted = api.post("/deploy", body)["data"]
        path = f"/deployments/{accepted['deployment_id']}"
        self._say(f"  accepted as {accepted['deployment_id']}; its status, asked for until it ends")
        self._say(f"  $ {api.curl_get(path + '/status')}")
        status = self._follow(api, path, body["template_name"])
        if status["status"] != "completed":
            account = account_of(status, api.text(f"{path}/logs"))
            raise LocalError(f"{account}\nthe logs of the host and the stand-ins are in '{self._logs}'")
        return status

    def _follow(self, api: ApiClient, path: str, name: str) -> dict[str, Any]:
        bar = ProgressBar(name, self._output)
        try:
            while True:
                status = api.get(f"{path}/status")
                bar.show(status)
                if status["status"] in _ENDED:
                    return status
                time.sleep(_POLL_SECONDS)
        finally:
            bar.close()

    def _say_outputs(self, finished: list[dict[str, Any]]) -> None:
        self._say("\noutputs, as recorded by Slipway and read back over HTTP")
        rows = [
            (f"{status['template_name']}.{name}", json.dumps(value, ensure_ascii=False))
            for status in finished
            for name, value in sorted((status["outputs"] or {}).items())
        ]
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            self._say(f"  {name:<{width}}  {value}")

    def _say_what_next(self) -> None:
        self._say("\nwhat to try next")
        self._say(
            "  ./dev up                    keep a Slipway running; the calls above work on it as they are"
        )
        self._say("                              but for their port, which is 7071 there")
        self._say("  templates/terraform/        put a template of your own here, then run ./dev catalog")
        self._say("  ./dev test                  every test of this repository")

    def _say(self, line: str) -> None:
        print(line, file=self._output, flush=True)


def bucket_request(suffix: str) -> dict[str, Any]:
    """Return the body that asks for an S3 bucket; its name must be unique in the world, hence the suffix."""
    return {
        "template_name": "storage-bucket",
        "provider_type": "terraform-aws",
        "location": "us-east-1",
        "parameters": {"bucket_name": f"slipway-demo-{suffix}"},
    }


def _aws_problem(api: ApiClient) -> str | None:
    listed = api.get("/providers")["providers"]
    for provider in listed:
        if provider["provider_type"] == "terraform-aws" and not provider["usable"]:
            return str(provider["reason"])
    return aws_provider_problem()


def account_of(status: dict[str, Any], log: str) -> str:
    """Tell all there is to know of a deployment that did not end well."""
    error = status.get("error") or {}
    reason = error.get("message", "no reason is recorded")
    lines = [f"\n'{status['deployment_id']}' ended as '{status['status']}', {reason}"]
    for found in error.get("diagnostics") or []:
        where = " ".join(str(found[key]) for key in ("address", "file", "line") if found.get(key) is not None)
        lines.append(f"  {found.get('summary', '')} {where}".rstrip())
        lines += [f"    {line}" for line in str(found.get("detail") or "").splitlines()]
    lines += ["the end of its log:", *(f"  {line}" for line in log.splitlines()[-_LOG_LINES:])]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
