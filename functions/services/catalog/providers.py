"""GET /providers: the provider types, and whether this installation can use them."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.catalog.providers import PROVIDER_TYPES, ProviderType
from functions.services.context import Context


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider type. If it is not usable, `reason` says what is missing."""

    provider: ProviderType
    usable: bool
    reason: str | None


def list_providers(ctx: Context) -> list[ProviderView]:
    """Return every provider type, in the order of PROVIDER_TYPES."""
    reasons = [(provider, why_unusable(ctx, provider)) for provider in PROVIDER_TYPES.values()]
    return [ProviderView(provider, reason is None, reason) for provider, reason in reasons]


def why_unusable(ctx: Context, provider: ProviderType) -> str | None:
    """Return what a provider type needs to be usable here, or None if it is usable."""
    if not provider.supported:
        return f"this version of Slipway does not run {provider.engine} on {provider.cloud} yet"
    if provider.name not in ctx.policy.providers:
        return (
            f"it is not enabled: add '{provider.name}' to the setting SLIPWAY_PROVIDERS, "
            f"and give the runner credentials for {provider.cloud}"
        )
    return None
