"""Sensitive parameters: taken out of a request before anything is stored, sealed, and referred to by name."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

from functions.domain import artifacts
from functions.domain.catalog import TemplateEntry
from functions.domain.errors import SecretBoxUnavailable
from functions.services.context import Context

_NONCE_BYTES = 8
_CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digits": string.digits,
    "symbols": "!#$%&*()-_=+[]{}<>:?",
}


def split_parameters(
    template: TemplateEntry, parameters: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the plain parameters, the sensitive ones)."""
    sensitive = set(template.sensitive_parameters)
    plain = {name: value for name, value in parameters.items() if name not in sensitive}
    return plain, {name: value for name, value in parameters.items() if name in sensitive}


def generate_passwords(template: TemplateEntry, given: Mapping[str, Any]) -> dict[str, str]:
    """A password for each parameter that the template has generated and the caller did not give."""
    return {
        name: _password(rule["length"], alphabets(rule))
        for name, rule in template.generate.items()
        if given.get(name) is None
    }


def seal_secrets(ctx: Context, operation_id: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Seal the values into one blob; gives parameter name -> the blob's name. Raises SecretBoxUnavailable."""
    if not values:
        return {}
    if ctx.box is None:
        raise SecretBoxUnavailable("sealing sensitive parameters: no key is set (SLIPWAY_KEY_FILE)")
    name = artifacts.secrets(operation_id, secrets.token_hex(_NONCE_BYTES))
    ctx.artifacts.create(name, ctx.box.seal(json.dumps(values).encode(), name=name))
    return dict.fromkeys(values, name)


def alphabets(rule: Mapping[str, Any]) -> list[str]:
    """The characters of each class that a template's rule for a password names."""
    known = {**_CLASSES, "symbols": rule.get("symbols") or _CLASSES["symbols"]}
    return [known[name] for name in rule["classes"]]


def _password(length: int, classes: list[str]) -> str:
    """Each class at least once, all else drawn from all of them, in random order."""
    drawn = [secrets.choice(alphabet) for alphabet in classes]
    everything = "".join(classes)
    drawn += [secrets.choice(everything) for _ in range(length - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)
