"""Selects the host's environment variables that a runner on this machine gets, by an allow-list."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from functions.domain.environment_names import (
    ENGINE,
    HEARTBEAT_SECONDS,
    KEY_FILE,
    PROVIDER_MIRROR,
    STATE_DIR,
    STOP_GRACE_SECONDS,
    STORAGE,
)

_NAMES = frozenset(
    {
        *("PATH", "HOME", "TMPDIR", "TZ", "LANG", "USER", "LOGNAME"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
        *("GOGC", "GOMEMLIMIT"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
        *(ENGINE, PROVIDER_MIRROR, STATE_DIR, HEARTBEAT_SECONDS, STOP_GRACE_SECONDS, KEY_FILE),
    }
)
# Storage, and the credentials of clouds and of Terraform's backends.
_PREFIXES = (STORAGE, "AWS_", "ARM_", "GOOGLE_", "TF_HTTP_")


def runner_environment(environ: Mapping[str, str], app_root: Path) -> dict[str, str]:
    """Return the part of a runner's environment that is the same for every job.

    `app_root` is the folder that contains functions/ and runner_image/.
    """
    allowed = {name: value for name, value in environ.items() if name in _NAMES or name.startswith(_PREFIXES)}
    return {**allowed, "PYTHONPATH": os.pathsep.join((str(app_root), str(app_root / "runner_image")))}
