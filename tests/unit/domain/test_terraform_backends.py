from __future__ import annotations

from typing import Any

import pytest

from functions.domain.jobs.terraform_backends import BACKENDS, backend_problems

RIGHT: dict[str, dict[str, Any]] = {
    "azurerm": {
        "storage_account_name": "contosostates",
        "container_name": "states",
        "use_azuread_auth": True,
    },
    "gcs": {"bucket": "contoso-states", "key_prefix": "team-a/"},
    "http": {"address": "https://states.contoso.com/terraform"},
    "local": {},
    "s3": {"bucket": "contoso-states", "region": "eu-central-1", "encrypt": True},
}


@pytest.mark.parametrize("kind", sorted(BACKENDS))
def test_a_back_end_with_what_it_needs_is_right(kind: str) -> None:
    assert backend_problems(kind, RIGHT[kind]) == []


@pytest.mark.parametrize(
    ("kind", "name", "variable"),
    [
        ("azurerm", "access_key", "ARM_ACCESS_KEY"),
        ("azurerm", "sas_token", "ARM_SAS_TOKEN"),
        ("azurerm", "client_secret", "ARM_CLIENT_SECRET"),
        ("gcs", "credentials", "GOOGLE_BACKEND_CREDENTIALS"),
        ("gcs", "encryption_key", "GOOGLE_ENCRYPTION_KEY"),
        ("http", "password", "TF_HTTP_PASSWORD"),
        ("s3", "secret_key", "AWS_SECRET_ACCESS_KEY"),
        ("s3", "token", "AWS_SESSION_TOKEN"),
    ],
)
def test_a_credential_is_refused_by_name_with_the_variable_to_set_instead(
    kind: str, name: str, variable: str
) -> None:
    (problem,) = backend_problems(kind, {**RIGHT[kind], name: "hunter2-hunter2"})

    assert f"'{name}'" in problem
    assert f"'{variable}'" in problem
    assert "hunter2" not in problem


def test_a_credential_within_an_object_is_refused_too() -> None:
    role = {"role_arn": "arn:aws:iam::123456789012:role/states", "web_identity_token": "hunter2-hunter2"}

    (problem,) = backend_problems("s3", {**RIGHT["s3"], "assume_role_with_web_identity": role})

    assert "'assume_role_with_web_identity.web_identity_token' is a credential" in problem
    assert "'AWS_WEB_IDENTITY_TOKEN_FILE'" in problem
    assert "hunter2" not in problem


def test_an_argument_with_which_no_state_could_be_removed_is_refused_with_what_to_do_instead() -> None:
    (problem,) = backend_problems("azurerm", {**RIGHT["azurerm"], "snapshot": True})

    assert "'snapshot' cannot be set" in problem
    assert "soft delete instead" in problem


@pytest.mark.parametrize("prefix", ["", "a", "team-a/", "team-a/states", "v1.2/x_y/"])
def test_a_key_prefix_goes_before_the_names_of_states(prefix: str) -> None:
    assert backend_problems("s3", {**RIGHT["s3"], "key_prefix": prefix}) == []


@pytest.mark.parametrize("prefix", ["/x/", "/", "a//b", "../a/", "a/./b/", "a b", "a?b", "a/\n", 5, None])
def test_a_key_prefix_that_makes_no_name_is_refused(prefix: object) -> None:
    (problem,) = backend_problems("s3", {**RIGHT["s3"], "key_prefix": prefix})

    assert "'key_prefix' must be like team-a/" in problem


@pytest.mark.parametrize("name", ["key", "use_lockfile", "workspace_key_prefix", "endpoints"])
def test_what_slipway_writes_itself_or_does_not_know_is_refused(name: str) -> None:
    (problem,) = backend_problems("s3", {**RIGHT["s3"], name: "x"})

    assert f"'{name}' is not one of" in problem


def test_every_problem_is_found_at_once() -> None:
    problems = backend_problems("azurerm", {"access_key": "x", "made_up": 1, "container_name": 5})

    assert len(problems) == 4


def test_an_unknown_back_end_is_told_which_ones_there_are() -> None:
    (problem,) = backend_problems("consul", {})

    assert "azurerm, gcs, http, local, s3" in problem


@pytest.mark.parametrize(
    "address",
    [
        "states.contoso.com/terraform",
        "ftp://states.contoso.com/terraform",
        "https://states.contoso.com/terraform?key=1",
        "https://me:hunter2@states.contoso.com/terraform",
        "https://[states/terraform",
    ],
)
def test_an_address_that_is_none_or_holds_a_credential_is_refused(address: str) -> None:
    (problem,) = backend_problems("http", {"address": address})

    assert "'address'" in problem
    assert "hunter2" not in problem
