"""A small app whose functions record the values that they get from the host.

Each invocation writes a line of JSON to the file SAMPLE_RECORD.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
_write = threading.Lock()


def _record(name: str, **facts: Any) -> None:
    with _write, Path(os.environ["SAMPLE_RECORD"]).open("a", encoding="utf-8") as record:
        record.write(json.dumps({"function": name, **facts}) + "\n")


def _describe(name: str, request: func.HttpRequest) -> func.HttpResponse:
    facts = {
        "function": name,
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "params": dict(request.params),
        "route_params": dict(request.route_params),
        "body": base64.b64encode(request.get_body()).decode(),
    }
    return func.HttpResponse(json.dumps(facts), mimetype="application/json")


@app.function_name("a_item")
@app.route("items/{id}", methods=["GET", "POST"])
def item(req: func.HttpRequest) -> func.HttpResponse:
    return _describe("a_item", req)


@app.function_name("b_latest")
@app.route("items/latest", methods=["GET", "DELETE"])
def latest(req: func.HttpRequest) -> func.HttpResponse:
    return _describe("b_latest", req)


@app.route("files/{*rest}")
def files(req: func.HttpRequest) -> func.HttpResponse:
    return _describe("files", req)


@app.route("health", methods=["GET", "HEAD"])
def health(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("well", headers={"X-Length": str(len(req.url))})


@app.route("off")
def off(req: func.HttpRequest) -> func.HttpResponse:
    return _describe("off", req)


@app.route("raises")
def raises(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError(f"the secret of {req.url}")


@app.route("nothing")
def nothing(req: func.HttpRequest) -> None:
    _record("nothing", url=req.url)


@app.route("bare")
async def bare(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    facts = {"name": context.function_name, "url": req.url, "traceparent": context.trace_context.trace_parent}
    return func.HttpResponse(
        json.dumps(facts), status_code=201, headers={"Content-Type": "application/x-sample"}
    )


@app.route("slow")
def slow(req: func.HttpRequest) -> func.HttpResponse:
    _record("slow")
    time.sleep(float(req.params["seconds"]))
    return func.HttpResponse("done")


def _work(name: str, message: func.QueueMessage) -> None:
    """Handle {"do": "succeed" | "fail" | "sleep", "seconds": …}. Record the start and the end."""
    body = message.get_body().decode()
    facts = {"body": body, "id": message.id, "dequeue_count": message.dequeue_count}
    _record(name, at=time.monotonic(), **facts)
    order: dict[str, Any] = json.loads(body) if body.startswith("{") else {"do": "succeed"}
    time.sleep(order.get("seconds", 0))
    if order["do"] == "fail":
        raise RuntimeError("as ordered")
    _record(f"{name} ended", **facts)


@app.queue_trigger("message", "%SAMPLE_QUEUE%", "SampleStorage")
def work(message: func.QueueMessage) -> None:
    _work("work", message)


@app.queue_trigger("message", "%SAMPLE_QUEUE%-poison", "SampleStorage")
def poisoned(message: func.QueueMessage) -> None:
    _work("poisoned", message)


@app.timer_trigger("timer", "%SAMPLE_SCHEDULE%")
def tick(timer: func.TimerRequest) -> None:
    _record("tick", process=os.getpid(), past_due=timer.past_due)
    time.sleep(float(os.environ.get("SAMPLE_TICK_SECONDS", "0")))
    _record("tick ended", process=os.getpid())
    if os.environ.get("SAMPLE_TICK_FAILS"):
        raise RuntimeError("as ordered")


@app.timer_trigger("timer", "0 0 0 1 1 *", run_on_startup=True)
async def at_start(timer: func.TimerRequest) -> None:
    _record("at_start", process=os.getpid(), past_due=timer.past_due)
