"""A new jurisdiction's folder: the rows that studies ask of one that stands, with blanks."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from hecon.jurisdictions.demands import CHECKS, DemandRow
from hecon.jurisdictions.jurisdiction_schema import FILE, DiscountStep, JurisdictionDefinition
from hecon.parameters.definitions import read_toml

#: Columns of a row that say what it is; the others are for the new country to fill in.
KEPT = ("id", "group", "name", "description", "concerns", "strategy", "formula", "unit")
#: Columns of a table that say which row is which.
KEYS = ("age", "from_year")


def new_jurisdiction(folder: Path, like: Path) -> list[Path]:
    """Write the folder of a new jurisdiction, and what it has of its own of studies.

    Args:
        like: A jurisdiction that stands: its names of rows and tables are taken, and how many steps
            of discounting it has; none of its values, and no name that only its own steps or its
            agency's demands explain.

    Returns:
        The files written, in order.

    Raises:
        InputError: If `like` is no jurisdiction.
    """
    definition = read_toml(like / FILE, f"{like.name}/{FILE}", JurisdictionDefinition)
    steps, renamed = _steps(definition.discount.steps)
    made = {folder / FILE: _toml(folder.name, definition, steps)}
    tables = [entry.file for entry in definition.tables.values()]
    for name in (*definition.parameters, *tables):
        made[folder / name] = _blank(like / name, definition.currency, renamed)
    if definition.rules:
        columns = list(DemandRow.model_fields)
        demands = [[name if c in ("item", "check") else "" for c in columns] for name in CHECKS]
        made[folder / definition.rules] = _lines([columns, *demands])
    for pair in sorted(like.glob("*_in_*/parameters.csv")):
        study = pair.parent.name.partition("_in_")[0]
        own = folder / f"{study}_in_{folder.name}" / pair.name
        made[own] = _blank(pair, definition.currency, {})
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(made)


def _steps(steps: list[DiscountStep]) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Steps of discounting as text, and what the inputs that they name are called in it.

    Names and descriptions say which step, and nothing of its years or its rate; what is no name
    is a value and left blank.
    """
    renamed: dict[str, tuple[str, str]] = {}

    def called(text: str, name: str, description: str) -> str:
        if not text.isidentifier():
            return ""
        return renamed.setdefault(text, (name, description))[0]

    made = []
    for number, step in enumerate(steps, start=1):
        which, of = (f"_{number}", f" in step {number}") if len(steps) > 1 else ("", "")
        rates = ("", "") if step.cost == step.effect else ("_of_costs", "_of_effects")
        cost, effect = (
            called(text, f"discount_rate{what}{which}", f"discount rate{words}{of}")
            for text, what, words in zip(
                (step.cost, step.effect), rates, (w.replace("_", " ") for w in rates), strict=True
            )
        )
        start = "0"
        if number > 1:
            words = f"years after the start from which step {number} of discounting holds"
            start = called(step.start, f"discount_start{which}", words)
        made.append(f'{{ start = "{start}", cost = "{cost}", effect = "{effect}" }}')
    return made, renamed


def _toml(name: str, definition: JurisdictionDefinition, steps: list[str]) -> str:
    """The definition: everything to be filled in is an empty text."""
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
        "# as many steps as the country has",
        "[discount]",
        f'compounding = "{definition.discount.compounding}"',
        "steps = [",
        *(f"    {step}," for step in steps),
        "]",
        "",
        "# curves are drawn up to this value of a QALY, in so many steps",
        "[acceptability]",
        "highest = 0",
        "steps = 41",
    ]
    for table, entry in definition.tables.items():
        told = entry.description.partition(",")[0].replace(definition.price_year, "the price year")
        lines += ["", f"[tables.{table}]", f'file = "{entry.file}"', f'id = "{entry.id}"']
        lines.append(f'description = "{told}"')
        lines += ['source = ""', 'status = ""']
    return "\n".join(lines) + "\n"


def _blank(path: Path, currency: str, renamed: Mapping[str, tuple[str, str]]) -> str:
    """A file's rows without their values, some under another name and description."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    kept = [i for i, name in enumerate(head) if name in (*KEPT, *KEYS)]
    lines = [head]
    for row in rows:
        cells = [row[i] if i in kept else "" for i in range(len(head))]
        at = {name: i for i, name in enumerate(head)}
        if "unit" in at:
            cells[at["unit"]] = re.sub(rf"\b{currency}\b", "currency", cells[at["unit"]])
        if "distribution" in at:
            cells[at["distribution"]] = "fixed"
        if "name" in at and cells[at["name"]] in renamed:
            cells[at["name"]], cells[at["description"]] = renamed[cells[at["name"]]]
        lines.append(cells)
    return _lines(lines)


def _lines(rows: list[list[str]]) -> str:
    return "\n".join(",".join(map(_quoted, cells)) for cells in rows) + "\n"


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & set(',"\n') else cell
