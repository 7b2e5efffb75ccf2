from __future__ import annotations

import pytest

from runner.engines.terraform.provider_errors import proves_refusal

_S3 = "creating S3 Bucket (x): operation error S3: CreateBucket, "


@pytest.mark.parametrize(
    "text",
    [
        f"{_S3}https response error StatusCode: 400, RequestID: a, api error InvalidBucketName: not valid",
        f"{_S3}https response error StatusCode: 409, RequestID: a, BucketAlreadyExists: taken",
        f"{_S3}https response error StatusCode: 429, RequestID: a, api error TooManyRequests: slow down",
        "Error creating Role: AccessDenied: no\n\tstatus code: 403, request id: a",
        "googleapi: Error 403: Permission denied, forbidden",
        'creating Group: unexpected status 409 (409 Conflict) with error: ScopeLocked: "x"',
        'A resource with the ID "x" already exists - to be managed via Terraform this needs to be imported',
        "opening S3 object source (x): open x: no such file or directory",
        "Value '1000' at 'timeout' failed to satisfy constraint: less than or equal to 900",
        "the name contains invalid characters",
    ],
)
def test_an_answer_that_refuses_proves_that_nothing_was_made(text: str) -> None:
    assert proves_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Plugin did not respond\nThe plugin encountered an error, and failed to respond",
        "Plugin error\nThe plugin returned an unexpected error",
        "Request cancelled\nThe x call was cancelled.",
        "rpc error: code = Unavailable desc = error reading from server: EOF",
        "rpc error: code = Canceled desc = grpc: the client connection is closing",
        "connection is shutting down",
        f"{_S3}https response error StatusCode: 0, RequestID: , HostID: , request send failed, Put: EOF",
        f"{_S3}exceeded maximum number of attempts, 25, https response error StatusCode: 503, RequestID: a",
        f"{_S3}https response error StatusCode: 500, RequestID: a, api error InternalError: we met an error",
        f"{_S3}https response error StatusCode: 200, RequestID: a, deserialization failed, failed to decode",
        f"{_S3}https response error StatusCode: 408, RequestID: a, api error RequestTimeout: idle",
        f"{_S3}https response error StatusCode: 409, RequestID: a, BucketAlreadyOwnedByYou: ",
        "creating IAM Role (x): StatusCode: 409, EntityAlreadyExists: Role with name x already exists.",
        'Put "https://x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        'Post "https://x": read tcp 10.0.0.1:5->10.0.0.2:443: read: connection reset by peer',
        'Post "https://x": write: broken pipe',
        'Post "https://x": net/http: TLS handshake timeout',
        'Post "https://x": dial tcp 10.0.0.1:443: connect: connection refused',
        "creating: timeout while waiting for state to become 'available' (last state: 'creating')",
        "waiting for EC2 Instance (i-1) create: unexpected state 'terminated', wanted target 'running'",
        "polling after CreateOrUpdate: the resource is in a failed state",
        "reading IAM Role (x): couldn't find resource",
        "googleapi: Error 503: Backend Error, backendError",
        "Provider produced inconsistent result after apply\nRoot object was present, but now absent.",
        "Provider returned invalid result object after apply",
        "creating: http2: server sent GOAWAY and closed the connection",
        "creating: invalid character '<' looking for beginning of value",
    ],
)
def test_what_leaves_doubt_proves_nothing(text: str) -> None:
    assert not proves_refusal(text)
