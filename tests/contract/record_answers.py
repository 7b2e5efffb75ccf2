"""Records the responses of the API again: `python -m tests.contract.record_answers`.

Callers rely on the responses in `recorded/`. Record them again only for a change of behaviour that an issue
asks for. Then a review of their diff must show that change and no other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.contract.scenarios import SCENARIOS
from tests.contract.scenarios.recording import Recording

RECORDED = Path(__file__).parent / "recorded"


def answers_of(scenario: str) -> list[dict[str, Any]]:
    """Return the responses of the API now."""
    recording = Recording()
    SCENARIOS[scenario](recording)
    return recording.entries


def recorded_answers_of(scenario: str) -> list[dict[str, Any]]:
    """Return the responses of the API when the file was written."""
    entries: list[dict[str, Any]] = json.loads((RECORDED / f"{scenario}.json").read_text())
    return entries


def main() -> None:
    """Write every file."""
    for scenario in SCENARIOS:
        text = json.dumps(answers_of(scenario), ensure_ascii=False, indent=1)
        (RECORDED / f"{scenario}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
