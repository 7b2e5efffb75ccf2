"""The templates and the provider types."""

from __future__ import annotations

from functions.api import catalog_encoders
from functions.api.http import Request, Response
from functions.services.catalog.list_templates import list_templates
from functions.services.catalog.providers import list_providers
from functions.services.catalog.templates import get_template


def show_providers(request: Request) -> Response:
    """Return every provider type, and whether it can be used here."""
    return Response({"providers": [catalog_encoders.provider(view) for view in list_providers(request.ctx)]})


def show_templates(request: Request) -> Response:
    """Return every template of the catalog."""
    return Response(
        {
            "templates": [
                catalog_encoders.template(entry, request.links) for entry in list_templates(request.ctx)
            ]
        }
    )


def show_template(request: Request) -> Response:
    """Return one template with all details."""
    entry = get_template(request.ctx, request.route["provider"], request.route["name"])
    return Response(catalog_encoders.template_details(entry, request.links))
