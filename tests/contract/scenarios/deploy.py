"""POST /deploy: accepted, refused and repeated requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from functions.domain.errors import ConcurrentChange, OutcomeUnknown, ValueRefused
from functions.services.orchestration.advance import advance
from tests.contract.scenarios.recording import Caller, Recording
from tests.contract.scenarios.worlds import BUCKET, DEPLOYMENTS, GREETING, deployment_of, with_clouds
from tests.unit.life import change_template
from tests.world import World

_SUBSCRIPTION = "01234567-89ab-cdef-0123-456789abcdef"
_TAKEN: dict[str, dict[str, Any]] = {
    "a greeting": {**GREETING, "parameters": {"name": "Ada"}},
    "into an environment": {**GREETING, "env_id": "staging", "tags": {"team": "platform"}},
    "with a region and a scope": {
        **GREETING,
        "subscription_id": _SUBSCRIPTION,
        "resource_group": "rg-apps",
        "location": "eu-central-1",
    },
    "into an AWS account": {
        **BUCKET,
        "subscription_id": "123456789012",
        "resource_group": "my-rg",
        "location": "us-east-1",
        "parameters": {"bucket_name": "my-unique-bucket"},
        "tags": {"team": "platform"},
    },
    "with an approved plan": {**GREETING, "approval": "plan"},
    "with an approved request": {**GREETING, "approval": "request"},
    "as a dry run": {**GREETING, "dry_run": True},
    "for eight hours": {**GREETING, "ttl": "PT8H"},
    "with a secret": {**BUCKET, "parameters": {"bucket_name": "reports", "token": "hunter2"}},
    "with nested parameters": {
        **BUCKET,
        "location": "eu-west-1",
        "parameters": {
            "bucket_name": "reports",
            "copies": 2,
            "rules": [{"days": 3, "prefix": "logs/"}],
            "labels": {"größe": "✓"},
        },
    },
}
_REFUSED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "an unknown template": {**GREETING, "template_name": "greting"},
    "an unknown provider type": {**GREETING, "provider_type": "terraform-mars"},
    "a provider type that cannot be used": {**GREETING, "provider_type": "terraform-gcp"},
    "Azure without a scope": {"template_name": "vault", "provider_type": "terraform-azure", "x": 1},
    "Azure with an AWS account": {
        "template_name": "vault",
        "provider_type": "terraform-azure",
        "subscription_id": "123456789012",
        "resource_group": "rg-apps",
        "parameters": {"bucket_name": "reports"},
    },
    "an account of invisible characters": {**GREETING, "subscription_id": "\u200b"},
    "too long an account": {**GREETING, "subscription_id": "1" * 65},
    "an unknown environment": {**GREETING, "env_id": "moon"},
    "less approval than the environment wants": {**GREETING, "env_id": "prod", "approval": "none"},
    "an unknown parameter": {**GREETING, "parameters": {"nome": "Ada"}},
    "a missing parameter": BUCKET,
    "a time to live in years": {**GREETING, "ttl": "P1Y"},
    "a time to live that is too short": {**GREETING, "ttl": "PT59S"},
    "a secret that is too long": {**BUCKET, "parameters": {"bucket_name": "abc", "token": "x" * 120_000}},
    "a secret with a NUL": {**BUCKET, "parameters": {"bucket_name": "abc", "token": "a\0b"}},
    "wrong tags": {**GREETING, "tags": {"": "x", "a=b": "y", "long": "z" * 257}},
    "many wrong fields": {
        "template_name": "",
        "provider_type": 7,
        "subscription_id": "mine",
        "resource_group": "ends.",
        "location": "EU West",
        "parameters": [],
        "tags": {"team": 7},
        "env_id": "moon",
        "approval": "maybe",
        "dry_run": "yes",
        "ttl": "",
        "bogus": None,
    },
    "many wrong parameters": {
        **BUCKET,
        "parameters": {
            "bucket_name": "A B",
            "copies": 9,
            "storage_class": "warm",
            "rules": [{"days": "three"}, {}, {"days": 1, "x": 1}],
            "labels": {"a": 1},
            "token": None,
            "bogus": 1,
        },
    },
    "wrong fields and wrong parameters at once": {
        **BUCKET,
        "env_id": "moon",
        "ttl": "8h",
        "bogus": 1,
        "parameters": {"bucket_name": "x", "copies": "many"},
    },
}


def record(recording: Recording) -> None:
    """Record new deployments and refused requests."""
    for name, body in _TAKEN.items():
        caller = recording.over(with_clouds())
        reply = caller.post(f"deploy {name}", "/deploy", body)
        caller.get(f"record of the deploy {name}", f"{DEPLOYMENTS}/{deployment_of(reply)}")
    caller = recording.over(with_clouds())
    for name, body in _REFUSED.items():
        caller.post(f"deploy refused: {name}", "/deploy", body)
    _repeats(recording)
    _templates(recording)
    _storage(recording)


def _repeats(recording: Recording) -> None:
    world = with_clouds()
    caller = recording.over(world)
    first = _keyed(caller, "deploy with a key", GREETING)
    _keyed(caller, "deploy with a key once more", GREETING)
    advance(world.ctx, deployment_of(first))
    _keyed(caller, "deploy with a key once more when it runs", GREETING)
    _keyed(caller, "deploy with a key and another body", {**GREETING, "location": "eu-west-1"})
    _keyed(caller, "deploy with a key of somebody else", GREETING, X_Slipway_User="bob")
    world.catalog.entries.clear()
    _keyed(caller, "deploy with a key once more when the template is gone", GREETING)
    azure = {"Repeatability_Request_ID": "3f7b", "Idempotency_Key": ""}
    other = recording.over(World())
    for name in ("deploy with Azure's name of the key", "deploy with Azure's name of the key once more"):
        _keyed(other, name, GREETING, **azure)


def _keyed(caller: Caller, name: str, body: dict[str, Any], **headers: str) -> Any:
    return caller.post(name, "/deploy", body, **{"Idempotency_Key": "k1", **headers})


def _templates(recording: Recording) -> None:
    protected = World()
    change_template(protected, protected=True)
    body = {**GREETING, "ttl": "PT8H"}
    recording.over(protected).post("deploy refused: a protected template for a time", "/deploy", body)
    without_key = World()
    without_key.catalog.make_sensitive("greeting", "name")
    without_key.ctx = replace(without_key.ctx, box=None)
    recording.over(without_key).post("deploy refused: secrets without a key", "/deploy", GREETING)


def _storage(recording: Recording) -> None:
    world = World()
    caller = recording.over(world)
    world.store.refuse_creates = True
    caller.post("deploy while storage is away", "/deploy", GREETING)
    world.store.refuse_creates = False
    world.store.fail_creates_with = OutcomeUnknown("creating a deployment: no answer came")
    caller.post("deploy that storage did not answer", "/deploy", GREETING)
    _keyed(caller, "deploy with a key that storage did not answer", GREETING)
    for name, error in _ERRORS.items():
        world.store.fail_creates_with = error
        caller.post(f"deploy that {name}", "/deploy", GREETING)
    away = with_clouds()
    away.box.away = True
    body = {**BUCKET, "parameters": {"bucket_name": "reports", "token": "hunter2"}}
    recording.over(away).post("deploy with a secret while the key is away", "/deploy", body)


_ERRORS: dict[str, Exception] = {
    "meets another change": ConcurrentChange("creating a deployment: another client was first"),
    "holds what cannot be stored": ValueRefused("storing 'parameters': it is too large"),
    "shows a mistake of Slipway's own": KeyError("hunter2"),
}
