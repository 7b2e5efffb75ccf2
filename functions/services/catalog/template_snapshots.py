"""Snapshots of templates: the files and the catalog entry, stored by digest when a deployment is accepted.

With them a later edit or release of a template never changes or breaks an existing deployment.
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
    """Store a template once per digest. The context remembers the digests that are already stored."""
    if template.digest in ctx.stored_templates:
        return
    ctx.artifacts.create(blob_names.template_bundle(template.digest), ctx.catalog.bundle(template))
    entry = json.dumps(to_plain(template), sort_keys=True).encode()
    ctx.artifacts.create(blob_names.template_entry(template.digest), entry)
    ctx.stored_templates.add(template.digest)


def template_of(ctx: Context, deployment: Deployment) -> TemplateEntry:
    """Return the template entry that the deployment was accepted with.

    Raises CatalogDrift if neither the catalog nor storage has it.
    """
    current = ctx.catalog.get(deployment.provider_type, deployment.template_name)
    if current is not None and current.digest == deployment.template_digest:
        return current
    snapshot = ctx.artifacts.read(blob_names.template_entry(deployment.template_digest))
    if snapshot is None:
        raise CatalogDrift(
            f"reading template '{deployment.template_address}' of deployment '{deployment.deployment_id}': "
            f"neither the catalog nor storage has the one with digest '{deployment.template_digest}'"
        )
    return from_plain(TemplateEntry, json.loads(snapshot.data))
