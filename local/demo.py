"""`./dev demo`: two deployments on this machine, with every call that they take; `--life` shows one through
its whole life instead: plan, approval, apply, change, destroy.
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
    """Exit code 1 where a step did not end as it should."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--life", action="store_true", help="one deployment from its plan to its end")
    parser.add_argument(
        "--json", action="store_true", help="write only a JSON document to stdout, at the end"
    )
    parser.add_argument("--port", type=int, default=0, help="of the API (default: a free one)")
    arguments = parser.parse_args()
    sys.exit(demo(DATA, arguments.port, as_json=arguments.json, life=arguments.life))


def demo(data_dir: Path, port: int, *, as_json: bool, life: bool = False) -> int:
    """Run a demo and return the exit code.

    `as_json` leaves stdout to the last status document, or with `life` to an account of all operations.
    """
    raise_stopped_on_signals()
    stage = DemoSession(data_dir, sys.stderr if as_json else sys.stdout)
    try:
        document = LifeDemo(stage).run(port) if life else Demo(stage).run(port)
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

    def __init__(self, stage: DemoSession) -> None:
        self._stage = stage

    def run(self, port: int) -> dict[str, Any]:
        """Deploy everything and return the last status document. Raises LocalError where one fails."""
        with self._stage.running_slipway(port) as slipway:
            api = ApiClient(slipway.url)
            finished = [self._deploy(api, GREETING)]
            problem = _aws_problem(api)
            if problem:
                self._stage.say(f"\nthe second deployment, an S3 bucket, is left out: {problem}")
            else:
                finished.append(self._deploy(api, bucket_request(secrets.token_hex(4))))
            self._say_outputs(finished)
        self._say_what_next()
        return finished[-1]

    def _deploy(self, api: ApiClient, body: dict[str, Any]) -> dict[str, Any]:
        say = self._stage.say
        say(f"\ndeploying the template '{body['template_name']}' ({body['provider_type']})")
        say(f"  $ {api.curl_post('/deploy', body)}")
        accepted = api.post("/deploy", body)["data"]
        path = f"/deployments/{accepted['deployment_id']}"
        say(f"  accepted as {accepted['deployment_id']}; its status, asked for until it ends")
        say(f"  $ {api.curl_get(path + '/status')}")
        return self._stage.follow(api, path, body["template_name"], until="completed")

    def _say_outputs(self, finished: list[dict[str, Any]]) -> None:
        self._stage.say("\noutputs, as recorded by Slipway and read back over HTTP")
        rows = [
            (f"{status['template_name']}.{name}", json.dumps(value, ensure_ascii=False))
            for status in finished
            for name, value in sorted((status["outputs"] or {}).items())
        ]
        width = max((len(name) for name, _ in rows), default=0)
        for name, value in rows:
            self._stage.say(f"  {name:<{width}}  {value}")

    def _say_what_next(self) -> None:
        for line in (
            "\nwhat to try next",
            "  ./dev demo --life           one deployment planned, approved, applied, changed and destroyed",
            "  ./dev up                    keep a Slipway running; the calls above work on it as they are",
            "                              but for their port, which is 7071 there",
            "  templates/terraform/        put a template of your own here, then run ./dev catalog",
            "  ./dev test                  every test of this repository",
        ):
            self._stage.say(line)


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


if __name__ == "__main__":
    main()
