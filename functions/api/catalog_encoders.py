"""Encodes the catalog and the provider types as JSON."""

from __future__ import annotations

from typing import Any

from functions.api.links import Links
from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.codec import to_plain
from functions.services.catalog.providers import ProviderView

Json = dict[str, Any]


def provider(view: ProviderView) -> Json:
    """Return a provider type. If it is not usable, `reason` says what is missing."""
    return {
        "provider_type": view.provider.name,
        "title": view.provider.title,
        "cloud": view.provider.cloud,
        "engine": view.provider.engine,
        "needs_azure_scope": view.provider.needs_azure_scope,
        "usable": view.usable,
        "reason": view.reason,
    }


def template(entry: TemplateEntry, links: Links) -> Json:
    """Return a template's entry in the list."""
    return {
        "name": entry.name,
        "provider_type": entry.provider_type,
        "address": entry.address,
        "title": entry.title,
        "summary": entry.summary,
        "version": entry.version,
        "digest": entry.digest,
        "cloud": entry.cloud,
        "engine": entry.engine,
        "tags": list(entry.tags),
        "url": links.template(entry.provider_type, entry.name),
    }


def template_details(entry: TemplateEntry, links: Links) -> Json:
    """Return a template with its parameter schema, its outputs and an example request."""
    return {
        **template(entry, links),
        "parameters": entry.parameters,
        "outputs": [to_plain(output) for output in entry.outputs],
        "required_providers": dict(entry.required_providers),
        "timeouts": dict(entry.timeouts),
        "approval": entry.approval,
        "protected": entry.protected,
        "resource_type": entry.resource_type,
        "sizes": {size: dict(values) for size, values in entry.sizes.items()},
        "generated_parameters": sorted(entry.generate),
        "example": _example(entry),
    }


def _example(entry: TemplateEntry) -> Json:
    scope = {"subscription_id": "00000000-0000-0000-0000-000000000000", "resource_group": "my-resource-group"}
    return {
        "template_name": entry.name,
        "provider_type": entry.provider_type,
        **(scope if PROVIDER_TYPES[entry.provider_type].needs_azure_scope else {}),
        "parameters": dict(entry.example),
    }
