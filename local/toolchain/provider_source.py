"""Checks if Terraform's AWS provider is available on this machine."""

from __future__ import annotations

import urllib.error
import urllib.request

from local.toolchain.provider_mirror import find_provider_mirror

_VERSIONS = "https://registry.terraform.io/v1/providers/hashicorp/aws/versions"
_TIMEOUT_SECONDS = 10


def aws_provider_problem() -> str | None:
    """Return None if a mirror or the registry has the provider, else the problem and what to do."""
    if find_provider_mirror() is not None:
        return None
    try:
        with urllib.request.urlopen(_VERSIONS, timeout=_TIMEOUT_SECONDS):
            return None
    except (urllib.error.URLError, TimeoutError) as error:
        return (
            f"there is no provider mirror, and Terraform's registry does not respond ({error}); set "
            "SLIPWAY_PROVIDER_MIRROR to the folder of a mirror, or allow access to the registry"
        )
