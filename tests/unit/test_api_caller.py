from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.unit.api_client import ApiClient, Reply, settings


def created_by(client: ApiClient, headers: dict[str, str], query: str = "") -> Any:
    reply = client.post(
        f"/deploy{query}", {"template_name": "greeting", "provider_type": "terraform-local"}, headers
    )
    return client.get(f"/deployments/{reply.json['data']['deployment_id']}", headers).json["created_by"]


def signed_in() -> ApiClient:
    return ApiClient(get_settings=lambda: settings(WEBSITE_AUTH_ENABLED="True"))


def principal(*claims: tuple[str, str]) -> str:
    body = {"auth_typ": "aad", "claims": [{"typ": kind, "val": value} for kind, value in claims]}
    return base64.b64encode(json.dumps(body).encode()).decode()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {"X-MS-CLIENT-PRINCIPAL-NAME": "ada@contoso.com", "X-MS-CLIENT-PRINCIPAL-ID": "7"},
            "ada@contoso.com",
        ),
        ({"X-MS-CLIENT-PRINCIPAL-ID": "0f8fad5b"}, "0f8fad5b"),
        ({"X-MS-CLIENT-PRINCIPAL": principal(("name", "Ada"), ("preferred_username", "ada@x"))}, "ada@x"),
        ({"X-MS-CLIENT-PRINCIPAL": principal(("appid", "pipeline"))}, "pipeline"),
        ({"X-MS-CLIENT-PRINCIPAL-NAME": "ada\x07" + "a" * 300}, "ada" + "a" * 253),
    ],
)
def test_with_easy_auth_the_principal_is_recorded(headers: dict[str, str], expected: str) -> None:
    assert created_by(signed_in(), headers) == expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-functions-key": "k"},
        {"X-MS-CLIENT-PRINCIPAL": "not base64"},
        {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(b"[]").decode()},
        {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(b'{"claims": [7]}').decode()},
        {"X-MS-CLIENT-PRINCIPAL": principal()},
    ],
)
def test_with_easy_auth_a_call_without_a_principal_is_refused(headers: dict[str, str]) -> None:
    reply: Reply = signed_in().get("/deployments", headers)

    assert (reply.status, reply.json["code"]) == (401, "unauthenticated")


def test_health_answers_without_a_principal() -> None:
    assert signed_in().get("/health").status == 200


def test_without_easy_auth_a_principal_is_not_believed() -> None:
    assert created_by(ApiClient(), {"X-MS-CLIENT-PRINCIPAL-NAME": "root@contoso.com"}) == "anonymous"


def test_a_function_key_is_named_without_giving_it_away() -> None:
    client = ApiClient()

    by_header, by_query = (
        created_by(client, {"x-functions-key": "s3cret"}),
        created_by(client, {}, "?code=s3cret"),
    )

    # the first digits of the SHA-256 of the key
    assert by_header == by_query == "function-key:1ec1c26b"
