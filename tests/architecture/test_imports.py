"""The import rules that name single subpackages of `azure`; `.importlinter` has the others."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.paths import ROOT

APP = [ROOT / "function_app.py", *sorted((ROOT / "functions").rglob("*.py"))]
RUNNER = sorted((ROOT / "runner_image" / "runner").rglob("*.py"))

TRIGGERS = ("functions/api/", "functions/workers/", "function_app.py")
ADAPTERS = ("functions/adapters/",)


def imported(source: str) -> Iterator[str]:
    """The full names of what a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offences(path: str, source: str) -> list[str]:
    """What a file must not import: the programming model is for triggers, other SDKs for adapters."""
    names = []
    for name in imported(source):
        if not f"{name}.".startswith("azure."):
            continue
        allowed = TRIGGERS if f"{name}.".startswith("azure.functions.") else ADAPTERS
        if not path.startswith(allowed):
            names.append(name)
    return names


@pytest.mark.parametrize("file", [*APP, *RUNNER], ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_imports_only_the_azure_sdks_of_its_layer(file: Path) -> None:
    path = file.relative_to(ROOT).as_posix()

    assert offences(path, file.read_text(encoding="utf-8")) == []


def test_the_rule_sees_every_way_to_import() -> None:
    source = """
import azure.functions as func
from azure import functions
from azure.data.tables import TableClient
def lazily():
    from azure.identity import DefaultAzureCredential
"""

    assert offences("functions/api/deploy.py", source) == [
        "azure.data.tables.TableClient",
        "azure.identity.DefaultAzureCredential",
    ]
    assert offences("functions/adapters/tables.py", source) == ["azure.functions", "azure.functions"]
    assert len(offences("functions/services/accept.py", source)) == 4


@pytest.mark.parametrize("file", [*APP, *RUNNER], ids=lambda file: str(file.relative_to(ROOT)))
def test_the_product_imports_neither_tests_nor_the_development_machine(file: Path) -> None:
    tops = {name.partition(".")[0] for name in imported(file.read_text(encoding="utf-8"))}

    assert not tops & {"tests", "local"}
