"""The CLI configuration file of the engine. Each job has its own, so that no user's file has an effect."""

from __future__ import annotations

import json
from pathlib import Path


def cli_config(mirror: Path | None) -> str:
    """Return the text of the file. Providers in the mirror come only from there, others from a registry.

    `mirror` is a folder with the layout `<host>/<namespace>/<type>/…`.
    https://developer.hashicorp.com/terraform/cli/config/config-file#explicit-installation-method-configuration
    """
    lines = ["disable_checkpoint = true"]
    providers = _providers(mirror) if mirror else []
    if providers:
        listed = json.dumps(providers)
        lines += [
            "provider_installation {",
            "  filesystem_mirror {",
            f"    path    = {json.dumps(str(mirror), ensure_ascii=False)}",
            f"    include = {listed}",
            "  }",
            "  direct {",
            f"    exclude = {listed}",
            "  }",
            "}",
        ]
    return "\n".join(lines) + "\n"


def _providers(mirror: Path) -> list[str]:
    folders = (path for path in mirror.glob("*.*/*/*") if path.is_dir())
    return sorted(path.relative_to(mirror).as_posix() for path in folders)
