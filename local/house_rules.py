"""The numbers and words that keep the house tidy: files in a folder, lines in a file, retired names."""

from __future__ import annotations

import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from local.paths import ROOT

TOPS = ("functions", "runner_image", "local", "tests", "examples", "infra")

MAX_FILES = 20
"""Python files in one folder; a larger one gets rooms of its own."""

MAX_LINES = 300
"""Lines in one Python file."""

RETIRED = {
    "Disguised": "ValueEncoding",
    "Ended": "CommandResult",
    "Findings": "JobProgress",
    "IdempotencyMark": "IdempotencyRecord",
    "KeptState": "ErroredState",
    "MOST_UNFINISHED": "MAX_UNFINISHED",
    "MOVES": "TRANSITIONS",
    "Moves": "ChangeBuilder",
    "Person": "ApiCaller",
    "Redaction": "SecretMasker",
    "Refusals": "ErrorCollector",
    "STAND_IN": "EMULATOR_SETTINGS",
    "Surroundings": "JobDependencies",
    "Unsealed": "PendingSecrets",
    "_Attempt": "JobExecution",
    "_NOBODY": "RESERVED_NAMES",
    "_PASSING": "RETRYABLE_CODES",
    "_VERDICTS": "_OUTCOME_TRANSITIONS",
    "_course": "_progress_fields",
    "_in_the_way": "_blocking_failure",
    "_said_as_asked": "in_submission_fields",
    "_said_before": "_is_repeat",
    "again_on_conflict": "retry_on_conflict",
    "apply_is_taken": "is_apply_claimed",
    "ask_with_lock": "run_text_command_with_lock",
    "brought_back": "restore",
    "environment_of": "environment_for",
    "further_problems": "semantic_checks",
    "gave_outputs": "produced_outputs",
    "given_up": "terminated",
    "how_to_break_lock": "break_lock_command",
    "keep_template": "save_snapshot",
    "kept_template": "template_snapshot",
    "key_key": "idempotency_row_key",
    "least_approval": "minimum_approval",
    "look_again": "schedule_check",
    "look_soon": "schedule_recovery_check",
    "made_before": "find_earlier_result",
    "may_apply": "mark_applying",
    "moved_out": "offload",
    "note_accepted": "register_active",
    "note_expiry": "schedule_expiry",
    "nothing_applied": "mark_not_applied",
    "of_unnamed_lease": "unnamed_lease_hint",
    "on_stand_in": "uses_emulator",
    "park_waiting": "defer_waiting",
    "refuse_unrecovered": "fail_if_recovery_pending",
    "renamed_fields": "remap_pointers",
    "ring_later": "notify_later",
    "run_problems": "semantic_checks",
    "show_cancel": "publish_cancel_request",
    "spoken_late": "with_late_result",
    "stop_quietly": "stop_best_effort",
    "strike_off": "remove_active_entries",
    "take_apply": "claim_apply",
    "take_job": "claim_job",
    "too_old": "stale_plan_failure",
    "until_answered": "retry_until_available",
    "verdict_detail": "result_detail",
    "whole_entry": "deployment_entry",
    "with_result": "apply_result",
}
"""Names of before -> the field's word (docs/style.md). Values that are stored or public keep theirs."""


def main() -> None:
    """Print every breach. Exit code 1 where there is one."""
    lines = breaches(ROOT)
    print("\n".join(lines), end="\n" if lines else "")
    sys.exit(1 if lines else 0)


def breaches(root: Path) -> list[str]:
    """Return every breach below the repository's root, a line each."""
    files = [path for top in TOPS for path in sorted((root / top).rglob("*.py"))]
    return [
        *_crowded_folders(root, files),
        *(line for path in files for line in _breaches_in(path.relative_to(root), path.read_text("utf-8"))),
    ]


def _crowded_folders(root: Path, files: list[Path]) -> Iterator[str]:
    for folder, count in sorted(Counter(path.parent for path in files).items()):
        if count > MAX_FILES:
            yield f"{folder.relative_to(root)}: {count} Python files, more than {MAX_FILES}"


def _breaches_in(name: Path, text: str) -> Iterator[str]:
    lines = len(text.splitlines())
    if lines > MAX_LINES:
        yield f"{name}: {lines} lines, more than {MAX_LINES}"
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and token.string in RETIRED:
            yield f"{name}:{token.start[0]}: '{token.string}' is retired, write '{RETIRED[token.string]}'"


if __name__ == "__main__":
    main()
