"""Writes values as HCL expressions in which Terraform evaluates nothing."""

from __future__ import annotations

import json
import re
from typing import Any

from runner.engines.terraform.overrides import literal

# HCL has all of JSON's escapes but these two.
_ESCAPE = re.compile(r"\\(.)")
_ONLY_IN_JSON = {"b": "\\u0008", "f": "\\u000c"}


def as_expression(value: Any) -> str:
    """Return the HCL expression of a JSON value.

    HCL has no surrogate pairs, so characters beyond U+FFFF are not escaped:
    https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
    """
    text = json.dumps(literal(value), ensure_ascii=False)
    return _ESCAPE.sub(lambda match: _ONLY_IN_JSON.get(match[1], match[0]), text)
