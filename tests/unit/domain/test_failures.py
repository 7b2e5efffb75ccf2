"""The table of what an operation may end with has every code that is made, and no other."""

from __future__ import annotations

import ast

from functions.domain.codec import from_plain, to_plain
from functions.domain.failures import FAILURES
from functions.domain.jobs.job_contract import Failure
from local.paths import ROOT
from runner.engines.terraform import transient_errors
from runner.process.stop import StopReason

FILES = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "runner_image" / "runner").rglob("*.py")]
CALLS = [
    node
    for file in FILES
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    if isinstance(node, ast.Call)
]


def given_to(function: str, place: int | str) -> list[ast.expr]:
    """What the product's calls of a function, or a method, give in one place."""
    named = [call for call in CALLS if ast.unparse(call.func).rpartition(".")[2] == function]
    if isinstance(place, int):
        return [call.args[place] for call in named if len(call.args) > place]
    return [keyword.value for call in named for keyword in call.keywords if keyword.arg == place]


def texts(values: list[ast.expr]) -> set[str]:
    constants = [value.value for value in values if isinstance(value, ast.Constant)]
    return {value for value in constants if isinstance(value, str)}


# What stands for a code where it is no text, and what it comes to.
COMPUTED: dict[str, set[str]] = {
    # another failure's, said again
    "failure.code": set(),
    # abandon_job.py has it from its callers, engine.py from the command
    "code": {
        *texts(given_to("abandon_job", "code")),
        *texts(given_to("retry_or_fail", "code")),
        *(code for _, _, code in transient_errors._CAUSES),
        *(f"{command}_failed" for command in texts(given_to("check", 1))),
    },
    "error.reason.value": set(StopReason),
    "f'{what}_missing'": {f"{what}_missing" for what in texts(given_to("open_sealed", 2))},
    "f'{what}_unreadable'": {f"{what}_unreadable" for what in texts(given_to("open_sealed", 2))},
}


def codes(value: ast.expr) -> set[str]:
    if isinstance(value, ast.IfExp):
        return codes(value.body) | codes(value.orelse)
    return texts([value]) or COMPUTED[ast.unparse(value)]


def test_the_table_has_every_code_that_a_failure_is_made_with_and_no_other() -> None:
    made = set[str]().union(*map(codes, given_to("Failure", 0) + given_to("Failure", "code")))

    assert sorted(made) == sorted(FAILURES)


def test_a_failure_of_another_version_can_be_read() -> None:
    body = {"code": "not_of_this_version", "message": "no", "diagnostics": []}

    assert to_plain(from_plain(Failure, body)) == body
