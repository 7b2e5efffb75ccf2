from __future__ import annotations

import json

from local.bench.figure import Figure
from local.bench.report import document, table

KEPT = Figure("accept", {"POST /deploy p50": 6.123, "bare p50": 12.34}, 1.25, 1.5, 300)
MISSED = Figure("first_command", {"p50": 612.4}, 0.6124, 0.5, 15, unit="s", note="one after the other")
BROKEN = Figure("list", {"1,000": 7.0}, 1.1, 1.2, 200, problems=("rows read 50, then 51",))

KNOWN = Figure("operations", {"all": 41000.0}, 87.8, None, 60, unit="a minute")


def test_the_table_shows_each_figure_with_its_parts_and_what_was_promised() -> None:
    assert table([KEPT, MISSED, BROKEN]).splitlines() == [
        "figure         value   bound           runs  parts in ms",
        "accept         1.25 x  1.50 x  ok      300   POST /deploy p50 6.12, bare p50 12.3",
        "first_command  0.61 s  0.50 s  over    15    p50 612",
        "  one after the other",
        "list           1.10 x  1.20 x  broken  200   1,000 7.00",
        "  not as promised: rows read 50, then 51",
    ]


def test_a_figure_without_a_promise_shows_no_bound() -> None:
    assert table([KEPT, KNOWN]).splitlines()[2] == ("operations  87.80 a minute          ok  60    all 41000")


def test_the_document_has_every_figure_whole_and_the_machine_it_was_taken_on() -> None:
    written = json.loads(json.dumps(document([KEPT, MISSED])))

    assert written["figures"][0]["parts"] == {"POST /deploy p50": 6.123, "bare p50": 12.34}
    assert [figure["ok"] for figure in written["figures"]] == [True, False]
    assert written["machine"]["processors"] >= 1
    assert written["taken_at"].endswith("+00:00")
