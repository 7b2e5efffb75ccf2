"""Every template that can be found is held to the same promises, with the real engine and, for AWS, moto."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from functions.adapters.configuration.packaged_catalog import PackagedCatalog
from functions.domain.catalog.bundle import unpack
from functions.domain.catalog.template_entry import TemplateEntry
from functions.services.admission.secret_parameters import generate_passwords
from functions.validation.json_schema import validate
from local.catalog.__main__ import main
from local.catalog.build import build_catalog
from local.paths import ROOT
from tests.moto_server import moto_server
from tests.terraform_engine import Engine, isolated_environment

TEMPLATES = ROOT / "templates"
FOLDERS = sorted(
    {path.parent.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.glob("terraform/*/*/*.tf")}
)
# A lone file is somebody's own: it must be valid, but needs no descriptions and no example.
LONE_FILES = sorted(
    path.relative_to(TEMPLATES).with_suffix("").as_posix() for path in TEMPLATES.glob("terraform/*/*.tf")
)
# The clouds that a template can be applied to where no cloud is.
APPLICABLE = [address for address in FOLDERS if address.split("/")[1] in ("aws", "local")]


@pytest.fixture(scope="module")
def aws_endpoint() -> Iterator[str]:
    with moto_server() as address:
        yield address


@pytest.fixture(scope="module")
def entries() -> dict[str, TemplateEntry]:
    return {entry.address: entry for entry in build_catalog(TEMPLATES)}


@pytest.fixture
def engine(tmp_path: Path, aws_endpoint: str) -> Engine:
    folder = tmp_path / "work"
    folder.mkdir()
    return Engine(folder, isolated_environment(tmp_path, aws_endpoint))


def test_every_template_that_is_there_is_in_the_catalog() -> None:
    assert sorted(entry.address for entry in PackagedCatalog(ROOT).list()) == sorted(FOLDERS + LONE_FILES)


def test_the_catalog_has_not_drifted() -> None:
    assert main(["--check"]) == 0


@pytest.mark.parametrize("address", FOLDERS)
def test_variables_and_outputs_are_typed_and_described(
    entries: dict[str, TemplateEntry], address: str
) -> None:
    entry = entries[address]
    parameters: dict[str, Any] = entry.parameters["properties"]

    assert [name for name, schema in parameters.items() if not schema.get("description")] == []
    assert [
        name
        for name, schema in parameters.items()
        if "object" in schema["type"] and "array" in schema["type"]
    ] == []
    assert [output.name for output in entry.outputs if not output.description] == []
    assert entry.outputs
    assert entry.version
    assert entry.summary


@pytest.mark.parametrize("address", FOLDERS + LONE_FILES)
def test_the_schema_is_valid_and_the_example_fits_it(entries: dict[str, TemplateEntry], address: str) -> None:
    entry = entries[address]

    assert jsonschema_rs.meta.is_valid(dict(entry.parameters))
    assert validate(dict(entry.example), entry.parameters) == []


@pytest.mark.parametrize("address", FOLDERS + LONE_FILES)
def test_the_code_is_formatted_and_valid(
    engine: Engine, address: str, entries: dict[str, TemplateEntry]
) -> None:
    unpack(PackagedCatalog(ROOT).bundle(entries[address]), engine.folder)

    assert engine.run("fmt", "-check", "-recursive") == ""
    # the others are validated by being applied
    if address not in APPLICABLE:
        engine.run("init", "-backend=false")
        engine.run("validate")


@pytest.mark.parametrize("address", APPLICABLE)
def test_a_template_makes_what_it_promises_has_nothing_left_to_do_and_is_destroyed(
    engine: Engine, address: str, entries: dict[str, TemplateEntry], aws_endpoint: str
) -> None:
    entry = entries[address]
    unpack(PackagedCatalog(ROOT).bundle(entry), engine.folder)
    parameters = {**entry.example, **generate_passwords(entry, entry.example)}
    (engine.folder / "example.auto.tfvars.json").write_text(json.dumps(parameters))

    engine.run("init")
    engine.run("apply", "-auto-approve")
    outputs = json.loads(engine.run("output", "-json"))
    assert outputs.keys() == {output.name for output in entry.outputs}
    if check_what_was_made := WHAT_IS_MADE.get(address):
        check_what_was_made(parameters, outputs, aws_endpoint)
    engine.run("plan", "-detailed-exitcode")
    engine.run("destroy", "-auto-approve")
    assert engine.run("state", "list") == ""


def check_bucket(parameters: dict[str, Any], outputs: dict[str, Any], aws_endpoint: str) -> None:
    """Check that the bucket is private, versioned, encrypted, tagged and closed to plain HTTP."""
    name = parameters["bucket_name"]
    assert {key: output["value"] for key, output in outputs.items()} == {
        "bucket_name": name,
        "bucket_arn": f"arn:aws:s3:::{name}",
        "bucket_region": "us-east-1",
    }
    s3 = s3_client(aws_endpoint)
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert set(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()) == {True}
    rule = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    statements = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert [(statement["Effect"], statement["Condition"]) for statement in statements] == [
        ("Deny", {"Bool": {"aws:SecureTransport": "false"}}),
        ("Deny", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ]
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags == parameters["tags"]
    s3.close()


def s3_client(aws_endpoint: str) -> Any:
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=aws_endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


WHAT_IS_MADE = {"terraform/aws/storage-bucket": check_bucket}


@pytest.mark.parametrize(
    "parameters",
    [
        {"bucket_name": "ab"},
        {"bucket_name": "a" * 64},
        {"bucket_name": "Upper"},
        {"bucket_name": "a..b"},
        {"bucket_name": "192.168.0.1"},
        {"bucket_name": "xn--abc"},
        {"bucket_name": "abc--ol-s3"},
        {"bucket_name": "-abc"},
        {"bucket_name": "abc\n"},
        {"bucket_name": "abc", "sse_algorithm": "aes256"},
        {"bucket_name": "abc", "sse_algorithm": "aws:kms", "kms_key_arn": "alias/x"},
        {"bucket_name": "abc", "tags": {str(number): "x" for number in range(51)}},
        {"bucket_name": "abc", "tags": None},
    ],
)
def test_what_terraform_would_refuse_of_a_bucket_is_refused_before_it_runs(
    entries: dict[str, TemplateEntry], parameters: dict[str, Any]
) -> None:
    assert validate(parameters, entries["terraform/aws/storage-bucket"].parameters) != []


@pytest.mark.parametrize(
    "parameters",
    [
        {"bucket_name": "abc"},
        {"bucket_name": "a.b-c.1"},
        {"bucket_name": "a" * 63, "kms_key_arn": None},
        {
            "bucket_name": "abc",
            "sse_algorithm": "aws:kms",
            "kms_key_arn": "arn:aws-cn:kms:cn-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        },
    ],
)
def test_what_terraform_would_take_of_a_bucket_is_taken(
    entries: dict[str, TemplateEntry], parameters: dict[str, Any]
) -> None:
    assert validate(parameters, entries["terraform/aws/storage-bucket"].parameters) == []


def test_a_greeting_keeps_every_character_of_the_name(
    engine: Engine, entries: dict[str, TemplateEntry]
) -> None:
    name = 'Zoë "${x}" %{if} \\n\n$${y} 😀'
    unpack(PackagedCatalog(ROOT).bundle(entries["terraform/local/greeting"]), engine.folder)
    (engine.folder / "parameters.auto.tfvars.json").write_text(json.dumps({"name": name}))
    engine.run("init")
    engine.run("apply", "-auto-approve")

    assert json.loads(engine.run("output", "-json"))["greeting"]["value"] == f"Hello, {name}!"


def test_ones_own_lone_file_with_its_own_provider_block_becomes_deployable_by_the_catalog_alone(
    tmp_path: Path, engine: Engine
) -> None:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    (tmp_path / "functions").mkdir()
    (tmp_path / "templates" / "terraform" / "local" / "mine.tf").write_text(
        'provider "terraform" {}\n'
        'variable "size" {\n  type = number\n}\n'
        'resource "terraform_data" "mine" {\n  input = var.size * 2\n}\n'
        'output "doubled" {\n  value = terraform_data.mine.output\n}\n'
    )

    code = main(
        [
            "--templates",
            str(tmp_path / "templates"),
            "--catalog",
            str(tmp_path / "functions" / "catalog.json"),
        ]
    )
    catalog = PackagedCatalog(tmp_path)
    entry = catalog.get("terraform-local", "mine")
    assert code == 0
    assert entry is not None
    assert validate({"size": "3"}, entry.parameters) != []
    assert validate({"size": 3}, entry.parameters) == []
    unpack(catalog.bundle(entry), engine.folder)
    engine.run("init")
    engine.run("apply", "-auto-approve", "-var=size=3")
    assert json.loads(engine.run("output", "-json"))["doubled"]["value"] == 6
