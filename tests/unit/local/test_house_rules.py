"""The limits of folders and files, and the names that are not used any more."""

from __future__ import annotations

from pathlib import Path

from local.house_rules import MAX_FILES, MAX_LINES, violations


def write(root: Path, name: str, text: str = "") -> None:
    file = root / "functions" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_house_in_order_has_no_breach(tmp_path: Path) -> None:
    for number in range(MAX_FILES):
        write(tmp_path, f"room/file_{number}.py", "x = 1\n" * MAX_LINES)

    assert violations(tmp_path) == []


def test_each_breach_is_named_with_its_place(tmp_path: Path) -> None:
    for number in range(MAX_FILES + 1):
        write(tmp_path, f"crowded/file_{number}.py")
    write(tmp_path, "long.py", "x = 1\n" * (MAX_LINES + 1))
    write(tmp_path, "old.py", "def strike_off():\n    return 'strike_off'\n")

    assert violations(tmp_path) == [
        "functions/crowded: 21 Python files, more than 20",
        "functions/long.py: 301 lines, more than 300",
        "functions/old.py:1: 'strike_off' is retired, write 'remove_active_entries'",
    ]
