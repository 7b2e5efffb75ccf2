"""Defines every problem that the API returns, and turns exceptions into problems.

A problem is an RFC 9457 document. Its `error` member is the error body that Azure's clients read.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from functions.domain.errors import (
    CatalogDrift,
    ConcurrentChange,
    FieldProblem,
    IllegalTransition,
    OutcomeUnknown,
    ProblemCode,
    RequestRefused,
    SecretBoxUnavailable,
    SettingsInvalid,
    StorageUnavailable,
    UnsealFailed,
    ValueRefused,
)

log = logging.getLogger("slipway.api")

# A retry may succeed: another operation ends, or another client has written.
RETRYABLE_CODES = frozenset(
    {ProblemCode.CONFLICT, ProblemCode.DEPLOYMENT_BUSY, ProblemCode.TOO_MANY_OPERATIONS}
)
# Seconds after which a client should retry.
RETRY_AFTER = 5
_MAX_INSTANCE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class ProblemType:
    """The status and title of a problem. Its code is stable; the title is for people."""

    status: int
    title: str


PROBLEMS: dict[ProblemCode, ProblemType] = {
    ProblemCode.MALFORMED_JSON: ProblemType(400, "The body is not valid JSON"),
    ProblemCode.EMPTY_BODY: ProblemType(400, "The body is empty"),
    ProblemCode.INVALID_QUERY: ProblemType(400, "The query string is not valid"),
    ProblemCode.BAD_IDEMPOTENCY_KEY: ProblemType(400, "The idempotency key is not valid"),
    ProblemCode.BAD_TOKEN: ProblemType(400, "The continuation token is not valid"),
    ProblemCode.INVALID_USER: ProblemType(400, "The caller's name is not valid"),
    ProblemCode.UNAUTHENTICATED: ProblemType(401, "The caller is not signed in"),
    ProblemCode.USER_HEADER_REFUSED: ProblemType(403, "X-Slipway-User is not allowed here"),
    ProblemCode.SELF_APPROVAL: ProblemType(403, "Another person must approve the operation"),
    ProblemCode.REVEAL_FORBIDDEN: ProblemType(403, "The caller may not see sensitive outputs"),
    ProblemCode.NOT_FOUND: ProblemType(404, "There is nothing at this path"),
    ProblemCode.DEPLOYMENT_NOT_FOUND: ProblemType(404, "There is no such deployment"),
    ProblemCode.OPERATION_NOT_FOUND: ProblemType(404, "There is no such operation"),
    ProblemCode.PLAN_NOT_FOUND: ProblemType(404, "The operation has no plan"),
    ProblemCode.OUTPUT_NOT_FOUND: ProblemType(404, "There is no such sensitive output"),
    ProblemCode.REQUEST_NOT_FOUND: ProblemType(404, "There is no such request"),
    ProblemCode.TEMPLATE_NOT_FOUND: ProblemType(404, "There is no such template"),
    ProblemCode.METHOD_NOT_ALLOWED: ProblemType(405, "This path does not allow this method"),
    ProblemCode.CONFLICT: ProblemType(409, "Another client changed the deployment at the same time"),
    ProblemCode.IDEMPOTENCY_KEY_REUSED: ProblemType(409, "The idempotency key was used for another request"),
    ProblemCode.NOT_CANCELLABLE: ProblemType(409, "There is nothing to cancel"),
    ProblemCode.NOT_AWAITING_APPROVAL: ProblemType(409, "The operation does not await approval"),
    ProblemCode.NOT_RETRYABLE: ProblemType(409, "There is nothing to retry"),
    ProblemCode.PLAN_DIFFERS: ProblemType(409, "Another plan awaits approval"),
    ProblemCode.PLAN_STALE: ProblemType(409, "The plan is stale"),
    ProblemCode.TOO_MANY_OPERATIONS: ProblemType(409, "The deployment has too many unfinished operations"),
    ProblemCode.CONFIRMATION_REQUIRED: ProblemType(409, "The deployment is protected"),
    ProblemCode.RECOVERY_NEEDED: ProblemType(409, "A state could not be written and was not recovered"),
    ProblemCode.NOTHING_TO_RECOVER: ProblemType(409, "There is no state to recover"),
    ProblemCode.UNSUPPORTED_BY_ENGINE: ProblemType(409, "The deployment's engine cannot do this"),
    ProblemCode.DEPLOYMENT_BUSY: ProblemType(409, "The deployment has an unfinished operation"),
    ProblemCode.HAS_RESOURCES: ProblemType(409, "The deployment has, or may have, resources"),
    ProblemCode.LENGTH_REQUIRED: ProblemType(411, "The body needs a Content-Length"),
    ProblemCode.BODY_TOO_LARGE: ProblemType(413, "The body is too large"),
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: ProblemType(415, "The body must be JSON"),
    ProblemCode.INVALID_REQUEST: ProblemType(422, "Fields of the request are not valid"),
    ProblemCode.INVALID_PARAMETERS: ProblemType(422, "Parameters of the template are not valid"),
    ProblemCode.UNKNOWN_TEMPLATE: ProblemType(422, "There is no such template to deploy"),
    ProblemCode.PROVIDER_UNAVAILABLE: ProblemType(422, "The provider type cannot be used here"),
    ProblemCode.RESOURCE_TYPE_UNAVAILABLE: ProblemType(422, "No template serves the resource type"),
    ProblemCode.SECRETS_UNSUPPORTED: ProblemType(422, "Sensitive parameters are not supported"),
    ProblemCode.VALUE_REFUSED: ProblemType(422, "The request contains a value that cannot be stored"),
    ProblemCode.INTERNAL_ERROR: ProblemType(500, "An internal error occurred"),
    ProblemCode.SEAL_BROKEN: ProblemType(500, "A sealed value cannot be opened"),
    ProblemCode.CATALOG_DRIFT: ProblemType(500, "The template's files differ from the catalog"),
    ProblemCode.SECRET_BOX_UNAVAILABLE: ProblemType(503, "The key for secrets is not available"),
    ProblemCode.STORAGE_UNAVAILABLE: ProblemType(503, "Storage is not available"),
    ProblemCode.OUTCOME_UNKNOWN: ProblemType(503, "Storage did not confirm the write"),
    ProblemCode.MISCONFIGURED: ProblemType(503, "Settings are missing or wrong"),
}

# The first matching class decides, so a class stands before its base class.
_CODES: tuple[tuple[type[Exception], ProblemCode], ...] = (
    (OutcomeUnknown, ProblemCode.OUTCOME_UNKNOWN),
    (StorageUnavailable, ProblemCode.STORAGE_UNAVAILABLE),
    (ConcurrentChange, ProblemCode.CONFLICT),
    (IllegalTransition, ProblemCode.CONFLICT),
    (CatalogDrift, ProblemCode.CATALOG_DRIFT),
    (UnsealFailed, ProblemCode.SEAL_BROKEN),
    (SecretBoxUnavailable, ProblemCode.SECRET_BOX_UNAVAILABLE),
    (ValueRefused, ProblemCode.VALUE_REFUSED),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem that is returned. `extensions` are additional members of the document."""

    code: ProblemCode
    detail: str
    errors: tuple[FieldProblem, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Return the HTTP status of the code."""
        return PROBLEMS[self.code].status

    def document(self, *, instance: str, correlation_id: str) -> dict[str, Any]:
        """Return the response body. `instance` is the path of the request."""
        body: dict[str, Any] = {
            "type": f"urn:slipway:problem:{self.code}",
            "title": PROBLEMS[self.code].title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance[:_MAX_INSTANCE_LENGTH],
            "code": self.code,
            "correlation_id": correlation_id,
        }
        if self.errors:
            body["errors"] = [_field_problem(problem) for problem in self.errors]
        return {**self.extensions, **body, "error": {"code": self.code, "message": self.detail}}


def problem_of(error: Exception) -> Problem:
    """Return the problem for an exception.

    An unexpected exception is logged with its traceback, and its text is not returned.
    """
    problem = _expected_problem(error)
    if problem is None:
        log.error("answering with 'internal_error'", exc_info=error)
        return Problem(
            ProblemCode.INTERNAL_ERROR,
            "an unexpected error occurred; find it in the log by the correlation id",
        )
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("answering with '%s', %s", problem.code, problem.detail)
    return problem


def _expected_problem(error: Exception) -> Problem | None:
    if isinstance(error, RequestRefused):
        retry = _retry_header(error.code)
        return Problem(error.code, error.detail, error.errors, {**retry, **error.headers}, error.extensions)
    if isinstance(error, SettingsInvalid):
        return _misconfigured(error)
    for kind, code in _CODES:
        if isinstance(error, kind):
            return Problem(code, str(error), headers=_retry_header(code))
    return None


def _retry_header(code: ProblemCode) -> dict[str, str]:
    retryable = PROBLEMS[code].status == HTTPStatus.SERVICE_UNAVAILABLE or code in RETRYABLE_CODES
    return {"Retry-After": str(RETRY_AFTER)} if retryable else {}


def _misconfigured(error: SettingsInvalid) -> Problem:
    detail = f"{'; '.join(error.problems)}; docs/settings.md describes every setting"
    return Problem(ProblemCode.MISCONFIGURED, detail, headers=_retry_header(ProblemCode.MISCONFIGURED))


def _field_problem(problem: FieldProblem) -> dict[str, Any]:
    return {
        "pointer": problem.pointer,
        "code": problem.code,
        "detail": problem.detail,
        "expected": problem.expected,
    }
