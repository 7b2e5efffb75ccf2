"""A template as it was when a deployment was accepted: its files and its catalog entry are kept by digest,
so that an edit or a release never changes or strands a deployment.
"""

from __future__ import annotations

import json

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.codec import from_plain, to_plain
from functions.domain.deployments.deployment import Deployment
from functions.domain.errors import CatalogDrift
from functions.domain.jobs import blob_names
from functions.services.context import Context


def save_snapshot(ctx: Context, template: TemplateEntry) -> None:
    """Store a template once per digest; this process remembers which ones are there."""
    if template.digest in ctx.kept_templates:
        return
    ctx.artifacts.create(blob_names.template_bundle(template.digest), ctx.catalog.bundle(template))
    entry = json.dumps(to_plain(template), sort_keys=True).encode()
    ctx.artifacts.create(blob_names.template_entry(template.digest), entry)
    ctx.kept_templates.add(template.digest)


def template_of(ctx: Context, deployment: Deployment) -> TemplateEntry:
    """The entry that the deployment was accepted with. Raises CatalogDrift where it is nowhere any more."""
    current = ctx.catalog.get(deployment.provider_type, deployment.template_name)
    if current is not None and current.digest == deployment.template_digest:
        return current
    kept = ctx.artifacts.read(blob_names.template_entry(deployment.template_digest))
    if kept is None:
        raise CatalogDrift(
            f"reading template '{deployment.template_address}' of deployment '{deployment.deployment_id}': "
            f"neither the catalog nor storage has the one with digest '{deployment.template_digest}'"
        )
    return from_plain(TemplateEntry, json.loads(kept.data))
