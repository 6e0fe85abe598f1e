"""Lists, shares and marks in sentences: written once for screen, page and workbook."""

from __future__ import annotations

from collections.abc import Sequence

#: Names that a sentence gives of a long list.
FEW = 5


def listed(names: Sequence[str], most: int | None = None, last: str = "and") -> str:
    """`a, b and c`; names with commas of their own stand between semicolons.

    Parameters
    ----------
    most
        Names shown; of a longer list the rest is counted.
    last
        What stands before the last name.
    """
    if not names:
        return "none"
    mark = "; " if any("," in name for name in names) else ", "
    if most is not None and len(names) > most:
        return f"{mark.join(names[:most])} and {len(names) - most} more"
    if len(names) == 1:
        return names[0]
    end = f"{';' if mark == '; ' else ''} {last} {names[-1]}"
    return mark.join(names[:-1]) + end
