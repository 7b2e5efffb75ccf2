"""Builds the catalog from the templates, and compares a catalog file with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from functions.domain.catalog.bundle import digest
from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.codec import to_plain
from functions.validation.json_schema import validate
from local.catalog.discovery import METADATA, OLD_METADATA, Source, find_templates
from local.catalog.metadata import read_metadata
from local.catalog.metadata_checks import check_lifecycle_keys, without_generated
from local.catalog.problems import Problem, TemplateProblem
from local.catalog.slipway_yaml import TemplateMetadata
from local.catalog.terraform.hcl import Block, read_blocks
from local.catalog.terraform.interface import Interface, read_interface


class CatalogInvalid(Exception):
    """Some templates are invalid. `problems` has all problems of all templates."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(
            set(problems), key=lambda problem: (problem.file, problem.line or 0, problem.detail)
        )
        super().__init__("\n".join(map(str, self.problems)))


def build_catalog(templates: Path) -> list[TemplateEntry]:
    """Return the entries of all templates in the folder, ordered by address. Raises CatalogInvalid."""
    problems: list[Problem] = []
    sources = find_templates(templates, problems)
    entries = [_entry(source, problems) for source in sources]
    problems += _duplicate_resource_types(entries)
    if problems:
        raise CatalogInvalid(problems)
    return sorted(entries, key=lambda entry: entry.address)


def catalog_notes(templates: Path) -> list[str]:
    """Return hints for authors that do not keep the catalog from being built."""
    return [
        f"{source.label(OLD_METADATA)}: is read as {METADATA}: rename it, as that is its name now"
        for source in find_templates(templates, [])
        if source.metadata_name == OLD_METADATA
    ]


def render(entries: list[TemplateEntry]) -> str:
    """Return the text of functions/catalog.json, which is the same on every machine."""
    templates = [to_plain(entry) for entry in entries]
    document = {"generated_by": "./dev catalog", "templates": templates}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def differences(catalog_text: str, entries: list[TemplateEntry]) -> list[str]:
    """Return the differences between a catalog file and the entries, one line for each template."""
    if catalog_text == render(entries):
        return []
    try:
        old = {template["address"]: template for template in json.loads(catalog_text)["templates"]}
    except (ValueError, KeyError, TypeError):
        return ["the catalog is not readable"]
    new = {template["address"]: template for template in json.loads(render(entries))["templates"]}
    return list(_changes(old, new)) or ["the catalog has another format"]


def _changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for address in sorted({*old, *new}):
        before, after = old.get(address), new.get(address)
        if before is None:
            yield f"{address} is new"
        elif after is None:
            yield f"{address} is removed"
        elif before != after:
            fields = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
            yield f"{address} has changed in {', '.join(fields)}"


def _duplicate_resource_types(entries: list[TemplateEntry]) -> Iterator[Problem]:
    address_by_type: dict[str, str] = {}
    for entry in entries:
        if entry.resource_type is None:
            continue
        other = address_by_type.setdefault(entry.resource_type, entry.address)
        if other != entry.address:
            detail = f"/resource_type: '{other}' already serves '{entry.resource_type}'"
            yield Problem(f"{entry.path}/{METADATA}", None, detail)


def _entry(source: Source, problems: list[Problem]) -> TemplateEntry:
    metadata_file = source.label(source.metadata_name)
    metadata = read_metadata(metadata_file, source.metadata, problems)
    interface = read_interface(_blocks(source, problems))
    problems += [*interface.problems, *check_lifecycle_keys(metadata_file, interface, metadata)]
    parameters = without_generated(interface, metadata)
    if metadata.example is not None:
        example_problems = validate(metadata.example, parameters, root="/example")
        problems += [
            Problem(metadata_file, None, f"{problem.pointer}: {problem.detail}")
            for problem in example_problems
        ]
    return _assemble(source, interface, metadata, parameters)


def _blocks(source: Source, problems: list[Problem]) -> list[Block]:
    """Return the blocks of the root module. Sub-modules do not affect the interface."""
    blocks: list[Block] = []
    for path, content in source.files.items():
        if "/" not in path and path.endswith(".tf"):
            try:
                blocks += read_blocks(source.label(path), content)
            except TemplateProblem as error:
                problems.append(error.problem)
    return blocks


def _assemble(
    source: Source, interface: Interface, metadata: TemplateMetadata, parameters: dict[str, Any]
) -> TemplateEntry:
    return TemplateEntry(
        address=f"terraform/{source.cloud}/{source.name}",
        path=source.path,
        engine="terraform",
        cloud=source.cloud,
        provider_type=f"terraform-{source.cloud}",
        name=source.name,
        title=metadata.title or source.name,
        summary=metadata.summary,
        version=metadata.version,
        digest=digest(source.files),
        tags=tuple(metadata.tags),
        protected=metadata.protected,
        timeouts=metadata.timeouts.model_dump(exclude_none=True),
        example=metadata.example or {},
        files=tuple(sorted(source.files)),
        parameters=parameters,
        sensitive_parameters=tuple(interface.sensitive_parameters),
        outputs=tuple(interface.outputs),
        required_providers=interface.required_providers,
        approval=metadata.approval,
        sizes=metadata.sizes.model_dump(exclude_none=True),
        resource_type=metadata.resource_type,
        name_parameter=metadata.name_parameter,
        generate=metadata.passwords,
    )
