"""The host may be killed in front of any storage call, or right after one whose answer it never saw."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.plant import Plant

# Every storage call that the host makes for one deployment, in order, listening apart.
CALLS = [
    # accept
    "PUT blob bundle",
    "insert active",
    "batch accepted",
    "send operations",
    # dispatch
    "get deployment",
    "query active",
    "PUT blob spec",
    "batch job_started",
    "upsert active",
    "upsert all",
    "upsert template",
    "upsert owner",
    "send operations",
    "delete message of operations",
    # complete
    "get deployment",
    "GET blob result",
    "batch succeeded",
    "get deployment",
    "upsert all",
    "upsert template",
    "upsert owner",
    "delete active",
    "query active",
    "delete message of completions",
]
_READS = ("get ", "GET ", "query ")

# A host that nobody disturbs: no timer and no watchdog within the test.
_UNDISTURBED = {"SLIPWAY_RECONCILE_SCHEDULE": "0 0 0 1 1 *", "SLIPWAY_WATCH_SECONDS": "60"}
_AT_ONCE = 3


def test_the_table_names_every_storage_call_that_the_host_makes(tmp_path: Path) -> None:
    plant = Plant(tmp_path / "plant")
    try:
        plant.start(**_UNDISTURBED)
        plant.ended(plant.accepted(name="Ada"))
        recorded = plant.proxy.host_calls_until("delete message of completions")
    finally:
        plant.stop()

    assert recorded == CALLS


def test_a_host_killed_before_any_storage_call_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    cases = [(name, nth, False) for name, nth in _numbered(CALLS)]

    assert _run_all(tmp_path, cases) == {}


def test_a_host_killed_after_any_write_whose_answer_it_never_saw_loses_nothing(tmp_path: Path) -> None:
    cases = [(name, nth, True) for name, nth in _numbered(CALLS) if not name.startswith(_READS)]

    assert _run_all(tmp_path, cases) == {}


def _numbered(names: list[str]) -> list[tuple[str, int]]:
    """(name, how many times it has come up to here)."""
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append((name, seen[name]))
    return numbered


def _run_all(folder: Path, cases: list[tuple[str, int, bool]]) -> dict[tuple[str, int, bool], str]:
    """Case → what went wrong, for those where something did."""

    def run(numbered: tuple[int, tuple[str, int, bool]]) -> str | None:
        number, case = numbered
        try:
            _kill_and_recover(folder / f"case-{number}", *case)
        except AssertionError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = dict(zip(cases, pool.map(run, enumerate(cases)), strict=True))
    return {case: problem for case, problem in outcomes.items() if problem is not None}


def _kill_and_recover(folder: Path, call: str, nth: int, after: bool) -> None:
    plant = Plant(folder)
    try:
        plant.start(SLIPWAY_RECONCILE_SCHEDULE="0 0 0 1 1 *", SLIPWAY_WATCH_SECONDS="3")
        trap = plant.proxy.trap(call, plant.kill, nth=nth, after=after)
        plant.deploy(key="the-key", name="Ada")
        assert trap.sprung.wait(30), f"the host never came to {call} #{nth}"
        plant.restart()

        deployment_id = plant.accepted(key="the-key", name="Ada")
        ended = plant.ended(deployment_id)

        assert ended.status == "completed", ended.error
        assert ended.outputs["greeting"] == "Hello, Ada!"
        assert plant.events(deployment_id).count("succeeded") == 1
        assert plant.engine_starts(deployment_id, "apply") == 1
    finally:
        plant.stop()
