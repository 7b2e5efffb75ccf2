from __future__ import annotations

from pathlib import Path

import pytest

from functions.adapters.configuration.packaged_catalog import PackagedCatalog
from functions.domain.catalog.bundle import unpack
from functions.domain.errors import CatalogDrift
from local.catalog.__main__ import main


def run(root: Path, *options: str) -> int:
    """Run `./dev catalog` in the folder."""
    (root / "functions").mkdir(parents=True, exist_ok=True)
    places = ["--templates", str(root / "templates"), "--catalog", str(root / "functions" / "catalog.json")]
    return main([*places, *options])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "templates" / "terraform" / "aws" / "queue").mkdir(parents=True)
    code = tmp_path / "templates" / "terraform" / "aws" / "queue" / "main.tf"
    code.write_text('variable "x" {\n  type = string\n}\n')
    (tmp_path / "templates" / "terraform" / "local").mkdir()
    (tmp_path / "templates" / "terraform" / "local" / "mine.tf").write_text("# mine\n")
    assert run(tmp_path) == 0
    return tmp_path


def test_the_written_catalog_is_what_the_app_reads(root: Path) -> None:
    catalog = PackagedCatalog(root)

    assert [entry.address for entry in catalog.list()] == ["terraform/aws/queue", "terraform/local/mine"]
    entry = catalog.get("terraform-aws", "queue")
    assert entry is not None
    assert entry.parameters["properties"]["x"] == {"type": ["string", "null"]}
    assert catalog.get("terraform-aws", "mine") is None


def test_the_nearest_name_is_of_the_same_provider_type(root: Path) -> None:
    catalog = PackagedCatalog(root)

    assert catalog.nearest("terraform-aws", "queu") == "queue"
    assert catalog.nearest("terraform-local", "queu") is None
    assert catalog.nearest("terraform-aws", "something-else") is None


def test_a_second_run_changes_nothing(root: Path) -> None:
    before = (root / "functions" / "catalog.json").read_bytes()

    assert run(root) == 0
    assert (root / "functions" / "catalog.json").read_bytes() == before
    assert before.endswith(b"}\n")


def test_check_passes_while_nothing_has_drifted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(root, "--check") == 0
    assert "up to date" in capsys.readouterr().out


def test_check_names_what_drifted_and_writes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (root / "functions" / "catalog.json").read_bytes()
    templates = root / "templates" / "terraform"
    (templates / "aws" / "queue" / "main.tf").write_text('variable "y" {}\n')
    (templates / "local" / "mine.tf").rename(templates / "local" / "yours.tf")
    capsys.readouterr()

    assert run(root, "--check") == 1
    assert capsys.readouterr().err.splitlines() == [
        "terraform/aws/queue has changed in digest, parameters",
        "terraform/local/mine is removed",
        "terraform/local/yours is new",
    ]
    assert (root / "functions" / "catalog.json").read_bytes() == before


def test_check_fails_where_there_is_no_catalog_or_a_broken_one(root: Path) -> None:
    (root / "functions" / "catalog.json").write_text("{")
    assert run(root, "--check") == 1
    (root / "functions" / "catalog.json").unlink()
    assert run(root, "--check") == 1


def test_a_wrong_template_leaves_the_catalog_as_it_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (root / "functions" / "catalog.json").read_bytes()
    (root / "templates" / "terraform" / "local" / "mine.tf").write_text("variable {")

    assert run(root) == 1
    assert "templates/terraform/local/mine.tf:1: the catalog cannot read this HCL" in capsys.readouterr().err
    assert (root / "functions" / "catalog.json").read_bytes() == before


@pytest.mark.parametrize(
    ("provider_type", "name", "file"),
    [
        ("terraform-aws", "queue", "main.tf"),
        ("terraform-local", "mine", "mine.tf"),
    ],
)
def test_a_bundle_holds_the_templates_files(
    root: Path, tmp_path: Path, provider_type: str, name: str, file: str
) -> None:
    catalog = PackagedCatalog(root)
    entry = catalog.get(provider_type, name)
    assert entry is not None
    folder = tmp_path / "unpacked"
    folder.mkdir()

    unpack(catalog.bundle(entry), folder)

    assert [path.name for path in folder.iterdir()] == [file]


@pytest.mark.parametrize("edit", ["changed", "removed"])
def test_a_template_edited_without_dev_catalog_is_not_bundled(root: Path, edit: str) -> None:
    catalog = PackagedCatalog(root)
    entry = catalog.get("terraform-aws", "queue")
    assert entry is not None
    code = root / "templates" / "terraform" / "aws" / "queue" / "main.tf"
    code.write_text("# edited\n") if edit == "changed" else code.unlink()

    with pytest.raises(CatalogDrift, match=r"'terraform/aws/queue'.*\./dev catalog"):
        catalog.bundle(entry)


def test_a_missing_catalog_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(CatalogDrift, match=r"\./dev catalog"):
        PackagedCatalog(tmp_path).list()


def test_the_schema_of_slipway_yaml_is_written_beside_the_templates_and_checked(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = root / "templates" / "slipway.schema.json"
    written = schema.read_text()
    schema.write_text("{}")

    assert run(root, "--check") == 1
    assert "the schema of slipway.yaml has changed" in capsys.readouterr().err
    assert run(root) == 0
    assert schema.read_text() == written
