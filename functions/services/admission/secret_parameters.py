"""Separates sensitive parameters from a request and seals them into a blob, before anything is stored."""

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
    """Return the plain and the sensitive parameters."""
    sensitive = set(template.sensitive_parameters)
    plain = {name: value for name, value in parameters.items() if name not in sensitive}
    return plain, {name: value for name, value in parameters.items() if name in sensitive}


def generate_passwords(template: TemplateEntry, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return a password for each generated parameter of the template that the caller did not give."""
    return {
        name: _password(rule["length"], alphabets(rule))
        for name, rule in template.generate.items()
        if parameters.get(name) is None
    }


@dataclass(frozen=True, slots=True)
class PendingSecrets:
    """Sensitive parameters that will be sealed into the blob `name`."""

    name: str
    values: Mapping[str, Any]

    @property
    def references(self) -> dict[str, str]:
        """Return the blob's name for each parameter."""
        return dict.fromkeys(self.values, self.name)


def pending_secrets(operation_id: str, values: Mapping[str, Any]) -> PendingSecrets:
    """Return the values with the name of a blob that no other request uses."""
    return PendingSecrets(blob_names.secrets(operation_id, secrets.token_hex(_NONCE_BYTES)), values)


def seal(ctx: Context, pending_secrets: PendingSecrets) -> None:
    """Seal the values into their blob. Raises SecretBoxUnavailable.

    The operation's `active` entry must be written before: if the operation is never written, reconcile finds
    the entry and deletes the blob.
    """
    if not pending_secrets.values:
        return
    if ctx.box is None:
        raise SecretBoxUnavailable("sealing sensitive parameters: no key is set (SLIPWAY_KEY_FILE)")
    data = json.dumps(pending_secrets.values).encode()
    ctx.artifacts.create(pending_secrets.name, ctx.box.seal(data, name=pending_secrets.name))


def alphabets(rule: Mapping[str, Any]) -> list[str]:
    """Return the characters of each class that a template's password rule names."""
    classes = {**_CLASSES, "symbols": rule.get("symbols") or _CLASSES["symbols"]}
    return [classes[name] for name in rule["classes"]]


def _password(length: int, classes: list[str]) -> str:
    """Return a password with at least one character of each class, in random order."""
    characters = [secrets.choice(alphabet) for alphabet in classes]
    all_characters = "".join(classes)
    characters += [secrets.choice(all_characters) for _ in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
