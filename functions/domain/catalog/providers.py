"""The provider types. Each deploys to one cloud with one engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProviderType:
    """One value of `provider_type`.

    `needs_azure_scope` is True if a subscription and a resource group are required, `supported` if this
    version can run it.
    """

    name: str
    cloud: str
    engine: str
    title: str
    needs_azure_scope: bool = False
    supported: bool = False


PROVIDER_TYPES: dict[str, ProviderType] = {
    provider.name: provider
    for provider in (
        ProviderType("azure", "azure", "bicep", "Azure, by Bicep", needs_azure_scope=True),
        ProviderType("terraform-aws", "aws", "terraform", "AWS, by Terraform", supported=True),
        ProviderType("terraform-gcp", "gcp", "terraform", "Google Cloud, by Terraform"),
        ProviderType("terraform-azure", "azure", "terraform", "Azure, by Terraform", needs_azure_scope=True),
        ProviderType("terraform-kubernetes", "kubernetes", "terraform", "Kubernetes, by Terraform"),
        ProviderType(
            "terraform-local", "local", "terraform", "no cloud: Terraform's built-in provider", supported=True
        ),
    )
}
