"""Whether Terraform's AWS provider can be had on this machine."""

from __future__ import annotations

import urllib.error
import urllib.request

from local.toolchain.provider_mirror import find_provider_mirror

_VERSIONS = "https://registry.terraform.io/v1/providers/hashicorp/aws/versions"
_SECONDS = 10


def aws_provider_problem() -> str | None:
    """Return None where a mirror or the registry can give the provider, else why not and what to do."""
    if find_provider_mirror() is not None:
        return None
    try:
        with urllib.request.urlopen(_VERSIONS, timeout=_SECONDS):
            return None
    except (urllib.error.URLError, TimeoutError) as error:
        return (
            f"no provider mirror was found and Terraform's registry does not answer ({error}); set "
            "SLIPWAY_PROVIDER_MIRROR to a folder that holds one, or allow the way to the registry"
        )
