"""What a user learns of a deployment that does not end well, and what nobody learns of a secret."""

from __future__ import annotations

import hashlib
import json

from tests.e2e.slipway import Slipway
from tests.e2e.storage import everything_stored


def test_a_failing_provisioner_is_told_in_terraforms_own_words(slipway: Slipway) -> None:
    deployment = slipway.deploy("failing", parameters={"complaint": "kein Platz für 東京"})

    status = slipway.ended(deployment)

    assert status["status"] == "failed"
    assert status["error"]["code"] == "apply_failed"
    (diagnostic,) = status["error"]["diagnostics"]
    assert diagnostic["severity"] == "error"
    assert diagnostic["summary"] == "local-exec provisioner error"
    assert "exit status 3" in diagnostic["detail"]
    assert "kein Platz für 東京" in diagnostic["detail"]
    assert (diagnostic["file"], diagnostic["line"]) == ("failing.tf", 15)
    assert diagnostic["address"] == "terraform_data.failing"
    assert diagnostic["summary"] in status["error"]["message"]
    assert status["resources"] == "some"
    assert slipway.get(f"/deployments/{deployment}")["state"]["serial"] >= 1


def test_the_log_of_a_failed_deployment_is_kept(slipway: Slipway) -> None:
    deployment = slipway.deploy("failing", parameters={"complaint": "Höhe fehlt"})
    assert slipway.ended(deployment)["status"] == "failed"

    log = slipway.log(deployment)

    assert "terraform_data.failing: (local-exec): Höhe fehlt" in log
    assert "Error: local-exec provisioner error\n" in log
    assert "terraform_data.made: Creation complete" in log


def test_what_terraform_refuses_to_plan_is_never_applied(slipway: Slipway) -> None:
    deployment = slipway.deploy("refusing", parameters={"size": 3})

    status = slipway.ended(deployment)

    assert (status["status"], status["error"]["code"]) == ("failed", "plan_failed")
    (diagnostic,) = status["error"]["diagnostics"]
    assert diagnostic["summary"] == "Resource precondition failed"
    assert diagnostic["detail"] == "The size must be even; it is 3 (größer geht nicht)."
    assert (diagnostic["file"], diagnostic["line"]) == ("refusing.tf", 13)
    assert (status["outputs"], status["resources"]) == ({}, "none")
    assert slipway.plan_sizes(deployment) == []


def test_a_sensitive_output_is_shown_as_stars_and_stored_nowhere(slipway: Slipway) -> None:
    seed = "a seed that tells nothing"
    secret = hashlib.sha256(seed.encode()).hexdigest()

    deployment = slipway.deploy("secret-output", parameters={"seed": seed})

    status = slipway.completed(deployment)
    assert status["outputs"] == {"password": "***", "length": 64}
    assert status["sensitive_outputs"] == ["password"]
    for part in ("", "/operations", "/events"):
        assert secret not in json.dumps(slipway.get(f"/deployments/{deployment}{part}"))
    assert secret not in slipway.log(deployment)
    stored = everything_stored(slipway.settings["SLIPWAY_STORAGE"])
    assert any(deployment in place for place in stored)
    assert [place for place, data in stored.items() if secret.encode() in data] == []
    logs = (slipway.app / ".slipway" / "logs").glob("*.log")
    assert [path.name for path in logs if secret in path.read_text(errors="replace")] == []
