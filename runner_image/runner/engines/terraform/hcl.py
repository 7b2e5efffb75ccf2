"""Writes values as expressions of HCL, in which nothing is evaluated."""

from __future__ import annotations

import json
import re
from typing import Any

from runner.engines.terraform.overrides import literal

# HCL knows JSON's other escapes
_ESCAPE = re.compile(r"\\(.)")
_ONLY_IN_JSON = {"b": "\\u0008", "f": "\\u000c"}


def as_expression(value: Any) -> str:
    """The expression of a JSON value.

    https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md: its characters beyond U+FFFF are no pairs of
    surrogates, so they are not escaped at all.
    """
    text = json.dumps(literal(value), ensure_ascii=False)
    return _ESCAPE.sub(lambda match: _ONLY_IN_JSON.get(match[1], match[0]), text)
