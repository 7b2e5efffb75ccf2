#!/usr/bin/env python3
"""Deploy a template and wait for its end, as a Logic App does: post, then follow Location while it is 202.

  SLIPWAY_URL=http://127.0.0.1:7071 examples/deploy.py greeting terraform-local '{"name": "Ada"}'

SLIPWAY_URL is where Slipway answers, SLIPWAY_KEY a function key (needed in Azure only). The outputs go to
stdout as JSON. The exit code is 0 where the deployment was completed, else 1. Needs nothing but Python.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

URL = os.environ.get("SLIPWAY_URL", "http://127.0.0.1:7071")
KEY = os.environ.get("SLIPWAY_KEY", "")
TRIES = 5


def main(arguments: list[str]) -> int:
    """Deploy what the arguments say and return the exit code."""
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    template, provider, *parameters = arguments
    request = {
        "template_name": template,
        "provider_type": provider,
        "parameters": json.loads(parameters[0]) if parameters else {},
    }
    # One key for all tries: a request that is sent again makes no second deployment.
    code, headers, body = call(f"{URL}/deploy", request, {"Idempotency-Key": str(uuid.uuid4())})
    while code == 202:
        location = headers["Location"]
        time.sleep(int(headers["Retry-After"]))
        code, headers, body = call(location)
    if code != 200:
        return explain(body.get("detail"), body.get("errors"))
    if body["status"] != "completed":
        error = body["error"]
        return explain(f"the deployment has {body['status']}: {error['message']}", error["diagnostics"])
    print(json.dumps(body["outputs"], indent=2, ensure_ascii=False))
    return 0


def call(
    url: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any, Any]:
    """Give an answer's code, headers and document; where the service is busy, try again when it says."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"x-functions-key": KEY, "Content-Type": "application/json", **(headers or {})}
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, sent), timeout=60) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as refusal:
            if refusal.code not in (429, 503) or not left:
                return refusal.code, refusal.headers, json.load(refusal)
            wait = int(refusal.headers.get("Retry-After", 5))
        except (urllib.error.URLError, TimeoutError):
            if not left:
                raise
            wait = 5
        time.sleep(wait)
    raise AssertionError("the last try returns or raises")


def explain(message: object, details: list[dict[str, Any]] | None) -> int:
    """Say what went wrong; gives the exit code for it."""
    print(message, file=sys.stderr)
    for detail in details or []:
        print(json.dumps(detail, ensure_ascii=False), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
