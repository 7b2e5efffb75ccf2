"""slipway.yaml: approval, requests, sizes and generated passwords."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from functions.domain.catalog.template_entry import TemplateEntry
from functions.domain.codec import from_plain, to_plain
from functions.domain.status import Approval
from local.catalog.build import build_catalog
from tests.unit.catalog.test_discovery import problems_of, write

CODE = """
variable "name" {
  type     = string
  nullable = false
}
variable "class" {
  type     = string
  default  = "small"
  nullable = false
  validation {
    condition     = contains(["small", "big"], var.class)
    error_message = "The class must be small or big."
  }
}
variable "password" {
  type      = string
  nullable  = false
  sensitive = true
  validation {
    condition     = length(var.password) >= 12 && length(var.password) <= 64
    error_message = "The password must have 12 to 64 characters."
  }
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]+$", var.password))
    error_message = "The password must have letters, digits, hyphens and underscores only."
  }
  validation {
    condition     = can(regex("^[^-]", var.password)) && can(regex("[a-z]", var.password))
    error_message = "The password must have a lowercase letter and not begin with a hyphen."
  }
}
variable "servers" {
  type     = number
  default  = 1
  nullable = false
}
"""
WHOLE = """
approval: plan
protected: true
resource_type: database
name_parameter: name
sizes:
  small: {class: small}
  large: {class: big}
generate:
  password: {length: 20, classes: [lower, symbols], symbols: "_"}
"""


def catalogued(root: Path, metadata: str) -> Path:
    return write(root, {"aws/db/main.tf": CODE, "aws/db/slipway.yaml": metadata})


def entry(root: Path) -> TemplateEntry:
    (only,) = build_catalog(catalogued(root, WHOLE))
    return only


def test_every_key_comes_into_the_catalog(tmp_path: Path) -> None:
    read = entry(tmp_path)

    assert (read.approval, read.protected) == (Approval.PLAN, True)
    assert (read.resource_type, read.name_parameter) == ("database", "name")
    assert read.sizes == {"small": {"class": "small"}, "large": {"class": "big"}}
    assert read.generate["password"]["length"] == 20


def test_nobody_is_asked_for_a_password_that_is_made(tmp_path: Path) -> None:
    assert entry(tmp_path).parameters["required"] == ["name"]


def test_an_entry_goes_through_json_unchanged(tmp_path: Path) -> None:
    read = entry(tmp_path)

    assert from_plain(TemplateEntry, json.loads(json.dumps(to_plain(read)))) == read


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("resource_type: s3", "belong together"),
        ("name_parameter: name", "belong together"),
        ("resource_type: s3\nname_parameter: nmae", "no parameter 'nmae'"),
        ("resource_type: s3\nname_parameter: servers", "parameter 'servers' does not take a text"),
        ("resource_type: s3\nname_parameter: password", "parameter 'password' is sensitive"),
        ("resource_type: floppy\nname_parameter: name", "/resource_type"),
        ("sizes: {small: {class: huge}}", "/sizes/small/class"),
        ("sizes: {small: {colour: red}}", "/sizes/small/colour"),
        ("sizes: {tiny: {}}", "/sizes/tiny"),
        ("sizes: {small: {password: abcdefabcdef}}", "/sizes/small/password: the parameter is sensitive"),
        ("generate: {name: {length: 20, classes: [lower]}}", "no sensitive parameter"),
        ("generate: {password: {length: 8, classes: [lower]}}", "/generate/password/length"),
        ("generate: {password: {length: 20, classes: []}}", "/generate/password/classes"),
        (
            'generate: {password: {length: 20, classes: [lower], symbols: "-"}}',
            "'symbols' is not among the classes",
        ),
        (
            'generate: {password: {length: 20, classes: [symbols], symbols: "ab"}}',
            "/generate/password/symbols",
        ),
        ("generate: {password: {length: 65, classes: [lower]}}", "The password must have 12 to 64"),
        ("generate: {password: {length: 20, classes: [digits]}}", "must have a lowercase letter"),
        ("generate: {password: {length: 20, classes: [lower, symbols]}}", "letters, digits, hyphens"),
        (
            'generate: {password: {length: 20, classes: [lower, symbols], symbols: "-"}}',
            "not begin with a hyphen",
        ),
        ("approval: maybe", "/approval"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, metadata: str, expected: str) -> None:
    assert expected in "\n".join(problems_of(catalogued(tmp_path, metadata)))


def test_a_parameter_cannot_have_the_name_of_a_requests_size(tmp_path: Path) -> None:
    code = f'{CODE}variable "size" {{\n  type    = string\n  default = "x"\n}}\n'
    templates = write(tmp_path, {"aws/db/main.tf": code, "aws/db/slipway.yaml": WHOLE})

    assert "give the parameter another name" in "\n".join(problems_of(templates))


def test_two_templates_cannot_serve_one_resource_type(tmp_path: Path) -> None:
    write(tmp_path, {"local/db/main.tf": CODE, "local/db/slipway.yaml": WHOLE})

    assert "already serves 'database'" in "\n".join(problems_of(catalogued(tmp_path, WHOLE)))
