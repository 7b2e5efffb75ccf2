"""GET /templates/{provider}/{name}: one template."""

from __future__ import annotations

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.errors import ProblemCode, RequestRefused
from functions.services.context import Context


def get_template(ctx: Context, provider_type: str, name: str) -> TemplateEntry:
    """Return a template. Raises RequestRefused `template_not_found`, with the nearest name."""
    template = ctx.catalog.get(provider_type, name)
    if template is None:
        nearest = ctx.catalog.nearest(provider_type, name)
        hint = f"; did you mean '{nearest}'?" if nearest else "; GET /templates lists them"
        raise RequestRefused(
            ProblemCode.TEMPLATE_NOT_FOUND,
            f"there is no template '{name[:64]}' for '{provider_type[:64]}'{hint}",
        )
    return template
