"""`.funcignore` as the Functions Core Tools read it: what is published to Azure, and what is not."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

from local.catalog.discovery import find_templates
from local.paths import ROOT

# the Core Tools leave these out by themselves, in every folder and whatever the file says
NEVER_FOLDERS = {".git", ".vscode"}
NEVER_FILES = {".funcignore", ".gitignore", "local.settings.json", "project.lock.json"}
PUBLISHED = {
    "environments.json",
    "function_app.py",
    "functions",
    "host.json",
    "requirements.txt",
    "templates",
}


def pattern(line: str) -> str:
    """Return a line as a regular expression. The stars are its only wildcards."""
    escaped = re.sub(r"([-\[\]/{}()+?.\\^$|])", r"\\\1", line)
    return escaped.replace("**", "(.+)").replace("*", "([^/]+)")


def matcher(lines: list[str]) -> re.Pattern[str]:
    patterns = "|".join(f"({pattern(line.removeprefix('/'))})" for line in lines)
    return re.compile(rf"^({patterns})\b", re.ASCII)


def is_published(path: str) -> bool:
    parts = PurePosixPath(path).parts
    if NEVER_FOLDERS & set(parts[:-1]) or parts[-1].lower() in NEVER_FILES:
        return False
    lines = [line.strip() for line in (ROOT / ".funcignore").read_text().splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    wanted = matcher([line[1:] for line in lines if line.startswith("!")])
    ignored = matcher([line for line in lines if not line.startswith("!")])
    return bool(wanted.match(path)) or not ignored.match(path)


def test_the_app_is_published_and_nothing_else() -> None:
    tops = [path for path in ROOT.iterdir() if path.is_file() or not path.name.startswith(".")]
    paths = [path for top in tops for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file()]
    names = (path.relative_to(ROOT).as_posix() for path in paths)
    files = [name for name in names if is_published(name)]

    assert {path.split("/")[0] for path in files} == PUBLISHED
    assert {"functions/catalog.json", "functions/workers/reconcile.py", "environments.json"} < set(files)
    assert "functions/requirements.in" not in files


@pytest.mark.parametrize(
    ("path", "published"),
    [
        (".python_packages/lib/site-packages/azure/functions/__init__.py", True),
        ("templates/terraform/aws/x/.terraform.lock.hcl", True),
        ("templates/terraform/aws/x/docs/README.md", True),
        ("templates/terraform/aws/local/tests/main.tf", True),
        ("functions/__pycache__/bootstrap.cpython-311.pyc", False),
        ("functions/services/__pycache__/advance.cpython-311.pyc", False),
        ("__pycache__/function_app.cpython-311.pyc", False),
        (".venv/bin/python", False),
        (".slipway/key", False),
        ("local.settings.json", False),
        ("README.md", False),
        ("dev", False),
    ],
)
def test_a_path_is_published_or_not(path: str, published: bool) -> None:
    assert is_published(path) is published


def test_what_is_never_published_is_not_part_of_a_template(tmp_path: Path) -> None:
    folder = tmp_path / "terraform" / "local" / "greeting"
    folder.mkdir(parents=True)
    for name in ("main.tf", ".tflint.hcl", *sorted(NEVER_FILES)):
        (folder / name).write_text("# nothing\n")

    (source,) = find_templates(tmp_path, [])

    assert sorted(source.files) == [".tflint.hcl", "main.tf"]
