"""A new jurisdiction's folder: the rows that studies ask of one that stands, with blanks."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from hecon.jurisdictions.jurisdiction_schema import FILE, JurisdictionDefinition
from hecon.parameters.definitions import read_toml

#: Columns of a row that say what it is; the others are for the new country to fill in.
KEPT = ("id", "group", "name", "description", "concerns", "strategy", "formula", "unit")
#: Columns of a table that say which row is which: ages, years, items of rules and their checks.
KEYS = ("age", "from_year", "item", "check")

_DISCOUNT = re.compile(r"\[discount\].*?(?=\n\[|\Z)", re.DOTALL)


def new_jurisdiction(folder: Path, like: Path) -> list[Path]:
    """Write the folder of a new jurisdiction, and what it has of its own of studies.

    Parameters
    ----------
    like
        A jurisdiction that stands: its names of rows, tables and steps of discounting are taken,
        none of its values.

    Returns
    -------
    list[Path]
        The files written, in order.

    Raises
    ------
    InputError
        If `like` is no jurisdiction.
    """
    definition = read_toml(like / FILE, f"{like.name}/{FILE}", JurisdictionDefinition)
    made = {folder / FILE: _toml(folder.name, (like / FILE).read_text("utf-8"), definition)}
    tables = [entry.file for entry in definition.tables.values()]
    rules = [definition.rules] if definition.rules else []
    for name in (*definition.parameters, *tables, *rules):
        made[folder / name] = _blank(like / name, definition.currency)
    for pair in sorted(like.glob("*_in_*/parameters.csv")):
        study = pair.parent.name.partition("_in_")[0]
        own = folder / f"{study}_in_{folder.name}" / pair.name
        made[own] = _blank(pair, definition.currency)
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(made)


def _toml(name: str, text: str, definition: JurisdictionDefinition) -> str:
    """The definition: everything to be filled in is an empty text."""
    found = _DISCOUNT.search(text)
    discount = found.group(0).strip() if found else ""
    lines = [
        "# Every empty text is to be filled in; docs/own-country.md says what each one is.",
        f'name = "{name}"',
        'title = ""',
        'body = ""',
        "# three capitals, and the year of its prices",
        'currency = ""',
        'price_year = ""',
        f'opportunity_cost = "{definition.opportunity_cost}"',
        f"parameters = {definition.parameters!r}".replace("'", '"'),
        *([f'rules = "{definition.rules}"'] if definition.rules else []),
        "",
        "# none, one, a range or benchmarks; with `values` unless it is one",
        "[threshold]",
        'kind = ""',
        'means = ""',
        "",
        discount,
        "",
        "# curves are drawn up to this value of a QALY, in so many steps",
        "[acceptability]",
        "highest = 0",
        "steps = 41",
    ]
    for table, entry in definition.tables.items():
        told = f'description = "{entry.description.partition(",")[0]}"'
        lines += ["", f"[tables.{table}]", f'file = "{entry.file}"', f'id = "{entry.id}"', told]
        lines += ['source = ""', 'status = ""']
    return "\n".join(lines) + "\n"


def _blank(path: Path, currency: str) -> str:
    """A file's rows without their values; of rules those that are judged."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    kept = [i for i, name in enumerate(head) if name in (*KEPT, *KEYS)]
    lines = [head]
    for row in rows:
        if "check" in head and not row[head.index("check")]:
            continue
        cells = [row[i] if i in kept else "" for i in range(len(head))]
        if "unit" in head:
            at = head.index("unit")
            cells[at] = re.sub(rf"\b{currency}\b", "currency", cells[at])
        if "distribution" in head:
            cells[head.index("distribution")] = "fixed"
        lines.append(cells)
    return "\n".join(",".join(map(_quoted, cells)) for cells in lines) + "\n"


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & set(',"\n') else cell
