"""The folders of a checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".slipway"
TOOLS = DATA / "tools"
