from __future__ import annotations

from collections.abc import Callable

import pytest

from local.bench.figure import Figure, Prepare, interleaved, p50, p95


def a_figure(value: float, *, bound: float | None = 1.5, problems: tuple[str, ...] = ()) -> Figure:
    return Figure("accept", {"bare p50": 1.0}, value, bound, 10, problems=problems)


def test_two_things_take_turns_and_are_prepared_before_they_are_timed() -> None:
    done: list[str] = []

    def prepare(name: str) -> Prepare:
        def prepared() -> Callable[[], object]:
            done.append(f"prepare {name}")
            return lambda: done.append(name)

        return prepared

    first, second = interleaved(2, prepare("a"), prepare("b"))

    assert done == ["prepare a", "a", "prepare b", "b"] * 2
    assert len(first) == len(second) == 2


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    assert p50([4, 1, 3, 2]) == 2.5


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (2, 2), (19, 19), (20, 19), (100, 95), (101, 96)])
def test_95_of_100_values_do_not_exceed_the_p95(count: int, expected: int) -> None:
    assert p95([float(value) for value in range(count, 0, -1)]) == expected


def test_a_value_at_its_bound_keeps_the_promise_and_one_above_it_does_not() -> None:
    assert a_figure(1.5).ok
    assert not a_figure(1.51).ok


def test_a_good_ratio_is_no_excuse_for_one_storage_call_too_many() -> None:
    assert not a_figure(1.0, problems=("4 storage calls, not 3",)).ok


def test_where_nothing_is_promised_no_value_is_too_much_but_a_problem_still_is() -> None:
    assert a_figure(100.0, bound=None).ok
    assert not a_figure(1.0, bound=None, problems=("one was lost",)).ok
