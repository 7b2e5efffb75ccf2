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
        {"X-MS-CLIENT-PRINCIPAL-NAME": "\x07"},
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


def naming() -> ApiClient:
    return ApiClient(get_settings=lambda: settings(SLIPWAY_USER_HEADER="true"))


@pytest.mark.parametrize("name", ["ada", "Ada Lovelace", "ada@contoso.com", "å" * 256])
def test_on_one_machine_a_caller_names_itself(name: str) -> None:
    assert created_by(naming(), {"X-Slipway-User": name}) == name


def test_who_does_not_name_itself_there_is_known_by_its_key() -> None:
    assert created_by(naming(), {}) == "anonymous"
    assert created_by(naming(), {"x-functions-key": "s3cret"}) == "function-key:1ec1c26b"


@pytest.mark.parametrize("name", ["", " ", " ada", "ada ", "a\x07da", "a" * 257, "slipway", "*"])
def test_what_is_no_name_is_refused(name: str) -> None:
    reply = naming().get("/deployments", {"X-Slipway-User": name})

    assert (reply.status, reply.json["code"]) == (400, "invalid_user")


@pytest.mark.parametrize("name", ["slipway", "*", "slip\x07way"])
def test_nobody_signs_in_as_slipway_itself_or_as_everybody(name: str) -> None:
    reply = signed_in().get("/deployments", {"X-MS-CLIENT-PRINCIPAL-NAME": name})

    assert (reply.status, reply.json["code"]) == (400, "invalid_user")


@pytest.mark.parametrize("api", [ApiClient(), signed_in()])
def test_nobody_names_itself_anywhere_else(api: ApiClient) -> None:
    headers = {"X-Slipway-User": "root", "X-MS-CLIENT-PRINCIPAL-NAME": "eve"}

    assert api.get("/deployments", headers).json["code"] == "user_header_refused"
