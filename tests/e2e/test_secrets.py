"""A secret goes through a whole life and is afterwards found nowhere but in Terraform's own state."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from tests.e2e.http_client import call
from tests.e2e.slipway import Slipway, poll
from tests.e2e.storage import everything_stored

SECRET = 'p4ss"w<or>d/+&é 1\\2'
LATER = 'an0ther"s<ecre>t/+&é 1\\2'
ADA = {"X-Slipway-User": "ada"}
BOB = {"X-Slipway-User": "bob"}


def forms(secret: str) -> set[bytes]:
    """Return the secret plain, and as JSON of Python and of Go, URLs and base64 encode it."""
    plain_json = json.dumps(secret, ensure_ascii=False)[1:-1]
    go_json = plain_json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    texts = {secret, plain_json, go_json, json.dumps(secret)[1:-1], quote(secret), quote(secret, safe="")}
    texts |= {json.dumps(plain_json)[1:-1], quote(secret, safe="").lower()}
    data = secret.encode()
    encoded = {base64.b64encode(data), base64.urlsafe_b64encode(data)}
    return {*(text.encode() for text in (*texts, quote_plus(secret))), *encoded}


def where_found(places: dict[str, bytes], secrets: tuple[str, ...] = (SECRET, LATER)) -> list[str]:
    # of a backslash the shell makes something else
    parts = {part for secret in secrets for part in (secret, secret.partition(" 1\\")[0])}
    searched = {form for part in parts for form in forms(part)}
    return [where for where, data in places.items() if any(form in data for form in searched)]


def files_below(folder: Path) -> dict[str, bytes]:
    return {f"file {path}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Caller:
    """Keeps every answer that it gets."""

    def __init__(self, slipway: Slipway) -> None:
        self.slipway = slipway
        self.answers: dict[str, bytes] = {}

    def __call__(
        self, method: str, path: str, body: dict[str, Any] | None = None, user: dict[str, str] = ADA
    ) -> Any:
        answer = call(method, self.slipway.url + path, body, user)
        self.answers[f"answer {len(self.answers)} {method} {path}"] = (
            answer.body + str(answer.headers).encode()
        )
        assert answer.status < 300, answer.body
        return json.loads(answer.body) if answer.headers["Content-Type"] == "application/json" else None

    def life(self, deployment: str, status: str) -> None:
        """Wait for a status, and look at everything that there is to see on the way."""

        def look() -> bool | None:
            return self("GET", f"/deployments/{deployment}/status")["status"] == status or None

        poll(look, seconds=60, what=status)
        for part in ("", "/operations", "/events", "/logs", "/wait"):
            self("GET", f"/deployments/{deployment}{part}")

    def approve(self, deployment: str) -> None:
        operation = self("GET", f"/deployments/{deployment}")["task_id"]
        self("GET", f"/operations/{operation}/plan")
        self("POST", f"/operations/{operation}/approve", {"comment": "fine"}, BOB)


@pytest.fixture
def caller(slipway: Slipway) -> Caller:
    return Caller(slipway)


def test_a_secret_is_found_nowhere_but_in_the_state(caller: Caller) -> None:
    slipway = caller.slipway
    body = {
        "template_name": "guarded",
        "provider_type": "terraform-local",
        "parameters": {"secret": SECRET},
        "approval": "plan",
    }
    deployment = caller("POST", "/deploy", body)["data"]["deployment_id"]
    caller.life(deployment, "awaiting_approval")
    caller.approve(deployment)
    caller.life(deployment, "completed")
    state = slipway.app / ".slipway" / "state" / deployment

    # Terraform keeps its state in the clear by its nature: that is how we know that the secret was used
    assert where_found(files_below(state)) != []

    changed = {"parameters": {"fails": True, "secret": LATER}, "approval": "plan"}
    caller("POST", f"/deployments/{deployment}/apply", changed)
    caller.life(deployment, "awaiting_approval")
    caller.approve(deployment)
    caller.life(deployment, "failed")
    places = {
        **everything_stored(slipway.settings["SLIPWAY_STORAGE"], of=deployment),
        **files_below(slipway.app / ".slipway" / "logs"),
    }
    assert where_found(places) == []
    assert where_found(files_below(state), (LATER,)) != []
    assert any(b"dropping ***" in data for data in places.values())

    caller("POST", f"/deployments/{deployment}/destroy", {"approval": "plan"})
    caller.life(deployment, "awaiting_approval")
    caller.approve(deployment)
    caller.life(deployment, "destroyed")
    jobs = slipway.app / ".slipway" / "jobs"
    mine = re.compile(re.escape(deployment.replace("deploy-", "op-")))
    poll(
        lambda: not any(mine.search(path.name) for path in jobs.iterdir()) or None,
        seconds=30,
        what="the sweep of the jobs' folders",
    )

    everywhere = {
        **everything_stored(slipway.settings["SLIPWAY_STORAGE"], of=deployment),
        # with the files of Azurite, and so with the blobs of all others too, also those that are deleted
        **files_below(slipway.app / ".slipway"),
        **caller.answers,
    }
    assert where_found(everywhere) == []


def test_a_sensitive_output_is_revealed_to_who_made_the_deployment(slipway: Slipway) -> None:
    deployment = slipway.deploy("guarded", parameters={"secret": SECRET})
    status = slipway.completed(deployment)
    address = f"{slipway.url}/deployments/{deployment}/outputs/guarded/reveal"

    revealed = call("POST", address)
    refused = call("POST", address, headers=BOB)

    assert (status["outputs"]["guarded"], status["sensitive_outputs"]) == ("***", ["guarded"])
    assert (revealed.status, revealed.json()["value"]) == (200, SECRET)
    assert (refused.status, refused.json()["code"]) == (403, "reveal_forbidden")


def test_a_password_that_nobody_gives_is_made_and_never_shown(slipway: Slipway) -> None:
    deployment = slipway.deploy("credentials")
    slipway.completed(deployment)

    record = slipway.get(f"/deployments/{deployment}")

    assert record["sensitive_parameters"] == ["password"]
    assert record["parameters"]["password"] == "***"
    revealed = slipway.post(f"/deployments/{deployment}/outputs/connection_string/reveal", {})
    password = revealed.json()["value"].rpartition("password=")[2]
    assert re.fullmatch(r"[A-Za-z0-9]{32}", password)
    assert all(re.search(kind, password) for kind in ("[A-Z]", "[a-z]", "[0-9]"))
    leaks = [
        where
        for where, data in everything_stored(slipway.settings["SLIPWAY_STORAGE"], of=deployment).items()
        if password.encode() in data
    ]
    assert leaks == []


def test_a_change_keeps_the_secrets_that_it_does_not_name(slipway: Slipway) -> None:
    deployment = slipway.deploy("credentials")
    slipway.completed(deployment)
    reveal = f"/deployments/{deployment}/outputs/connection_string/reveal"
    before = slipway.post(reveal, {}).json()["value"]

    slipway.post(f"/deployments/{deployment}/apply", {"parameters": {"user_name": "other"}})
    slipway.when(deployment, lambda status: status["outputs"].get("user_name") == "other")

    after = slipway.post(reveal, {}).json()["value"]
    assert after == before.replace("user=app", "user=other")
