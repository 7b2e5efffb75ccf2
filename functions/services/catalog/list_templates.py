"""GET /templates: the catalog."""

from __future__ import annotations

from functions.domain.catalog.template_entry import TemplateEntry
from functions.services.context import Context


def list_templates(ctx: Context) -> list[TemplateEntry]:
    """Every template, by address."""
    return list(ctx.catalog.list())
