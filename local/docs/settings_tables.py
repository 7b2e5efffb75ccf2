"""`python -m local.docs.settings_tables`: writes the tables in docs/settings.md from the code.

`--check` only checks if they are up to date. The text between them is written by hand.
"""

from __future__ import annotations

import re
import sys

from functions.domain.settings_reader import Setting, declared_settings
from functions.settings import Settings
from local.docs.generated_file import write_or_check
from local.paths import ROOT

PAGE = ROOT / "docs" / "settings.md"

_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_DAY_SECONDS = 86_400


def main(arguments: list[str] | None = None) -> int:
    """Write or check the page. Return 1 if `--check` finds that it is out of date."""
    return write_or_check("local.docs.settings_tables", __doc__, arguments, PAGE, with_tables)


def with_tables(text: str) -> str:
    """Return the page with every table replaced. Raises KeyError for an unknown table."""
    return _BLOCK.sub(lambda block: f"{block[1]}{TABLES[block[2]]()}\n{block[3]}", text)


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
