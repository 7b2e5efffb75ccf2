"""Finds a filesystem mirror of Terraform providers on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

VARIABLE = "SLIPWAY_PROVIDER_MIRROR"
_REGISTRY = "registry.terraform.io"

# https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
_IMPLIED = ("/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
_SEARCHED = ("/opt", "/usr/share", "/usr/local/share")


def find_provider_mirror(
    environment: Mapping[str, str] | None = None, searched: tuple[str, ...] = _SEARCHED
) -> Path | None:
    """Return the folder that contains `registry.terraform.io`, or None if this machine has none.

    If SLIPWAY_PROVIDER_MIRROR is set, only that folder counts, and the result is None if it is no mirror.
    Else try the folders that Terraform uses, then the searched folders and the ones in them.
    """
    env = os.environ if environment is None else environment
    if chosen := env.get(VARIABLE):
        return next(filter(_is_mirror, [Path(chosen).absolute()]), None)
    return next(filter(_is_mirror, _candidates(env, searched)), None)


def _is_mirror(folder: Path) -> bool:
    return (folder / _REGISTRY).is_dir()


def _candidates(env: Mapping[str, str], searched: tuple[str, ...]) -> Iterator[Path]:
    if home := env.get("HOME"):
        yield Path(home, ".terraform.d", "plugins")
        yield Path(env.get("XDG_DATA_HOME") or Path(home, ".local", "share"), "terraform", "plugins")
    yield from map(Path, _IMPLIED)
    for top in map(Path, searched):
        yield top
        yield from _folders(top)


def _folders(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        # The folder does not exist, or may not be read.
        return
