"""Finds the templates in `templates/terraform/<cloud>/`: folders with .tf files, and single .tf files."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from functions.domain.catalog.bundle import UnsafeBundle, check_path
from functions.domain.catalog.providers import PROVIDER_TYPES
from local.catalog.metadata import YamlProblem, load_yaml
from local.catalog.problems import Problem, TemplateProblem
from local.catalog.slipway_yaml import TemplateMetadata

METADATA = "slipway.yaml"
OLD_METADATA = "template.yaml"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
MAX_TEMPLATE_SIZE = 4 * 1024 * 1024

# Files of the engine, git and editors, and files that the Functions Core Tools never publish.
_IGNORED_FOLDERS = (".terraform", ".git", "__pycache__", ".idea", ".vscode")
_IGNORED_FILES = (
    "*.tfstate",
    "*.tfstate.*",
    "crash*.log",
    "*~",
    "#*#",
    ".#*",
    ".*.sw?",
    ".DS_Store",
    "Thumbs.db",
    ".gitignore",
    ".funcignore",
    "local.settings.json",
    "project.lock.json",
)

# Files that the engine would use, but that the catalog does not read.
_REFUSED = {
    "*.tf.json": "write the module in .tf files; the catalog does not read Terraform's JSON form",
    "*.tofu": "write the module in .tf files; Terraform would not read it",
    "terraform.tfvars*": "put the values into defaults; the file would override what the catalog says",
    "*.auto.tfvars*": "put the values into defaults; the file would override what the catalog says",
}


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a template: `path` is relative to `templates/`, the names in `files` to its folder.

    `metadata_name` is the old name if slipway.yaml still has that.
    """

    cloud: str
    name: str
    path: str
    files: dict[str, bytes]
    metadata: bytes | None
    metadata_name: str = METADATA

    def label(self, file: str) -> str:
        """Return the path of a file of the template, for problems."""
        return f"templates/{self.path}" if self.path.endswith(".tf") else f"templates/{self.path}/{file}"


def find_templates(root: Path, problems: list[Problem]) -> list[Source]:
    """Return the templates in the folder `templates`, ordered by path. Add their problems to `problems`."""
    sources: list[Source] = []
    for folder in _visible(root / "terraform"):
        if folder.is_dir() and _is_cloud(folder.name, problems):
            sources += _in_cloud(root, folder, problems)
    return sources


def _is_cloud(name: str, problems: list[Problem]) -> bool:
    clouds = sorted(
        {provider.cloud for provider in PROVIDER_TYPES.values() if provider.engine == "terraform"}
    )
    if name not in clouds:
        nearest = difflib.get_close_matches(name, clouds, 1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        detail = f"the folder must be one of {', '.join(clouds)}{hint}"
        problems.append(Problem(f"templates/terraform/{name}", None, detail))
    return name in clouds


def _in_cloud(root: Path, folder: Path, problems: list[Problem]) -> Iterator[Source]:
    names: set[str] = set()
    for path in _visible(folder):
        try:
            source = _source(root, folder.name, path)
            if source is None:
                continue
            _check_name(source.name, names, f"templates/{source.path}")
            yield source
        except TemplateProblem as error:
            problems.append(error.problem)


def _source(root: Path, cloud: str, path: Path) -> Source | None:
    """Return the template at the path, or None if it is not a template."""
    relative = path.relative_to(root).as_posix()
    if path.is_symlink():
        raise TemplateProblem(f"templates/{relative}", "a template must not be a symbolic link")
    if path.is_dir():
        return _folder(cloud, path, relative)
    _refuse(path.name, f"templates/{relative}")
    if path.suffix != ".tf":
        return None
    return Source(cloud, path.stem, relative, {path.name: path.read_bytes()}, None)


def _check_name(name: str, names: set[str], path: str) -> None:
    if NAME.fullmatch(name) is None:
        raise TemplateProblem(path, "the name must match [a-z0-9][a-z0-9-]{0,62}")
    if name in names:
        raise TemplateProblem(path, f"a folder and a file are both named {name!r}; rename one of them")
    names.add(name)


def _folder(cloud: str, folder: Path, relative: str) -> Source | None:
    paths = dict(_files(folder, f"templates/{relative}"))
    if not paths:
        return None
    if not any("/" not in name and name.endswith(".tf") for name in paths):
        raise TemplateProblem(f"templates/{relative}", "the folder contains no .tf file")
    if sum(path.stat().st_size for path in paths.values()) > MAX_TEMPLATE_SIZE:
        raise TemplateProblem(f"templates/{relative}", f"the files exceed {MAX_TEMPLATE_SIZE} bytes together")
    contents = {name: path.read_bytes() for name, path in sorted(paths.items())}
    name = _metadata_name(contents)
    bundled = {file: content for file, content in contents.items() if file not in (name, "README.md")}
    return Source(cloud, folder.name, relative, bundled, contents.get(name), name)


def _metadata_name(contents: dict[str, bytes]) -> str:
    """Return the old name if there is no slipway.yaml and the old file is Slipway's.

    Other tools have files with the old name, too.
    """
    if METADATA in contents or OLD_METADATA not in contents:
        return METADATA
    try:
        data = load_yaml(contents[OLD_METADATA])
    except YamlProblem:
        return OLD_METADATA
    is_ours = data is None or (isinstance(data, dict) and data.keys() <= TemplateMetadata.model_fields.keys())
    return OLD_METADATA if is_ours else METADATA


def _files(folder: Path, label: str) -> Iterator[tuple[str, Path]]:
    for current, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _IGNORED_FOLDERS)
        for name in (*folders, *sorted(names)):
            path = Path(current, name)
            relative = path.relative_to(folder).as_posix()
            if name in folders:
                _check_no_link(path, f"{label}/{relative}")
            elif not _is_ignored(name):
                _check_no_link(path, f"{label}/{relative}")
                _check_file(path, relative, f"{label}/{relative}")
                yield relative, path


def _check_no_link(path: Path, label: str) -> None:
    if path.is_symlink():
        raise TemplateProblem(label, "a template must not contain symbolic links")


def _check_file(path: Path, relative: str, label: str) -> None:
    if not path.is_file():
        raise TemplateProblem(label, "a template must contain regular files only")
    if "/" not in relative:
        _refuse(relative, label)
    try:
        check_path(relative)
    except UnsafeBundle as error:
        raise TemplateProblem(label, "the path must not contain a backslash or a colon") from error


def _refuse(name: str, label: str) -> None:
    for pattern, advice in _REFUSED.items():
        if fnmatch(name, pattern):
            raise TemplateProblem(label, advice)


def _is_ignored(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in _IGNORED_FILES)


def _visible(folder: Path) -> list[Path]:
    paths = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in paths if not path.name.startswith(".") and not _is_ignored(path.name))
