"""Every problem that the API answers with, and the one place where an exception becomes one.

An answer is an RFC 9457 problem document; its `error` member is the body that Azure's own clients look for.
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
    RequestRefused,
    SecretBoxUnavailable,
    SettingsInvalid,
    StorageUnavailable,
    UnsealFailed,
    ValueRefused,
)

log = logging.getLogger("slipway.api")

# refusals that are over once an operation has ended, or somebody else has written
RETRYABLE_CODES = frozenset({"conflict", "deployment_busy", "too_many_operations"})
# Seconds until the same call is worth another try.
RETRY_AFTER = 5
_MAX_INSTANCE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One row of the table: a code is stable, its title is for people."""

    status: int
    title: str


PROBLEMS: dict[str, ProblemType] = {
    "malformed_json": ProblemType(400, "The body is not valid JSON"),
    "empty_body": ProblemType(400, "The body is empty"),
    "invalid_query": ProblemType(400, "The query string is not valid"),
    "bad_idempotency_key": ProblemType(400, "The idempotency key is not valid"),
    "bad_token": ProblemType(400, "The continuation token is not valid"),
    "invalid_user": ProblemType(400, "The caller's name is not valid"),
    "unauthenticated": ProblemType(401, "The caller is not signed in"),
    "user_header_refused": ProblemType(403, "X-Slipway-User is not taken here"),
    "self_approval": ProblemType(403, "Somebody else must approve it"),
    "reveal_forbidden": ProblemType(403, "The caller may not see sensitive outputs"),
    "not_found": ProblemType(404, "There is nothing at this path"),
    "deployment_not_found": ProblemType(404, "There is no such deployment"),
    "operation_not_found": ProblemType(404, "There is no such operation"),
    "plan_not_found": ProblemType(404, "The operation has no plan"),
    "output_not_found": ProblemType(404, "There is no such sensitive output"),
    "request_not_found": ProblemType(404, "There is no such request"),
    "template_not_found": ProblemType(404, "There is no such template"),
    "method_not_allowed": ProblemType(405, "This path does not take this method"),
    "conflict": ProblemType(409, "Somebody else changed the deployment at the same time"),
    "idempotency_key_reused": ProblemType(409, "The idempotency key was used for another request"),
    "not_cancellable": ProblemType(409, "There is nothing to cancel"),
    "not_awaiting_approval": ProblemType(409, "The operation awaits no approval"),
    "not_retryable": ProblemType(409, "There is nothing to retry"),
    "plan_differs": ProblemType(409, "What awaits approval is another plan"),
    "plan_stale": ProblemType(409, "The plan is not of what there is now"),
    "too_many_operations": ProblemType(409, "The deployment has too many unfinished operations"),
    "confirmation_required": ProblemType(409, "The deployment is protected"),
    "recovery_needed": ProblemType(409, "A state could not be written and was not recovered"),
    "nothing_to_recover": ProblemType(409, "There is no state to recover"),
    "deployment_busy": ProblemType(409, "The deployment has an unfinished operation"),
    "has_resources": ProblemType(409, "The deployment has, or may have, resources"),
    "length_required": ProblemType(411, "The body needs a Content-Length"),
    "body_too_large": ProblemType(413, "The body is too large"),
    "unsupported_media_type": ProblemType(415, "The body must be JSON"),
    "invalid_request": ProblemType(422, "Fields of the request are not valid"),
    "invalid_parameters": ProblemType(422, "Parameters of the template are not valid"),
    "unknown_template": ProblemType(422, "There is no such template to deploy"),
    "provider_unavailable": ProblemType(422, "The provider type cannot be used here"),
    "resource_type_unavailable": ProblemType(422, "No template serves the resource type"),
    "secrets_unsupported": ProblemType(422, "Sensitive parameters are not supported"),
    "value_refused": ProblemType(422, "The request holds a value that cannot be stored"),
    "internal_error": ProblemType(500, "Slipway made a mistake"),
    "seal_broken": ProblemType(500, "A sealed value does not open"),
    "catalog_drift": ProblemType(500, "The template's files are not those of the catalog"),
    "secret_box_unavailable": ProblemType(503, "The key that seals secrets cannot be had"),
    "storage_unavailable": ProblemType(503, "Storage does not answer"),
    "outcome_unknown": ProblemType(503, "Storage did not say whether the request was written"),
    "misconfigured": ProblemType(503, "Settings are missing or wrong"),
}

# The first class that fits decides, so a class stands before its base.
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (OutcomeUnknown, "outcome_unknown"),
    (StorageUnavailable, "storage_unavailable"),
    (ConcurrentChange, "conflict"),
    (IllegalTransition, "conflict"),
    (CatalogDrift, "catalog_drift"),
    (UnsealFailed, "seal_broken"),
    (SecretBoxUnavailable, "secret_box_unavailable"),
    (ValueRefused, "value_refused"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem on its way out. `extensions` are further members of the document."""

    code: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status of its code."""
        return PROBLEMS[self.code].status

    def document(self, *, instance: str, correlation_id: str) -> dict[str, Any]:
        """The body of the answer; `instance` is the path of the request."""
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
    """The problem behind an exception. What nobody foresaw is logged whole and answered without its text."""
    problem = _foreseen(error)
    if problem is None:
        log.error("answering with 'internal_error'", exc_info=error)
        return Problem(
            "internal_error", "an error that nobody foresaw; the log has it under the correlation id"
        )
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("answering with '%s', %s", problem.code, problem.detail)
    return problem


def _foreseen(error: Exception) -> Problem | None:
    if isinstance(error, RequestRefused) and error.code in PROBLEMS:
        retry = _retry_header(error.code)
        return Problem(error.code, error.detail, error.errors, {**retry, **error.headers}, error.extensions)
    if isinstance(error, SettingsInvalid):
        return _misconfigured(error)
    for kind, code in _CODES:
        if isinstance(error, kind):
            return Problem(code, str(error), headers=_retry_header(code))
    return None


def _retry_header(code: str) -> dict[str, str]:
    retryable = PROBLEMS[code].status == HTTPStatus.SERVICE_UNAVAILABLE or code in RETRYABLE_CODES
    return {"Retry-After": str(RETRY_AFTER)} if retryable else {}


def _misconfigured(error: SettingsInvalid) -> Problem:
    detail = f"{'; '.join(error.problems)}; docs/settings.md describes every setting"
    return Problem("misconfigured", detail, headers=_retry_header("misconfigured"))


def _field_problem(problem: FieldProblem) -> dict[str, Any]:
    return {
        "pointer": problem.pointer,
        "code": problem.code,
        "detail": problem.detail,
        "expected": problem.expected,
    }
