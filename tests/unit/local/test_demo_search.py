from __future__ import annotations

import base64

from local.demos.storage_search import where_found

SECRET = "e4cd958ba1702f93"


def test_a_secret_is_found_in_plain_and_in_base64_and_its_place_is_named() -> None:
    places = [
        ("a row", f'{{"token": "{SECRET}"}}'.encode()),
        ("a blob", b"prefix " + base64.b64encode(SECRET.encode())),
        ("a log", b"token=***"),
    ]

    assert where_found([SECRET, "another"], places) == ["a row", "a blob"]
