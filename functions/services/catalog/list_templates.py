"""GET /templates: the catalog."""

from __future__ import annotations

from functions.domain.catalog.template_entry import TemplateEntry
from functions.services.context import Context


def list_templates(ctx: Context) -> list[TemplateEntry]:
    """Return every template, ordered by address."""
    return list(ctx.catalog.list())
