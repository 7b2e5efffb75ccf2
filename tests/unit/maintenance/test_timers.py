"""The timers: by which schedule they run, and how it shows that they no longer do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from functions import workers
from functions.domain.clock import to_text
from functions.domain.errors import SettingsInvalid
from functions.domain.timers import DEFAULT_SCHEDULES, Timer, TimerRun, overdue_at
from functions.settings import Settings, timer_schedules
from tests.unit.api_client import ApiClient
from tests.world import START, World

NEEDED = {"SLIPWAY_STORAGE": "UseDevelopmentStorage=true", "SLIPWAY_JOBS_DIR": "/jobs"}
NAMES = {"SLIPWAY_RECONCILE_SCHEDULE": Timer.RECONCILE, "SLIPWAY_RETENTION_SCHEDULE": Timer.RETENTION}


def timers(world: World, schedules: dict[Timer, str] | None = None) -> dict[str, Any]:
    """The timer functions by name, as the host indexes them."""
    app = func.FunctionApp()
    app.register_functions(workers.blueprint(lambda: world.ctx, schedules or DEFAULT_SCHEDULES))
    functions: list[Any] = app.get_functions()
    return {
        function.get_function_name(): function
        for function in functions
        if function.get_trigger().get_dict_repr()["type"] == "timerTrigger"
    }


def run(world: World, timer: Timer) -> None:
    timers(world)[timer].get_user_function()(func.timer.TimerRequest(past_due=False))


def timer_health(world: World, timer: Timer) -> tuple[int, dict[str, Any]]:
    reply = ApiClient(world).get("/health")
    shown: dict[str, Any] = reply.json["timers"][timer]
    return reply.status, shown


def test_without_a_setting_the_timers_have_their_default_schedules() -> None:
    assert timer_schedules({}) == DEFAULT_SCHEDULES


@pytest.mark.parametrize("name", NAMES)
def test_a_timer_is_declared_with_the_schedule_that_its_setting_holds(name: str) -> None:
    declared = timers(World(), timer_schedules({name: "15 * * * * *"}))

    assert declared[NAMES[name]].get_trigger().get_dict_repr()["schedule"] == "15 * * * * *"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrong", ["hunter2", "*/5 * * * *", "00:05:00", "61 * * * * *", "0 0 0 30 2 *"])
def test_a_wrong_schedule_is_reported_and_leaves_the_timer_with_its_default(name: str, wrong: str) -> None:
    environ = {**NEEDED, name: wrong, "SLIPWAY_PLAN_SECONDS": "0"}

    with pytest.raises(SettingsInvalid) as refused:
        Settings.from_env(environ)

    assert sorted(problem.split("'")[1] for problem in refused.value.problems) == [
        "SLIPWAY_PLAN_SECONDS",
        name,
    ]
    assert wrong not in str(refused.value).replace("0 */5 * * * *", "")
    assert timer_schedules(environ) == DEFAULT_SCHEDULES


def test_the_host_makes_up_for_missed_occurrences() -> None:
    declared = timers(World())
    monitors = {name: declared[name].get_trigger().get_dict_repr()["useMonitor"] for name in declared}

    assert monitors == {"reconcile": True, "retention": True}


@pytest.mark.parametrize("timer", Timer)
def test_health_shows_when_a_timer_last_ran(timer: Timer) -> None:
    world = World()
    world.pass_time(60)
    run(world, timer)
    world.pass_time(30)

    status, health = timer_health(world, timer)

    assert status == 200
    assert health == {"state": "ok", "last_ran_at": to_text(START + timedelta(seconds=60))}


@pytest.mark.parametrize("timer", Timer)
def test_health_is_bad_once_two_occurrences_and_the_time_for_a_run_have_passed(timer: Timer) -> None:
    world = World()
    for name in Timer:
        run(world, name)
    overdue = overdue_at(DEFAULT_SCHEDULES[timer], TimerRun(START, has_run=True))
    for other in set(Timer) - {timer}:
        world.ctx.timer_runs.put(other, TimerRun(overdue, has_run=True))

    world.time = overdue
    assert timer_health(world, timer)[0] == 200

    world.pass_time(1)
    status, health = timer_health(world, timer)
    assert status == 503
    assert f"no run since {to_text(START)}" in health["state"]

    run(world, timer)
    assert timer_health(world, timer)[0] == 200


def test_a_fresh_installation_has_as_long_from_the_first_look_at_its_health_on() -> None:
    world = World()
    world.pass_time(86_400)

    status, health = timer_health(world, Timer.RECONCILE)
    assert (status, health) == (200, {"state": "ok", "last_ran_at": None})

    world.pass_time(19 * 60)
    assert timer_health(world, Timer.RECONCILE)[0] == 200
    world.pass_time(2 * 60)
    status, health = timer_health(world, Timer.RECONCILE)
    assert status == 503
    assert "no run yet" in health["state"]
    assert health["last_ran_at"] is None


def test_a_run_that_raised_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(world.launcher, "sweep", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        run(world, Timer.RECONCILE)

    assert world.ctx.timer_runs.get(Timer.RECONCILE) is None


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [("0 */5 * * * *", 600), ("* * * * * *", 2), ("0 30 * * * *", 5400), ("0 0 3 * * *", 172_800)],
)
def test_too_long_ago_follows_from_the_schedule(schedule: str, seconds: int) -> None:
    # START is 03:00 by UTC: schedules are in local time, so this one takes whatever zone the machine is in
    start = START.astimezone().replace(hour=3)

    limit = overdue_at(schedule, TimerRun(start, has_run=True))

    assert limit - start == timedelta(seconds=seconds) + timedelta(minutes=10)
