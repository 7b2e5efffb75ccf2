from __future__ import annotations

import pytest

from functions.api.routes import NOT_FOUND, ROUTES
from functions.domain.errors import SettingsInvalid
from functions.services.context import Context
from functions.settings import Settings
from tests.unit.api_client import ApiClient

EVERY_METHOD = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}
ADDRESSES = {f"/{route.path.format(id='x', provider='p', name='n')}": route.name for route in ROUTES}


def no_context() -> Context:
    raise AssertionError("the context was asked for")


def no_settings() -> Settings:
    raise AssertionError("the settings were asked for")


def test_indexing_reads_no_setting_and_reaches_no_storage() -> None:
    client = ApiClient(get_context=no_context, get_settings=no_settings)

    assert len(client.functions) == len(ROUTES) + 1


def test_every_function_takes_every_method_so_that_a_wrong_one_gets_an_answer_of_ours() -> None:
    methods = [set(map(str, function.trigger["methods"])) for function in ApiClient().functions]

    assert methods == [EVERY_METHOD] * (len(ROUTES) + 1)


def test_only_health_can_be_asked_for_without_a_key() -> None:
    levels = {function.name: str(function.trigger["authLevel"]) for function in ApiClient().functions}

    assert [name for name, level in levels.items() if level != "FUNCTION"] == ["health"]


def test_the_function_for_every_other_path_sorts_last() -> None:
    assert ApiClient().functions[-1].name == NOT_FOUND.name


def test_the_first_function_that_fits_a_path_is_that_of_its_route() -> None:
    functions = ApiClient().functions[:-1]

    for address, name in ADDRESSES.items():
        assert next(function.name for function in functions if function.pattern.fullmatch(address)) == name


@pytest.mark.parametrize(
    "path", ["/", "/deploys", "/deployments/a/b/c", "/%2e%2e/etc", "//", "/templates/x/y/z", "/é"]
)
def test_an_unknown_path_is_a_problem_of_its_own(path: str) -> None:
    reply = ApiClient().get(path)

    assert (reply.status, reply.json["code"]) == (404, "not_found")
    assert reply.json["instance"] == path


@pytest.mark.parametrize(
    ("path", "nearest"),
    [("/deploymets", "/deployments"), ("/api/deploy", "/deploy"), ("/healthz", "/health")],
)
def test_an_unknown_path_is_answered_with_the_nearest_one(path: str, nearest: str) -> None:
    assert f"did you mean '{nearest}'?" in ApiClient().get(path).json["detail"]


@pytest.mark.parametrize("method", sorted(EVERY_METHOD))
def test_an_unknown_path_is_unknown_to_every_method(method: str) -> None:
    assert ApiClient().request(method, "/nowhere").status == 404


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_wrong_method_is_refused_with_those_that_are_taken(route: object) -> None:
    assert isinstance(route, type(NOT_FOUND))
    address = f"/{route.path.format(id='x', provider='p', name='n')}"
    taken = set(route.methods) | {"OPTIONS"} | ({"HEAD"} if "GET" in route.methods else set())

    for method in EVERY_METHOD - taken:
        reply = ApiClient().request(method, address)

        assert reply.status == 405
        assert set(reply.headers["Allow"].split(", ")) == taken


@pytest.mark.parametrize("address", ADDRESSES)
def test_options_says_which_methods_are_taken(address: str) -> None:
    reply = ApiClient(get_context=no_context, get_settings=no_settings).request("OPTIONS", address)

    assert (reply.status, reply.body) == (204, b"")
    assert "OPTIONS" in reply.headers["Allow"]


def test_head_answers_like_get_without_the_body() -> None:
    client = ApiClient()

    get, head = client.get("/providers"), client.request("HEAD", "/providers")

    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"] == "application/json"


def test_a_wrong_method_is_told_even_where_slipway_is_not_set_up() -> None:
    def broken() -> Settings:
        raise SettingsInvalid(["'SLIPWAY_JOBS_DIR' is not set: the folder in which jobs run"])

    assert ApiClient(get_settings=broken).request("DELETE", "/deploy").status == 405


@pytest.mark.parametrize("path", ["/providers", "/nowhere", "/deployments/x", "/health"])
def test_no_answer_is_cached_or_sniffed(path: str) -> None:
    headers = ApiClient().get(path).headers

    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Correlation-ID": "run-7.a_B"}, "run-7.a_B"),
        (
            {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
            "0af7651916cd43dd8448eb211c80319c",
        ),
        (
            {
                "X-Correlation-ID": "not good",
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
            "0af7651916cd43dd8448eb211c80319c",
        ),
    ],
)
def test_the_callers_correlation_id_is_in_every_answer(headers: dict[str, str], expected: str) -> None:
    client = ApiClient()

    for path in ("/providers", "/nowhere", "/deployments/x"):
        assert client.get(path, headers).headers["X-Correlation-ID"] == expected
    assert client.get("/nowhere", headers).json["correlation_id"] == expected
    deployment_id = client.deploy(headers=headers).json["data"]["deployment_id"]
    assert client.get(f"/deployments/{deployment_id}").json["correlation_id"] == expected


def test_without_one_a_new_correlation_id_is_made_for_each_call() -> None:
    client = ApiClient()

    ids = {client.get("/providers").headers["X-Correlation-ID"] for _ in range(3)}

    assert len(ids) == 3


def test_a_host_header_that_no_url_can_hold_gets_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.unit.api_client.ORIGIN", "http://[::bad")

    assert ApiClient().get("/providers").status == 200
