"""GET /providers: which provider types there are, and which can be used here."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.catalog.providers import PROVIDER_TYPES, ProviderType
from functions.services.context import Context


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider type; `reason` says what is missing where it is not usable."""

    provider: ProviderType
    usable: bool
    reason: str | None


def list_providers(ctx: Context) -> list[ProviderView]:
    """Every provider type, in the order of the table."""
    reasons = [(provider, why_unusable(ctx, provider)) for provider in PROVIDER_TYPES.values()]
    return [ProviderView(provider, reason is None, reason) for provider, reason in reasons]


def why_unusable(ctx: Context, provider: ProviderType) -> str | None:
    """What is missing for a provider type, or None where nothing is."""
    if not provider.supported:
        return f"this version of Slipway does not run {provider.engine} on {provider.cloud} yet"
    if provider.name not in ctx.policy.providers:
        return (
            f"it is not switched on: add '{provider.name}' to the setting SLIPWAY_PROVIDERS, "
            f"and give the runner credentials for {provider.cloud}"
        )
    return None
