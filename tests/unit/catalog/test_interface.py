from __future__ import annotations

from typing import Any

import pytest

from local.catalog.problems import TemplateProblem
from local.catalog.terraform.hcl import read_blocks
from local.catalog.terraform.interface import Interface, read_interface


def interface_of(*texts: str) -> Interface:
    blocks = [
        block for index, text in enumerate(texts) for block in read_blocks(f"{index}.tf", text.encode())
    ]
    return read_interface(blocks)


def parameter(body: str) -> dict[str, Any]:
    """Return the schema of the variable `x` with this body."""
    schema: dict[str, Any] = interface_of(f'variable "x" {{\n{body}\n}}').parameters["properties"]["x"]
    return schema


@pytest.mark.parametrize(
    ("constraint", "schema"),
    [
        ("string", {"type": "string"}),
        ("number", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ('"string"', {"type": "string"}),
        ("any", {"type": ["string", "number", "boolean", "array", "object"]}),
        ("list(number)", {"type": "array", "items": {"type": "number"}}),
        ("set(string)", {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
        ("map(bool)", {"type": "object", "additionalProperties": {"type": "boolean"}}),
        (
            "tuple([string, number])",
            {
                "type": "array",
                "prefixItems": [{"type": "string"}, {"type": "number"}],
                "items": False,
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (
            "object({\n a = string\n b = optional(number, 3)\n c = optional(list(string))\n })",
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "a": {"type": ["string", "null"]},
                    "b": {"type": ["number", "null"], "default": 3},
                    "c": {"type": ["array", "null"], "items": {"type": "string"}},
                },
                "required": ["a"],
            },
        ),
        (
            "map(list(map(string)))",
            {
                "type": "object",
                "additionalProperties": {
                    "type": "array",
                    "items": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        ),
    ],
)
def test_a_type_constraint_becomes_a_schema(constraint: str, schema: dict[str, Any]) -> None:
    assert parameter(f"type = {constraint}\nnullable = false") == schema


def test_null_fits_unless_the_variable_is_not_nullable() -> None:
    assert parameter("type = string") == {"type": ["string", "null"]}
    assert parameter("type = string\nnullable = false") == {"type": "string"}


def test_a_variable_without_type_takes_anything() -> None:
    assert parameter("") == {"type": ["string", "number", "boolean", "array", "object", "null"]}


def test_a_variable_without_default_is_required() -> None:
    text = 'variable "b" {}\nvariable "a" {}\nvariable "c" {\n default = null\n}'

    assert interface_of(text).parameters["required"] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a \\"b\\" $${c}"', 'a "b" ${c}'),
        ("-1", -1),
        ("1.5", 1.5),
        ("1e3", 1000),
        ("true", True),
        ("null", None),
        ("[]", []),
        ('{ a = [1, { "b c" = "d" }] }', {"a": [1, {"b c": "d"}]}),
        ("<<-EOT\n    one\n      two \\n\n  EOT\n", "one\n  two \\n\n"),
        ("<<EOT\n  one\nEOT\n", "  one\n"),
    ],
)
def test_a_literal_default_is_shown_as_its_value(text: str, value: Any) -> None:
    assert parameter(f"default = {text}")["default"] == value


def test_a_computed_default_makes_the_parameter_optional_without_showing_a_value() -> None:
    interface = interface_of('variable "x" {\n default = 2 + 3\n}')

    assert "default" not in interface.parameters["properties"]["x"]
    assert "required" not in interface.parameters


def test_descriptions_are_read_from_strings_and_heredocs() -> None:
    assert parameter('description = "Größe \\"x\\"."')["description"] == 'Größe "x".'
    assert parameter("description = <<-EOT\n  - one\n  - two\nEOT")["description"] == "- one\n- two"


@pytest.mark.parametrize("mark", ["sensitive", "ephemeral"])
def test_a_secret_parameter_is_marked_and_its_default_is_not_shown(mark: str) -> None:
    interface = interface_of(f'variable "x" {{\n type = string\n {mark} = true\n default = "s3cret"\n}}')

    assert interface.sensitive_parameters == ["x"]
    assert interface.parameters["properties"]["x"] == {"type": ["string", "null"], "x-sensitive": True}


@pytest.mark.parametrize("mark", ["sensitive", "ephemeral"])
@pytest.mark.parametrize("value", ['"true"', "!false", "1 == 1", "null", "var.y", '"false"', "1"])
@pytest.mark.parametrize("kind", ["variable", "output"])
def test_a_mark_that_is_not_plainly_true_or_false_is_a_problem_and_makes_a_secret(
    kind: str, mark: str, value: str
) -> None:
    interface = interface_of(f'\n{kind} "x" {{\n {mark} = {value}\n}}')

    assert [str(problem) for problem in interface.problems] == [
        f"0.tf:2: {mark} of {kind} 'x' must be true or false, written as such"
    ]
    assert interface.sensitive_parameters == ["x"] or interface.outputs[0].sensitive


def test_a_mark_that_says_false_makes_no_secret() -> None:
    interface = interface_of('variable "x" {\n sensitive = false\n ephemeral = false\n}')

    assert (interface.sensitive_parameters, interface.problems) == ([], [])


def test_a_secret_parameter_without_type_is_a_text_as_it_is_to_terraform() -> None:
    assert parameter("sensitive = true") == {"type": ["string", "null"], "x-sensitive": True}


def test_outputs_keep_description_and_secrecy() -> None:
    outputs = interface_of(
        'output "b" {\n value = 1\n sensitive = true\n}\noutput "a" {\n value = 2\n description = "A."\n}'
    ).outputs

    assert [(output.name, output.description, output.sensitive) for output in outputs] == [
        ("a", "A.", False),
        ("b", None, True),
    ]


def test_required_providers_are_named_by_source_with_their_constraint() -> None:
    text = """
        terraform {
          required_providers {
            aws    = { source = "hashicorp/aws", version = "~> 5.100" }
            google = "~> 6.0"
            azapi  = { source = "azure/azapi", configuration_aliases = [azapi.west] }
          }
        }
    """

    assert interface_of(text).required_providers == {
        "azure/azapi": None,
        "hashicorp/aws": "~> 5.100",
        "hashicorp/google": "~> 6.0",
    }


def test_a_variable_declared_twice_is_a_problem_that_names_both_places() -> None:
    interface = interface_of('variable "x" {}', '\nvariable "x" {}')

    assert [str(problem) for problem in interface.problems] == [
        "1.tf:2: variable 'x' is already declared in 0.tf"
    ]


def test_a_type_that_terraform_does_not_have_is_a_problem_with_its_place() -> None:
    interface = interface_of('\n\nvariable "x" {\n type = strin\n}')

    assert [str(problem) for problem in interface.problems] == [
        "0.tf:3: reading the type of variable 'x': 'strin' is not a type"
    ]


def test_broken_hcl_is_told_with_its_line() -> None:
    with pytest.raises(TemplateProblem, match=r"^a\.tf:2: the catalog cannot read this HCL$"):
        read_blocks("a.tf", b'variable "x" {\n  type = \n}\n')


@pytest.mark.parametrize("text", ["variable {}", 'variable {\n  default = "x"\n}', "output {}"])
def test_a_block_without_a_name_is_told_with_its_line(text: str) -> None:
    with pytest.raises(TemplateProblem, match=r"^a\.tf:1: a (variable|output) block has no name$"):
        read_blocks("a.tf", text.encode())


def test_a_file_that_is_not_utf_8_is_told_with_its_line() -> None:
    with pytest.raises(TemplateProblem, match=r"^a\.tf:2: the file is not UTF-8 text$"):
        read_blocks("a.tf", b"# one\n# \xff\n")


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    blocks = read_blocks("a.tf", b'\xef\xbb\xbfvariable "x" {\r\n  description = "d"\r\n}')

    assert [block.labels for block in blocks] == [("x",)]
