"""Hands what `init` made from the job that plans to the job that applies its approved plan.

Terraform's guide to automation does the same with the folder `.terraform`. It saves a second `init`, which
reads every package of a provider again to hash it: 2 to 4 s for the AWS provider on a slow processor.
https://developer.hashicorp.com/terraform/tutorials/automation/automate-terraform#plan-and-apply-on-different-machines
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.domain.codec import JsonRecord
from functions.domain.errors import SecretBoxUnavailable, UnsealFailed
from functions.domain.jobs import blob_names
from runner.contract.storage_retry import retry_until_available
from runner.engines.terraform.lock_file import LOCK_FILE
from runner.engines.terraform.session import TerraformSession
from runner.errors import StepFailed
from runner.sealed_blobs import save_sealed

_DATA = Path(".terraform")
_BACKEND_STATE = _DATA / "terraform.tfstate"
_PACKAGES = _DATA / "providers"
# <host>/<namespace>/<type>/<version>/<platform>, below `.terraform/providers` as in a mirror
_PACKAGE = re.compile(r"[\w.-]+/[\w.-]+/[\w.-]+/[\w.+-]+/\w+", re.ASCII)
_READ_TIMEOUT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedInit(JsonRecord):
    """What `init` made. `packages` are the providers' folders, relative to the mirror.

    `backend_state` is Terraform's own record of the backend, which holds for `backend_block` alone.
    """

    backend_block: Mapping[str, Any]
    backend_state: str
    lock_file: str
    packages: tuple[str, ...]


def save_init(session: TerraformSession) -> None:
    """Save what `init` made, sealed like the plan, if another job can use it.

    It can if every provider comes from the mirror, which each runner has, and no module was installed. It
    must not if the template has a lock file: then each job has to compare the packages with its hashes.
    """
    folder = session.job.workspace.template
    packages = _packages_in_mirror(folder, session.job.settings.provider_mirror)
    if packages is None or not session.init_is_repeatable or (folder / _DATA / "modules").exists():
        return
    saved = SavedInit(
        backend_block=session.backend_block,
        backend_state=_text(folder / _BACKEND_STATE),
        lock_file=_text(folder / LOCK_FILE),
        packages=packages,
    )
    spec = session.job.spec
    save_sealed(session.job, blob_names.saved_init(spec.operation_id, spec.job), saved.to_json())


def restore_init(session: TerraformSession) -> bool:
    """Make the work folder what `init` made it for the approved plan. Return False if `init` has to run."""
    saved = _read(session)
    if saved is None or saved.backend_block != session.backend_block:
        return False
    mirror, folder = session.job.settings.provider_mirror, session.job.workspace.template
    links = {folder / _PACKAGES / name: mirror / name for name in saved.packages if mirror is not None}
    fits = all(_PACKAGE.fullmatch(name) for name in saved.packages) and len(links) == len(saved.packages)
    if not fits or not all(target.is_dir() for target in links.values()):
        return False
    version = _engine_version(session)
    if version is None:
        return False
    for link, target in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target, target_is_directory=True)
    (folder / _DATA).mkdir(exist_ok=True)
    (folder / _BACKEND_STATE).write_text(saved.backend_state, encoding="utf-8")
    if saved.lock_file:
        (folder / LOCK_FILE).write_text(saved.lock_file, encoding="utf-8")
    session.job.progress.engine_version = version
    session.job.log.write("backend and providers are as the plan's job left them")
    return True


def _read(session: TerraformSession) -> SavedInit | None:
    job = session.job
    if job.spec.plan is None:
        return None
    name = blob_names.saved_init(job.spec.operation_id, job.spec.plan.job)
    sealed = retry_until_available(lambda: job.store.read(name), seconds=_READ_TIMEOUT_SECONDS, stop=job.stop)
    if sealed is None:
        return None
    try:
        return SavedInit.from_json(job.box.open(sealed.data, name=name))
    except (UnsealFailed, SecretBoxUnavailable, StepFailed, ValueError) as error:
        job.log.write(f"running init anew: {error}")
        return None


def _packages_in_mirror(folder: Path, mirror: Path | None) -> tuple[str, ...] | None:
    """Return the installed packages, or None if one of them is no link into the mirror."""
    installed = sorted((folder / _PACKAGES).glob("*/*/*/*/*"))
    names = tuple(path.relative_to(folder / _PACKAGES).as_posix() for path in installed)
    if names and mirror is None:
        return None
    linked = all(
        path.is_symlink() and mirror is not None and path.resolve() == (mirror / name).resolve()
        for path, name in zip(installed, names, strict=True)
    )
    return names if linked else None


def _engine_version(session: TerraformSession) -> str | None:
    """Return the engine's version, or None if it does not tell."""
    result, output = session.cli.read("version", "-json", stop=session.job.stop)
    try:
        version = json.loads(output)["terraform_version"] if result.returncode == 0 else None
    except (ValueError, KeyError, TypeError):
        return None
    return version if isinstance(version, str) else None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
