from __future__ import annotations

import pytest

from local.host.errors import AppRefusedError
from local.host.functions import IndexedFunction
from local.host.http.routes import RouteTable
from local.host.http.url_decoding import decode_path, encode_path, parse_query


def _function(name: str, route: str | None = None, *methods: str) -> IndexedFunction:
    trigger = {"type": "httpTrigger", "name": "req", "route": route, "methods": list(methods)}
    return IndexedFunction(name, lambda: None, trigger, takes_context=False)


def _match(table: RouteTable, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    match = table.match(method, path)
    return (match[0].name, dict(match[1])) if match else None


def test_a_route_stands_behind_the_prefix_and_is_the_functions_name_by_default() -> None:
    table = RouteTable([_function("health")], "api")
    assert _match(table, "GET", "/api/health") == ("health", {})
    assert _match(table, "GET", "/health") is None


def test_an_empty_route_under_an_empty_prefix_is_the_root() -> None:
    table = RouteTable([_function("root", "/"), _function("zz_rest", "{*rest}", "GET")], "")
    assert _match(table, "GET", "/") == ("root", {})
    assert _match(table, "GET", "/any/thing/") == ("zz_rest", {"rest": "any/thing/"})


def test_functions_are_tried_by_name_whatever_their_order() -> None:
    functions = [_function("zz", "{*rest}"), _function("B", "x/{id}"), _function("a", "x/{id}/y")]
    table = RouteTable(functions, "")
    assert _match(table, "GET", "/x/1") == ("B", {"id": "1"})
    assert _match(table, "GET", "/x/1/y") == ("a", {"id": "1"})
    assert _match(table, "GET", "/x/1/z") == ("zz", {"rest": "x/1/z"})


def test_an_underscore_sorts_behind_letters_as_in_upper_case() -> None:
    table = RouteTable([_function("item_latest", "x/latest"), _function("items", "x/{id}")], "")
    assert _match(table, "GET", "/x/latest") == ("items", {"id": "latest"})


def test_one_route_may_belong_to_two_functions_for_different_methods() -> None:
    table = RouteTable([_function("get", "x", "GET"), _function("post", "x", "POST")], "")
    assert _match(table, "POST", "/x") == ("post", {})


@pytest.mark.parametrize(
    ("functions", "reason"),
    [
        ([_function("one", "X/{a}"), _function("two", "x/{b}", "GET")], "share a route"),
        ([_function("one", "admin/x")], "reserved for the host"),
        ([_function("one", "Runtime")], "reserved for the host"),
        ([_function("one", "x/{id:int}")], "does not support"),
        ([_function("one", "x/{id?}")], "does not support"),
        ([_function("one", "x/a{id}")], "does not support"),
        ([_function("one", "{*rest}/x")], "catch-all before the end"),
    ],
)
def test_a_route_that_cannot_be_served_is_refused(functions: list[IndexedFunction], reason: str) -> None:
    with pytest.raises(AppRefusedError, match=reason):
        RouteTable(functions, "")


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        ("/a%20b/%E2%82%AC", "/a b/€"),
        ("/a%2Fb%2f", "/a%2Fb%2f"),
        ("/a%zz%4", "/a%zz%4"),
        ("/%C3%28", "/%C3("),
        ("/a/./b/../c/..", "/a/"),
        ("/../a", "/a"),
        ("/a+b", "/a+b"),
    ],
)
def test_a_path_is_decoded_as_aspnet_does(raw: str, decoded: str) -> None:
    assert decode_path(raw) == decoded


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("", {}),
        ("a=1&A=2&b=%C3%A9%2F+%2B", {"a": "1,2", "b": "é/ +"}),
        ("a=&b&=&c=x=y", {"c": "x=y"}),
    ],
)
def test_a_query_is_read_as_aspnet_does(raw: str, values: dict[str, str]) -> None:
    assert parse_query(raw) == values


@pytest.mark.parametrize(
    ("decoded", "encoded"),
    [
        ("/a b/€", "/a%20b/%E2%82%AC"),
        ("/a%2fb%FF", "/a%2fb%FF"),
        ("/a%zz%4", "/a%25zz%254"),
        ("/!$&'()*+,;=:@-._~", "/!$&'()*+,;=:@-._~"),
        ('/"<>[]\\^`{|}?#', "/%22%3C%3E%5B%5D%5C%5E%60%7B%7C%7D%3F%23"),
    ],
)
def test_a_path_is_encoded_as_aspnet_does(decoded: str, encoded: str) -> None:
    assert encode_path(decoded) == encoded
