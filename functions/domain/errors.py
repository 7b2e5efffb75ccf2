"""Every error that Slipway raises by itself.

SlipwayError
├── RequestRefused           the caller must change something; carries a ProblemCode
├── StorageUnavailable       storage did not answer; nothing is half-made, the same call may be made again
├── OutcomeUnknown           a write may or may not have happened, and reading it back did not work either
├── AlreadyExists            a create met what it was to create
├── ConcurrentChange         somebody else moved the deployment on first; read again
├── IllegalTransition        a move that the state machine does not have
├── LaunchRefused            a job was not started
├── UnsafeBundle             an archive of a template that is damaged or would write elsewhere (bundle.py)
├── UnsealFailed             sealed bytes are not what was sealed, or were sealed with another key
├── SecretBoxUnavailable     the key that seals and opens cannot be had
├── CatalogDrift             a template's files are not those of the catalog
├── ValueRefused             storage would not take a value (size or characters)
└── SettingsInvalid          the environment does not describe a Slipway that can run
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SlipwayError(Exception):
    """The root of the tree; its text says what was being done."""


class ProblemCode(StrEnum):
    """Every code that the API answers with; functions/api/problems.py has their statuses and titles."""

    MALFORMED_JSON = "malformed_json"
    EMPTY_BODY = "empty_body"
    INVALID_QUERY = "invalid_query"
    BAD_IDEMPOTENCY_KEY = "bad_idempotency_key"
    BAD_TOKEN = "bad_token"  # noqa: S105  # the name of a problem
    INVALID_USER = "invalid_user"
    UNAUTHENTICATED = "unauthenticated"
    USER_HEADER_REFUSED = "user_header_refused"
    SELF_APPROVAL = "self_approval"
    REVEAL_FORBIDDEN = "reveal_forbidden"
    NOT_FOUND = "not_found"
    DEPLOYMENT_NOT_FOUND = "deployment_not_found"
    OPERATION_NOT_FOUND = "operation_not_found"
    PLAN_NOT_FOUND = "plan_not_found"
    OUTPUT_NOT_FOUND = "output_not_found"
    REQUEST_NOT_FOUND = "request_not_found"
    TEMPLATE_NOT_FOUND = "template_not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    NOT_CANCELLABLE = "not_cancellable"
    NOT_AWAITING_APPROVAL = "not_awaiting_approval"
    NOT_RETRYABLE = "not_retryable"
    PLAN_DIFFERS = "plan_differs"
    PLAN_STALE = "plan_stale"
    TOO_MANY_OPERATIONS = "too_many_operations"
    CONFIRMATION_REQUIRED = "confirmation_required"
    RECOVERY_NEEDED = "recovery_needed"
    NOTHING_TO_RECOVER = "nothing_to_recover"
    UNSUPPORTED_BY_ENGINE = "unsupported_by_engine"
    DEPLOYMENT_BUSY = "deployment_busy"
    HAS_RESOURCES = "has_resources"
    LENGTH_REQUIRED = "length_required"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INVALID_REQUEST = "invalid_request"
    INVALID_PARAMETERS = "invalid_parameters"
    UNKNOWN_TEMPLATE = "unknown_template"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    RESOURCE_TYPE_UNAVAILABLE = "resource_type_unavailable"
    SECRETS_UNSUPPORTED = "secrets_unsupported"
    VALUE_REFUSED = "value_refused"
    INTERNAL_ERROR = "internal_error"
    SEAL_BROKEN = "seal_broken"
    CATALOG_DRIFT = "catalog_drift"
    SECRET_BOX_UNAVAILABLE = "secret_box_unavailable"  # noqa: S105  # the name of a problem
    STORAGE_UNAVAILABLE = "storage_unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One wrong field: `pointer` is RFC 6901 into the body, `expected` what would have been right."""

    pointer: str
    code: str
    detail: str
    expected: Any = None


class RequestRefused(SlipwayError):
    """The request cannot be done as it is."""

    def __init__(
        self,
        code: ProblemCode,
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
