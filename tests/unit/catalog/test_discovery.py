from __future__ import annotations

import os
from pathlib import Path

import pytest

from local.catalog.build import CatalogInvalid, build_catalog, catalog_notes

VARIABLE = 'variable "x" {\n  type = string\n}\n'


def write(root: Path, files: dict[str, str]) -> Path:
    """Write these files to `terraform/` in a folder `templates`, and return the folder."""
    templates = root / "templates"
    for name, text in files.items():
        path = templates / "terraform" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return templates


def problems_of(templates: Path) -> list[str]:
    with pytest.raises(CatalogInvalid) as caught:
        build_catalog(templates)
    return [str(problem) for problem in caught.value.problems]


def test_a_folder_with_tf_files_is_a_template(tmp_path: Path) -> None:
    templates = write(tmp_path, {"aws/queue/main.tf": VARIABLE, "aws/queue/outputs.tf": ""})

    (entry,) = build_catalog(templates)

    assert (entry.address, entry.provider_type, entry.cloud, entry.engine, entry.name) == (
        "terraform/aws/queue",
        "terraform-aws",
        "aws",
        "terraform",
        "queue",
    )
    assert entry.path == "terraform/aws/queue"
    assert entry.files == ("main.tf", "outputs.tf")
    assert (entry.title, entry.version, entry.summary) == ("queue", None, None)


def test_a_lone_file_with_its_own_provider_block_is_a_template(tmp_path: Path) -> None:
    text = 'provider "aws" {\n  region = "eu-west-1"\n}\n' + VARIABLE
    templates = write(tmp_path, {"aws/mine.tf": text})

    (entry,) = build_catalog(templates)

    assert (entry.address, entry.path, entry.files) == (
        "terraform/aws/mine",
        "terraform/aws/mine.tf",
        ("mine.tf",),
    )
    assert entry.parameters["required"] == ["x"]


def test_scripts_text_templates_and_sub_modules_belong_to_the_template(tmp_path: Path) -> None:
    files = {"main.tf": "", "files/init.sh": "#!/bin/sh\n", "motd.tftpl": "hi", "modules/a/main.tf": VARIABLE}
    templates = write(tmp_path, {f"gcp/vm/{name}": text for name, text in files.items()})

    (entry,) = build_catalog(templates)

    assert entry.files == tuple(sorted(files))
    assert entry.parameters["properties"] == {}


def test_what_engines_git_and_editors_leave_behind_does_not_belong_to_it(tmp_path: Path) -> None:
    leftovers = [
        ".terraform/providers/x",
        ".git/config",
        "terraform.tfstate",
        "terraform.tfstate.backup",
        "main.tf~",
        ".main.tf.swp",
        "#main.tf#",
        ".DS_Store",
        "crash.log",
        "modules/a/.terraform/x",
    ]
    unread = ["README.md"]
    templates = write(
        tmp_path, {f"aws/q/{name}": "x" for name in leftovers + unread} | {"aws/q/main.tf": VARIABLE}
    )
    (templates / "terraform" / "aws" / "q" / ".#main.tf").symlink_to("someone@host")

    (entry,) = build_catalog(templates)

    assert entry.files == ("main.tf",)


def test_the_digest_changes_with_content_and_with_names_but_not_with_what_is_left_out(tmp_path: Path) -> None:
    def digest_of(name: str, files: dict[str, str]) -> str:
        templates = write(tmp_path / name, {f"aws/q/{path}": text for path, text in files.items()})
        return build_catalog(templates)[0].digest

    first = digest_of("a", {"main.tf": VARIABLE})

    assert len(first) == 64
    assert digest_of("b", {"main.tf": VARIABLE, "README.md": "x", "slipway.yaml": "title: T"}) == first
    assert digest_of("c", {"main.tf": VARIABLE + "\n"}) != first
    assert digest_of("d", {"variables.tf": VARIABLE}) != first


def test_all_problems_of_all_templates_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    templates = write(
        tmp_path,
        {
            "aws/Bad_Name/main.tf": "",
            "aws/broken/main.tf": 'variable "x" {\n  type = \n}\n',
            "aws/twice/main.tf": "",
            "aws/twice.tf": "",
            "aws/no-code/notes.txt": "x",
            "aws/json/main.tf": "",
            "aws/json/more.tf.json": "{}",
            "aws/values/main.tf": VARIABLE,
            "aws/values/terraform.tfvars": 'x = "1"',
            "kubernets/x/main.tf": "",
        },
    )

    in_values = "put the values into defaults; the file would override what the catalog says"
    in_json = "write the module in .tf files; the catalog does not read Terraform's JSON form"
    clouds = "the folder must be one of aws, azure, gcp, kubernetes, local; did you mean 'kubernetes'?"
    assert problems_of(templates) == [
        "templates/terraform/aws/Bad_Name: the name must match [a-z0-9][a-z0-9-]{0,62}",
        "templates/terraform/aws/broken/main.tf:2: the catalog cannot read this HCL",
        f"templates/terraform/aws/json/more.tf.json: {in_json}",
        "templates/terraform/aws/no-code: the folder contains no .tf file",
        "templates/terraform/aws/twice.tf: a folder and a file are both named 'twice'; rename one of them",
        f"templates/terraform/aws/values/terraform.tfvars: {in_values}",
        f"templates/terraform/kubernets: {clouds}",
    ]


@pytest.mark.parametrize("link", ["aws/q", "aws/q.tf", "aws/p/more.tf", "aws/p/modules"])
def test_symbolic_links_are_refused(tmp_path: Path, link: str) -> None:
    templates = write(tmp_path, {"aws/p/main.tf": VARIABLE})
    (templates / "terraform" / link).symlink_to(tmp_path)

    (problem,) = problems_of(templates)

    assert problem.startswith(f"templates/terraform/{link}: ")
    assert "symbolic link" in problem


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    templates = write(tmp_path, {"aws/p/main.tf": VARIABLE})
    os.mkfifo(templates / "terraform" / "aws" / "p" / "pipe")

    assert problems_of(templates) == [
        "templates/terraform/aws/p/pipe: a template must contain regular files only"
    ]


def test_slipway_yaml_says_what_the_code_cannot(tmp_path: Path) -> None:
    metadata = (
        "title: Queue\nsummary: A queue.\nversion: 1.2.3\ntags: [messaging]\nprotected: true\n"
        "timeouts: {job_seconds: 60, command_seconds: 30}\nexample: {x: y}\n"
    )
    templates = write(tmp_path, {"aws/q/main.tf": VARIABLE, "aws/q/slipway.yaml": metadata})

    (entry,) = build_catalog(templates)

    assert (entry.title, entry.summary, entry.version, entry.tags) == (
        "Queue",
        "A queue.",
        "1.2.3",
        ("messaging",),
    )
    assert (entry.protected, entry.timeouts) == (True, {"job_seconds": 60, "command_seconds": 30})
    assert entry.example == {"x": "y"}


@pytest.mark.parametrize(
    ("metadata", "problem"),
    [
        ("titel: x", "/titel is unknown; did you mean 'title'?"),
        ("version: 1.0", "/version must be a string, got a number"),
        ("- a", "the file must be an object, got a list"),
        ("title: [", "the file is not valid YAML here"),
        ("example: {}", "/example/x: is required"),
        ("example: {x: 1}", "/example/x: must be a string or null, got a number"),
    ],
)
def test_a_wrong_slipway_yaml_is_told_in_plain_words(tmp_path: Path, metadata: str, problem: str) -> None:
    templates = write(tmp_path, {"aws/q/main.tf": VARIABLE, "aws/q/slipway.yaml": metadata})

    (sentence,) = problems_of(templates)

    assert sentence.startswith("templates/terraform/aws/q/slipway.yaml:")
    assert sentence.endswith(problem)


def test_an_empty_slipway_yaml_and_empty_folders_do_no_harm(tmp_path: Path) -> None:
    templates = write(tmp_path, {"aws/q/main.tf": VARIABLE, "aws/q/slipway.yaml": ""})
    (templates / "terraform" / "aws" / "left-over").mkdir()

    assert [entry.name for entry in build_catalog(templates)] == ["q"]


def test_a_slipway_yaml_of_the_old_name_is_read_with_a_word(tmp_path: Path) -> None:
    templates = write(tmp_path, {"aws/q/main.tf": VARIABLE, "aws/q/template.yaml": "title: Queue"})

    (entry,) = build_catalog(templates)

    assert entry.title == "Queue"
    assert entry.files == ("main.tf",)
    (note,) = catalog_notes(templates)
    assert note.startswith("templates/terraform/aws/q/template.yaml: is read as slipway.yaml")


def test_another_tools_template_yaml_is_a_file_of_the_template(tmp_path: Path) -> None:
    other = "AWSTemplateFormatVersion: 2010-09-09\nResources: {}\n"
    templates = write(tmp_path, {"aws/q/main.tf": VARIABLE, "aws/q/template.yaml": other})

    (entry,) = build_catalog(templates)

    assert entry.files == ("main.tf", "template.yaml")
    assert catalog_notes(templates) == []


def test_beside_a_slipway_yaml_the_old_name_is_a_file_like_others(tmp_path: Path) -> None:
    both = {
        "aws/q/main.tf": VARIABLE,
        "aws/q/slipway.yaml": "title: New",
        "aws/q/template.yaml": "title: Old",
    }

    (entry,) = build_catalog(write(tmp_path, both))

    assert (entry.title, entry.files) == ("New", ("main.tf", "template.yaml"))
