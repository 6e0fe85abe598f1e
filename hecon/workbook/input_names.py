"""Names by which formulas can read inputs, within what spreadsheet programs allow."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SIGNS = re.compile(r"[^A-Za-z0-9_]+")
#: What would be an address (A1, XFD12, R1C1, R, C) or a truth value.
_TAKEN = re.compile(r"[A-Z]{1,3}\d+|R\d*(C\d*)?|C\d*|TRUE|FALSE", re.IGNORECASE)
#: Characters that a name may have, less some for what tells it from others.
_MOST = 240


def names_of(texts: Sequence[str]) -> list[str]:
    """A name for each text, made of its letters and digits; no two differ by case alone.

    ``c_drug[New v2]`` becomes ``c_drug_New_v2``, ``tau2`` (an address) ``tau2_``.
    """
    found: dict[str, str] = {}
    for text in texts:
        name = _SIGNS.sub("_", text)[:_MOST].rstrip("_") or "_"
        if name[0].isdigit():
            name = f"_{name}"
        while _TAKEN.fullmatch(name) or name.lower() in found:
            name += "_"
        found[name.lower()] = name
    return list(found.values())
