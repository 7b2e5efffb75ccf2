"""Every error that Slipway itself raises.

SlipwayError
├── RequestRefused           the caller must change the request; has a ProblemCode
├── StorageUnavailable       storage did not respond; nothing was half written, the call may be repeated
│   └── OutcomeUnknown       a write may have happened, and reading it back was not possible either
├── AlreadyExists            a create found that its object exists
├── ConcurrentChange         another client changed the deployment first; read it again
├── IllegalTransition        the state machine does not allow the transition
├── LaunchRefused            a job was not started
├── UnsafeBundle             a template's archive is damaged or would write elsewhere (bundle.py)
├── UnsealFailed             sealed bytes were changed, or sealed with another key
├── SecretBoxUnavailable     the key for secrets is not available
├── CatalogDrift             a template's files differ from the catalog
├── ValueRefused             storage does not accept a value (size or characters)
└── SettingsInvalid          the settings are missing or wrong
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SlipwayError(Exception):
    """The base class. The text says what was being done."""


class ProblemCode(StrEnum):
    """Every problem code of the API. functions/api/problems.py has the statuses and titles."""

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
    """A wrong field. `pointer` is its place in the body (RFC 6901), `expected` describes a right value."""

    pointer: str
    code: str
    detail: str
    expected: Any = None


class RequestRefused(SlipwayError):
    """The request cannot be carried out. The caller must change it."""

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
    """Storage did not respond, or responded that it is not available now."""


class OutcomeUnknown(StorageUnavailable):
    """A write was sent, its response was lost, and reading it back was not possible either."""


class AlreadyExists(SlipwayError):
    """The object to create exists already, and another client created it."""


class ConcurrentChange(SlipwayError):
    """Another client changed the deployment after it was read."""


class IllegalTransition(SlipwayError):
    """The state machine does not allow the transition."""


class LaunchRefused(SlipwayError):
    """A job was not started. `transient` is True if another attempt may succeed."""

    def __init__(self, detail: str, *, transient: bool) -> None:
        super().__init__(detail)
        self.transient = transient


class UnsealFailed(SlipwayError):
    """Sealed bytes cannot be opened: they were changed, moved, or sealed with another key."""


class SecretBoxUnavailable(SlipwayError):
    """The key for secrets is not available."""


class CatalogDrift(SlipwayError):
    """A template's files differ from those from which the catalog was built."""


class ValueRefused(SlipwayError):
    """Storage does not accept a value: it is too large, or a key contains a forbidden character."""


class SettingsInvalid(SlipwayError):
    """The settings are wrong. `problems` has one sentence for each problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("reading the settings: " + "; ".join(problems))
        self.problems = tuple(problems)
