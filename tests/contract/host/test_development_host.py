"""HTTP under the development host, by what is known of the Functions host."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.host_process import HostProcess, start_host

SAMPLE_APP = Path(__file__).parent / "sample_app"
NO_QUEUES = {"AzureWebJobs.work.Disabled": "true", "AzureWebJobs.poisoned.Disabled": "1"}


def _settings(folder: Path, **more: str) -> dict[str, str]:
    return {**NO_QUEUES, "SAMPLE_RECORD": str(folder / "record"), "SAMPLE_SCHEDULE": "0 0 0 1 1 *", **more}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    folder = tmp_path_factory.mktemp("host")
    settings = _settings(folder, **{"AzureWebJobs.off.Disabled": "true"})
    running = start_host(SAMPLE_APP, settings, folder / "log")
    yield running
    assert running.stop() == 0


def _ask(
    host: HostProcess, method: str, target: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(host.url.removeprefix("http://"), timeout=20)
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def _facts(host: HostProcess, target: str, **more: Any) -> Any:
    status, _, body = _ask(host, more.pop("method", "GET"), target, **more)
    assert status == 200
    return json.loads(body)


def _send_raw(host: HostProcess, sent: bytes) -> bytes:
    """Send bytes that no HTTP library would send, and return the whole response."""
    with socket.create_connection(("127.0.0.1", int(host.url.rpartition(":")[2])), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_the_first_function_by_name_answers_though_a_literal_route_would_fit_better(
    host: HostProcess,
) -> None:
    facts = _facts(host, "/items/latest")
    assert (facts["function"], facts["route_params"]) == ("a_item", {"id": "latest"})


def test_a_method_is_a_part_of_the_match(host: HostProcess) -> None:
    assert _facts(host, "/items/latest", method="DELETE")["function"] == "b_latest"
    status, _, body = _ask(host, "PUT", "/items/latest")
    assert (status, body) == (404, b"")


def test_literals_match_in_any_case_and_one_closing_slash_is_ignored(host: HostProcess) -> None:
    assert _facts(host, "/ITEMS/Ab/")["route_params"] == {"id": "Ab"}


@pytest.mark.parametrize("path", ["/items//", "//items/1", "//", "//files/a", "/files//a", "/files/a//b"])
def test_a_path_with_an_empty_segment_reaches_no_function_not_even_a_catch_all(
    host: HostProcess, path: str
) -> None:
    status, _, body = _ask(host, "GET", path)
    assert (status, body) == (404, b"")


def test_a_catch_all_takes_the_rest_and_is_absent_where_nothing_is_left(host: HostProcess) -> None:
    assert _facts(host, "/files/a/b.txt")["route_params"] == {"rest": "a/b.txt"}
    assert _facts(host, "/files")["route_params"] == {}


def test_route_parameters_are_decoded_but_for_a_slash(host: HostProcess) -> None:
    assert _facts(host, "/items/%C3%A9%20%2Fb%FF")["route_params"] == {"id": "é %2Fb%FF"}


def test_dot_segments_are_removed_before_routing(host: HostProcess) -> None:
    assert _facts(host, "/files/x/%2e%2e/../items/5")["function"] == "a_item"


def test_empty_query_values_are_dropped_and_repeated_ones_joined(host: HostProcess) -> None:
    facts = _facts(host, "/items/1?x=1&y=&z&x=2&q=a+b%2B")
    assert facts["params"] == {"x": "1,2", "q": "a b+"}
    assert facts["url"] == f"{host.url}/items/1?x=1&y=&z&x=2&q=a+b%2B"


def test_the_url_that_a_function_sees_has_its_path_normalised_and_its_query_as_sent(
    host: HostProcess,
) -> None:
    facts = _facts(host, "/x/../%69tems/%c3%a9%20%2f%7E%zz[%25]?q=%7e[")
    assert facts["url"] == f"{host.url}/items/%C3%A9%20%2f~%25zz%5B%25%5D?q=%7e["


def test_a_request_line_over_8_kilobytes_is_refused(host: HostProcess) -> None:
    longest = b"GET /health?" + b"a" * (8192 - 12 - 11) + b" HTTP/1.1\r\n"
    assert len(longest) == 8192
    assert _send_raw(host, longest + b"Host: h\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    refused = _send_raw(host, longest.replace(b"?", b"?b") + b"Host: h\r\n\r\n")
    assert refused.startswith(b"HTTP/1.1 414 ")


def test_headers_over_32_kilobytes_are_refused(host: HostProcess) -> None:
    head = b"GET /health HTTP/1.1\r\nHost: h\r\nX: "
    assert _send_raw(host, head + b"a" * 32_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert _send_raw(host, head + b"a" * 33_000 + b"\r\n\r\n").startswith(b"HTTP/1.1 431 ")


def test_header_names_are_lower_case_and_repeated_headers_joined_by_a_comma(host: HostProcess) -> None:
    answer = _send_raw(
        host, b"GET /items/1 HTTP/1.1\r\nHost: h\r\nX-Tag: a\r\nx-tag: b\r\nX-Name: \xc3\xa9\r\n\r\n"
    )
    headers = json.loads(answer.partition(b"\r\n\r\n")[2])["headers"]
    assert headers == {"host": "h", "x-tag": "a,b", "x-name": "é"}


def test_a_body_with_a_length_arrives_byte_by_byte(host: HostProcess) -> None:
    body = bytes(range(256)) * 20_000
    facts = _facts(host, "/items/1", method="POST", body=body)
    assert base64.b64decode(facts["body"]) == body


def test_a_chunked_body_arrives_empty_and_the_connection_goes_on(host: HostProcess) -> None:
    chunked = b"POST /items/1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    answer = _send_raw(host, chunked + b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
    assert b'"body": ""' in answer
    assert answer.endswith(b"well")


def test_a_body_over_100_megabytes_is_refused_before_it_is_sent(host: HostProcess) -> None:
    head = b"POST /items/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 104857601\r\n"
    for expect in (b"", b"Expect: 100-continue\r\n"):
        assert _send_raw(host, head + expect + b"\r\n").startswith(b"HTTP/1.1 413 ")


def test_a_client_that_asks_first_is_told_to_go_on(host: HostProcess) -> None:
    head = b"POST /items/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    assert _send_raw(host, head + b"ok").startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")


@pytest.mark.parametrize(
    "request_",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /health\r\n\r\n",
        b"GET health HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: h\r\nX: a\r\n folded\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: h\r\nX: \xff\r\n\r\n",
        b"GET /h\xc3\xa9alth HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /health%00 HTTP/1.1\r\nHost: h\r\n\r\n",
        b"POST /items/1 HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        b"POST /items/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /items/1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 150 + b"\r\n",
    ],
)
def test_a_malformed_request_is_refused_with_an_empty_body_and_the_host_lives(
    host: HostProcess, request_: bytes
) -> None:
    head, _, body = _send_raw(host, request_).partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 414 ", b"HTTP/1.1 431 "))
    assert (b"Content-Length: 0" in head, body) == (True, b"")
    assert _ask(host, "GET", "/health")[0] == 200


def test_a_client_that_leaves_in_its_body_does_no_harm(host: HostProcess) -> None:
    assert _send_raw(host, b"POST /items/1 HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab") == b""
    assert _ask(host, "GET", "/health")[0] == 200


def test_an_exception_is_a_500_without_a_body_and_is_told_in_the_log(host: HostProcess) -> None:
    status, _, body = _ask(host, "GET", "/raises")
    assert (status, body) == (500, b"")
    assert "the secret of" in host.log.read_text()


def test_a_function_that_returns_nothing_is_a_500(host: HostProcess) -> None:
    status, _, body = _ask(host, "GET", "/nothing")
    assert (status, body) == (500, b"")


def test_a_head_request_gets_the_headers_alone(host: HostProcess) -> None:
    status, headers, body = _ask(host, "HEAD", "/health")
    assert (status, headers["Content-Length"], body) == (200, "4", b"")
    assert _ask(host, "HEAD", "/items/1")[0] == 404


def test_content_type_is_the_librarys_default_unless_the_function_says_otherwise(host: HostProcess) -> None:
    assert _ask(host, "GET", "/health")[1]["Content-Type"] == "text/plain; charset=utf-8"
    assert _ask(host, "GET", "/bare")[1]["Content-Type"] == "application/x-sample"


def test_an_async_function_gets_the_callers_trace_with_a_new_span(host: HostProcess) -> None:
    given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    status, _, body = _ask(host, "GET", "/bare", headers={"traceparent": given})
    facts = json.loads(body)
    assert (status, facts["name"]) == (201, "bare")
    assert facts["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert facts["traceparent"].endswith("-01")
    assert facts["traceparent"] != given


def test_a_disabled_function_is_not_there(host: HostProcess) -> None:
    assert _ask(host, "GET", "/off")[0] == 404


def test_many_callers_are_served_at_once(host: HostProcess) -> None:
    statuses: list[int] = []
    callers = [
        threading.Thread(target=lambda: statuses.append(_ask(host, "GET", "/slow?seconds=0.5")[0]))
        for _ in range(50)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert statuses == [200] * 50
