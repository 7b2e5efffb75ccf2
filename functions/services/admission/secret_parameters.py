"""Sensitive parameters: taken out of a request before anything is stored, sealed, and referred to by name."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.errors import SecretBoxUnavailable
from functions.domain.jobs import blob_names
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


@dataclass(frozen=True, slots=True)
class PendingSecrets:
    """Sensitive parameters that are about to be sealed into the blob `name`."""

    name: str
    values: Mapping[str, Any]

    @property
    def references(self) -> dict[str, str]:
        """Parameter name -> the blob's name."""
        return dict.fromkeys(self.values, self.name)


def pending_secrets(operation_id: str, values: Mapping[str, Any]) -> PendingSecrets:
    """The values, and a blob that no other request has."""
    return PendingSecrets(blob_names.secrets(operation_id, secrets.token_hex(_NONCE_BYTES)), values)


def seal(ctx: Context, pending_secrets: PendingSecrets) -> None:
    """Seal the values into their blob, once the operation's `active` entry is written: what never comes to
    be is found by that, and the blob goes with it. Raises SecretBoxUnavailable.
    """
    if not pending_secrets.values:
        return
    if ctx.box is None:
        raise SecretBoxUnavailable("sealing sensitive parameters: no key is set (SLIPWAY_KEY_FILE)")
    data = json.dumps(pending_secrets.values).encode()
    ctx.artifacts.create(pending_secrets.name, ctx.box.seal(data, name=pending_secrets.name))


def alphabets(rule: Mapping[str, Any]) -> list[str]:
    """The characters of each class that a template's rule for a password names."""
    classes = {**_CLASSES, "symbols": rule.get("symbols") or _CLASSES["symbols"]}
    return [classes[name] for name in rule["classes"]]


def _password(length: int, classes: list[str]) -> str:
    """Each class at least once, all else drawn from all of them, in random order."""
    drawn = [secrets.choice(alphabet) for alphabet in classes]
    everything = "".join(classes)
    drawn += [secrets.choice(everything) for _ in range(length - len(drawn))]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)
