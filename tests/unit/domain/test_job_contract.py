"""An app one release ahead of its runner, and one behind, finish each other's jobs: what commit 82acef9 wrote
is read by today's code, without each optional member and with ones that nobody knows yet.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest

from functions.adapters.storage import deployment_rows, index_rows
from functions.domain.codec import from_plain, to_plain
from functions.domain.jobs.job_contract import Claim, Heartbeat, JobResult, JobSpec, Outcome, Task
from functions.domain.jobs.saved_plan import PlanRecord, identity_members
from functions.domain.jobs.terraform_settings import TerraformSettings
from functions.domain.jobs.terraform_state import StateRecord
from local.docs.job_contract_schema import DOCUMENTS, SCHEMA, render
from local.paths import ROOT
from tests.builders import a_job_spec, a_plan

_STORED = ROOT / "tests" / "upgrade" / "stored_82acef9"
_FILES = sorted((_STORED / "contract").glob("*.json"))
_KINDS = {"spec": JobSpec, "claim": Claim, "heartbeat": Heartbeat, "result": JobResult}
_DEPLOYMENTS = sorted(file for file in _STORED.glob("*.json") if json.loads(file.read_bytes()).get("rows"))
# what a row key begins with -> how such a row is read and written
_ROWS: dict[str, tuple[Any, Any]] = {
    "deployment": (deployment_rows.deployment_of, lambda _id, record: deployment_rows.deployment_row(record)),
    "operation": (deployment_rows.operation_of, lambda _id, record: deployment_rows.operation_row(record)),
    "event": (deployment_rows.event_of, deployment_rows.event_row),
    "key": (deployment_rows.key_of, deployment_rows.key_row),
}
_UNKNOWN = {"invented_later": {"deep": ["er"]}}

Json = dict[str, Any]


def content(file: Path) -> Json:
    document: Json = json.loads(file.read_text(encoding="utf-8"))
    return document


def kind_of(file: Path) -> Any:
    return _KINDS[file.stem.rpartition("-")[2]]


def with_unknown_members(body: Json) -> Json:
    """The same where every object that is a record has a member more."""
    records = ("plan", "state", "lock", "failure", "backend")
    later = {name: {**body[name], **_UNKNOWN} for name in records if body.get(name)}
    return {**body, **later, **_UNKNOWN}


def optional_members(kind: Any) -> list[str]:
    hints = get_type_hints(kind)
    return [
        field.name
        for field in fields(kind)
        if not field.default is field.default_factory is MISSING or NoneType in get_args(hints[field.name])
    ]


def meaning(row: Json) -> Json:
    """The row with its JSON read. What has its default may be there or not, within it and as a whole."""
    read = {
        name: without_defaults(json.loads(value)) if name in deployment_rows.JSON_COLUMNS else value
        for name, value in row.items()
    }
    return {name: value for name, value in read.items() if (name, value) != ("backend", {"type": "local"})}


def without_defaults(value: Any) -> Any:
    if isinstance(value, list):
        return [without_defaults(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: without_defaults(item) for name, item in value.items() if item not in (None, [], {})}


def test_every_task_and_document_was_kept() -> None:
    assert [file.stem for file in _FILES] == sorted(f"{task}-{name}" for task in Task for name in _KINDS)


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_what_the_version_before_wrote_is_read_whole(file: Path) -> None:
    record = kind_of(file).from_json(file.read_bytes())

    written = json.loads(record.to_json())
    assert {name: value for name, value in written.items() if name in content(file)} == content(file)


def test_a_plan_is_written_with_the_members_alone_that_the_version_before_knows() -> None:
    body = content(_STORED / "contract" / "apply_plan-spec.json")["plan"]

    plan = from_plain(PlanRecord, body)

    assert to_plain(plan) == body
    assert plan.engine_identity == {name: body[name] for name in ("providers", "serial", "lineage")}
    assert to_plain(replace(plan, **identity_members(plan.engine_identity))) == body


def test_the_identity_of_another_engine_travels_in_one_member() -> None:
    plan = a_plan(**identity_members({"note": "abc"}))

    read = from_plain(PlanRecord, to_plain(plan))

    assert read.engine_identity == {"note": "abc"}


def test_the_version_before_still_finds_the_settings_of_terraform_in_a_spec() -> None:
    before = content(_STORED / "contract" / "apply-spec.json")
    spec = JobSpec.from_json(json.dumps(before))

    settings = TerraformSettings.of(spec)
    written = json.loads(replace(spec, **settings.spec_members()).to_json())

    assert {name: written[name] for name in before} == before
    assert TerraformSettings.of(JobSpec.from_json(json.dumps(written))) == settings
    assert (spec.engine, settings.backend) == ("terraform", spec.backend)


def test_a_spec_without_settings_for_terraform_is_not_run_on_a_guess() -> None:
    with pytest.raises(ValueError, match="neither backend nor workspace"):
        TerraformSettings.of(a_job_spec(backend=None))


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_members_of_a_later_version_are_ignored(file: Path) -> None:
    later = json.dumps(with_unknown_members(content(file)))

    assert kind_of(file).from_json(later) == kind_of(file).from_json(file.read_bytes())


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_each_optional_member_may_be_missing(file: Path) -> None:
    kind = kind_of(file)
    whole = kind.from_json(file.read_bytes())
    for name in optional_members(kind):
        body = {member: value for member, value in content(file).items() if member != name}

        read = kind.from_json(json.dumps(body))

        differing = [
            field.name for field in fields(kind) if getattr(read, field.name) != getattr(whole, field.name)
        ]
        assert differing in ([], [name])


def test_a_result_with_nothing_but_what_must_be_there_still_ends_the_job() -> None:
    body = {"outcome": "succeeded", "resources": "some", "ended_at": "2026-11-27T20:27:37.567Z"}

    assert JobResult.from_json(json.dumps(body)).outcome is Outcome.SUCCEEDED


def test_what_must_be_there_is_no_more_than_the_version_before_wrote() -> None:
    for kind, file in ((kind_of(file), file) for file in _FILES):
        required = {field.name for field in fields(kind)} - set(optional_members(kind))

        assert required <= content(file).keys(), "a member that is added needs a default"


def test_a_missing_word_on_how_far_to_go_is_never_taken_for_an_apply() -> None:
    body = content(_STORED / "contract" / "plan-spec.json")
    del body["task"]

    with pytest.raises(ValueError, match=r"reading JobSpec\.task: it is missing"):
        JobSpec.from_json(json.dumps(body))


@pytest.mark.parametrize("file", _DEPLOYMENTS, ids=lambda file: file.stem)
def test_rows_of_the_version_before_mean_the_same_and_are_written_the_same(file: Path) -> None:
    stored = content(file)["rows"]
    for row in stored["deployments"]:
        read, write = _ROWS[row["RowKey"].partition(":")[0]]

        written = write(row["PartitionKey"], read({**row, "invented_later": "x"}))

        assert meaning(written) == meaning(row)
    for row in stored["deploymentindex"]:
        if row["PartitionKey"] == index_rows.ACTIVE:
            # what runs and what waits have partitions of their own since
            kept = {name: value for name, value in row.items() if name not in ("running", "parked")}
            assert index_rows.active_row(index_rows.active_entry({**row, "invented_later": "x"})) == kept
        else:
            entry = index_rows.list_entry({**row, "invented_later": "x"})
            assert (entry.deployment_id, entry.status) == (content(file)["deployment_id"], row["status"])


def test_the_schema_of_the_contract_is_what_the_code_says() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == render()


def test_the_schema_has_no_prose_and_every_document() -> None:
    definitions = json.loads(render())["$defs"]

    assert {kind.__name__ for kind in DOCUMENTS} <= definitions.keys()
    assert {PlanRecord.__name__, StateRecord.__name__} <= definitions.keys()
    assert not any("description" in definition for definition in definitions.values())
