"""Which published figures a report refers to: every id that any of its texts names."""

import re
from collections.abc import Iterable, Mapping, Sequence

#: The table that says where each figure comes from.
SOURCES = "sources"

_WORD = re.compile(r"[\w-]+")


def cited(texts: Iterable[str], sources: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Rows of the sources whose ids are named, in their own order.

    Args:
        texts: Everything else that the report says.
        sources: Rows with an ``id``.
    """
    rows = {row["id"]: row for row in sources if row.get("id")}
    waiting = {word for text in texts for word in _WORD.findall(text)} & set(rows)
    found: set[str] = set()
    while waiting:
        own = waiting.pop()
        found.add(own)
        named = map(str, rows[own].values())
        waiting |= ({w for text in named for w in _WORD.findall(text)} & set(rows)) - found
    return [row for own, row in rows.items() if own in found]
