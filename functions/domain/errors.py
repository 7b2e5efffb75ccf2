"""Every error that Slipway raises by itself.

SlipwayError
├── RequestRefused           the caller must change something; carries a code of the API's table
├── StorageUnavailable       storage did not answer; nothing is half-made, the same call may be made again
├── OutcomeUnknown           a write may or may not have happened, and reading it back did not work either
├── AlreadyExists            a create met what it was to create
├── ConcurrentChange         somebody else moved the deployment on first; read again
├── IllegalTransition        a move that the state machine does not have
├── LaunchRefused            a job was not started
├── UnsafeBundle             an archive of a template that is damaged or would write elsewhere (bundle.py)
├── SealBroken               sealed bytes are not what was sealed, or were sealed with another key
├── SecretBoxUnavailable     the key that seals and opens cannot be had
├── CatalogDrift             a template's files are not those of the catalog
├── ValueRefused             storage would not take a value (size or characters)
└── SettingsInvalid          the environment does not describe a Slipway that can run
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class SlipwayError(Exception):
    """The root of the tree; its text says what was being done."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong field: `pointer` is RFC 6901 into the body, `expected` what would have been right."""

    pointer: str
    code: str
    detail: str
    expected: Any = None


class RequestRefused(SlipwayError):
    """The request cannot be done as it is; `code` is one of the API's table of problems."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: dict[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions


class StorageUnavailable(SlipwayError):
    """Storage did not answer, or answered that it cannot now."""


class OutcomeUnknown(StorageUnavailable):
    """A write was sent, its answer was lost, and reading it back did not work either."""


class AlreadyExists(SlipwayError):
    """What was to be created is there already, and somebody else made it."""


class ConcurrentChange(SlipwayError):
    """The deployment was moved on by somebody else since it was read."""


class IllegalTransition(SlipwayError):
    """A move that the state machine does not have."""


class LaunchRefused(SlipwayError):
    """A job was not started; `transient` says whether trying again may help."""

    def __init__(self, detail: str, *, transient: bool) -> None:
        super().__init__(detail)
        self.transient = transient


class UnsealFailed(SlipwayError):
    """Sealed bytes do not open: they were changed, moved, or sealed with another key."""


class SecretBoxUnavailable(SlipwayError):
    """The key that seals and opens secrets cannot be had."""


class CatalogDrift(SlipwayError):
    """A template's files differ from those that the catalog was made of."""


class ValueRefused(SlipwayError):
    """A value that storage would not take: too large, too many, or characters that a key cannot hold."""


class SettingsInvalid(SlipwayError):
    """The environment is wrong; `problems` has every one, a sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("reading the settings: " + "; ".join(problems))
        self.problems = tuple(problems)
