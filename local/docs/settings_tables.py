"""`python -m local.docs.settings_tables`: writes the tables in docs/settings.md from the code.

`--check` only checks if they are up to date. The text between them is written by hand.
"""

from __future__ import annotations

import argparse
import re
import sys

from functions.domain.settings_reader import Setting, declared_settings
from functions.settings import Settings
from local.files import write_whole
from local.paths import ROOT

PAGE = ROOT / "docs" / "settings.md"

_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_DAY_SECONDS = 86_400


def main(arguments: list[str] | None = None) -> int:
    """Write or check the page. Return 1 if `--check` finds that it is out of date."""
    parser = argparse.ArgumentParser(prog="python -m local.docs.settings_tables", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is out of date")
    options = parser.parse_args(arguments)
    text = PAGE.read_text(encoding="utf-8")
    new_text = _BLOCK.sub(lambda block: f"{block[1]}{TABLES[block[2]]()}\n{block[3]}", text)
    if new_text == text:
        return 0
    if options.check:
        print(
            "docs/settings.md is out of date: run python -m local.docs.settings_tables",
            file=sys.stderr,
        )
        return 1
    write_whole(PAGE, new_text)
    return 0


def app_settings() -> str:
    """Return the table of the settings of the app."""
    rows = [
        _row(f"`{setting.name}`", _default(setting), setting.bounds, setting.description)
        for setting in declared_settings(Settings)
    ]
    return "\n".join([_row("name", "default", "bounds", "what"), "|---|---|---|---|", *rows])


def _row(*cells: str) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)


def _default(setting: Setting) -> str:
    days, rest = divmod(setting.default, _DAY_SECONDS) if setting.bounds else (0, 0)
    if not days or rest:
        return setting.shown_default
    return f"{setting.shown_default} ({days} day{'s' if days > 1 else ''})"


TABLES = {"app_settings": app_settings}


if __name__ == "__main__":
    sys.exit(main())
