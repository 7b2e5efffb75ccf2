from __future__ import annotations

import shlex

from local.demos.callers import ApiCaller

ADA = ApiCaller("http://127.0.0.1:7071", "ada")


def test_every_shown_call_says_who_makes_it() -> None:
    commands = [ADA.curl_get("/x"), ADA.curl_post("/x", {"comment": "it's fine"}), ADA.curl_delete("/x")]

    for command in commands:
        words = shlex.split(command)
        assert words[0] == "curl"
        assert words[words.index("X-Slipway-User: ada") - 1] == "-H"
    assert '{"comment": "it\'s fine"}' in shlex.split(commands[1])
    assert shlex.split(commands[2])[2:4] == ["-X", "DELETE"]
