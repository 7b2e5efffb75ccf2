from __future__ import annotations

from datetime import timedelta

import pytest

from functions.adapters.storage.table_timer_runs import TableTimerRuns
from functions.domain.timers import Timer, TimerRun
from functions.maintenance_ports import TimerRuns
from tests.builders import AT
from tests.fakes import MemoryTimerRuns

FIRST = TimerRun(AT, has_run=False)
LATER = TimerRun(AT + timedelta(minutes=5), has_run=True)


@pytest.fixture(params=["memory", "azurite"])
def runs(request: pytest.FixtureRequest) -> TimerRuns:
    if request.param == "azurite":
        return TableTimerRuns(request.getfixturevalue("clients").index)
    return MemoryTimerRuns()


def test_a_timer_of_which_nothing_was_written_has_no_run(runs: TimerRuns) -> None:
    assert runs.get(Timer.RECONCILE) is None


def test_the_last_run_replaces_the_one_before_and_is_the_timers_own(runs: TimerRuns) -> None:
    runs.put(Timer.RECONCILE, FIRST)
    runs.put(Timer.RECONCILE, LATER)

    assert runs.get(Timer.RECONCILE) == LATER
    assert runs.get(Timer.RETENTION) is None


def test_adding_leaves_a_run_as_it_is(runs: TimerRuns) -> None:
    runs.add(Timer.RECONCILE, LATER)
    runs.add(Timer.RECONCILE, FIRST)

    assert runs.get(Timer.RECONCILE) == LATER
