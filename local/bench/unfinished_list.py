"""Measures a page of deployments that all run or wait. It must take one query, as for ended ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from functions.services.orchestration.advance import advance
from local.bench.app_in_process import NoRunner, app_on, get, post
from local.bench.figure import Figure, Say, interleaved, p50
from local.bench.private_azurite import private_azurite
from local.bench.reads import PAGE_SIZE, bare_page
from local.bench.storage_calls import recorded_storage_calls

BOUND = 1.5
_PAIRS = 200
_BODY = {"template_name": "greeting", "provider_type": "terraform-local", "parameters": {"name": "Ada"}}


def measure(folder: Path, say: Say) -> list[Figure]:
    """Measure the function of the API in this process, compared with a bare query of the same page."""
    with private_azurite(folder, say) as storage:
        app = app_on(storage, folder)
        context = replace(app.context, launcher=NoRunner())
        say(f"accepting and dispatching {PAGE_SIZE} deployments, which do not end")
        deploy = app.caller("deploy", post("/deploy", _BODY))
        for _ in range(PAGE_SIZE):
            advance(context, json.loads(deploy())["data"]["deployment_id"])
        read = app.caller("deployments", get(f"/deployments?limit={PAGE_SIZE}"))
        with recorded_storage_calls() as calls:
            page = json.loads(read())["deployments"]
        whole, bare = interleaved(_PAIRS, lambda: read, bare_page(app.clients))
    statuses = [deployment["status"] for deployment in page]
    running, waiting = statuses.count("running"), statuses.count("pending")
    rows = sum(call.rows for call in calls)
    note = f"{running} run, {waiting} wait; storage calls {len(calls)}, rows read {rows}"
    problems = () if (len(calls), rows, running + waiting) == (1, PAGE_SIZE, PAGE_SIZE) else (note,)
    parts = {"GET /deployments p50": p50(whole), "bare p50": p50(bare)}
    return [Figure("unfinished_list", parts, p50(whole) / p50(bare), BOUND, _PAIRS, "x", note, problems)]
