"""`./dev demo`: make two deployments on this machine and show every call. With `--life`, show the whole life
of one deployment instead: plan, approval, apply, change, destroy.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from pathlib import Path
from typing import Any

from local.api_client import ApiClient
from local.demos.lifecycle import LifeDemo
from local.demos.session import DemoSession
from local.errors import LocalError
from local.paths import DATA
from local.stack.signals import Stopped, raise_stopped_on_signals
from local.toolchain.provider_source import aws_provider_problem

GREETING: dict[str, Any] = {
    "template_name": "greeting",
    "provider_type": "terraform-local",
    "parameters": {"name": "newcomer"},
}


def main() -> None:
    """Run the demo. Exit with 1 if a step fails."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--life", action="store_true", help="show one deployment from its plan to its end")
    parser.add_argument(
        "--json", action="store_true", help="write only a JSON document to stdout, at the end"
    )
    parser.add_argument("--port", type=int, default=0, help="port of the API (default: a free one)")
    arguments = parser.parse_args()
    sys.exit(demo(DATA, arguments.port, as_json=arguments.json, life=arguments.life))


def demo(data_dir: Path, port: int, *, as_json: bool, life: bool = False) -> int:
    """Run a demo and return the exit code.

    With `as_json`, stdout gets only the last status document, or with `life` a report of all operations.
    """
    raise_stopped_on_signals()
    session = DemoSession(data_dir, sys.stderr if as_json else sys.stdout)
    try:
        document = LifeDemo(session).run(port) if life else Demo(session).run(port)
    except Stopped:
        return 130
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    if as_json:
        print(json.dumps(document, indent=2))
    return 0


class Demo:
    """Two deployments: one that needs no cloud, and a bucket."""

    def __init__(self, session: DemoSession) -> None:
        self._session = session

    def run(self, port: int) -> dict[str, Any]:
        """Deploy everything and return the last status document. Raises LocalError if a deployment fails."""
        with self._session.running_slipway(port) as slipway:
            api = ApiClient(slipway.url)
            finished = [self._deploy(api, GREETING)]
            problem = _aws_problem(api)
            if problem:
                self._session.say(f"\nthe second deployment, an S3 bucket, is skipped: {problem}")
            else:
                finished.append(self._deploy(api, bucket_request(secrets.token_hex(4))))
            self._say_outputs(finished)
        self._say_what_next()
        return finished[-1]

    def _deploy(self, api: ApiClient, body: dict[str, Any]) -> dict[str, Any]:
        say = self._session.say
        say(f"\ndeploying the template '{body['template_name']}' ({body['provider_type']})")
        say(f"  $ {api.curl_post('/deploy', body)}")
        accepted = api.post("/deploy", body)["data"]
        path = f"/deployments/{accepted['deployment_id']}"
        say(f"  accepted as {accepted['deployment_id']}; polling its status until it ends")
        say(f"  $ {api.curl_get(path + '/status')}")
        return self._session.follow(api, path, body["template_name"], until="completed")

    def _say_outputs(self, finished: list[dict[str, Any]]) -> None:
        self._session.say("\noutputs, as Slipway recorded them")
        rows = [
            (f"{status['template_name']}.{name}", json.dumps(value, ensure_ascii=False))
            for status in finished
            for name, value in sorted((status["outputs"] or {}).items())
        ]
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            self._session.say(f"  {name:<{width}}  {value}")

    def _say_what_next(self) -> None:
        for line in (
            "\nwhat to try next",
            "  ./dev demo --life           one deployment planned, approved, applied, changed and destroyed",
            "  ./dev up                    keep a Slipway running; the calls above work with it, too,",
            "                              if you change the port to 7071",
            "  templates/terraform/        put a template of your own here, then run ./dev catalog",
            "  ./dev test                  every test of this repository",
        ):
            self._session.say(line)


def bucket_request(suffix: str) -> dict[str, Any]:
    """Return the request for an S3 bucket. The suffix makes its name unique, as S3 requires."""
    return {
        "template_name": "storage-bucket",
        "provider_type": "terraform-aws",
        "location": "us-east-1",
        "parameters": {"bucket_name": f"slipway-demo-{suffix}"},
    }


def _aws_problem(api: ApiClient) -> str | None:
    for provider in api.get("/providers")["providers"]:
        if provider["provider_type"] == "terraform-aws" and not provider["usable"]:
            return str(provider["reason"])
    return aws_provider_problem()


if __name__ == "__main__":
    main()
