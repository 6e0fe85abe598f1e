"""The shipped study made small, over two years or in cycles of a year, edited in its files."""

import csv
import shutil
from collections.abc import Mapping
from pathlib import Path

from hecon.studies.load_study import load_study
from hecon.studies.study import Study

INPUTS = Path(__file__).parents[1] / "inputs"

#: Text to put into a cell: by file, name of the row, and column.
Edits = Mapping[tuple[str, str, str], str]

SHORT: Edits = {
    ("parameters.csv", "P006", "low"): "42",
    ("parameters.csv", "P006", "value"): "42",
    ("parameters.csv", "P006", "high"): "43",
    ("parameters.csv", "P001", "low"): "39",
    ("parameters.csv", "P001", "high"): "41",
    ("subgroups.csv", "30 years", "changes"): "start_age = 39",
    ("subgroups.csv", "50 years", "changes"): "start_age = 41",
    **{("scenarios.csv", s, "changes"): "horizon_age = 41" for s in ("S36", "S37", "S38")},
}
#: A twelfth of the cycles, so that a workbook has a twelfth of the rows, and as many formulas else.
YEARLY: Edits = {("parameters.csv", "P007", "value"): "12"}


def short_study(folder: Path, edits: Edits | None = None) -> Study:
    """The study over two years from a copy of its files, with these edits."""
    return _edited(folder, {**SHORT, **(edits or {})})


def yearly_study(folder: Path, edits: Edits | None = None) -> Study:
    """The study in cycles of a year from a copy of its files, with these edits."""
    return _edited(folder, {**YEARLY, **(edits or {})})


def _edited(folder: Path, edits: Edits) -> Study:
    copy = folder / "ptsd"
    shutil.copytree(INPUTS / "studies/ptsd", copy)
    for (file, name, column), text in edits.items():
        with (copy / file).open(encoding="utf-8", newline="") as source:
            lines = list(csv.reader(source))
        (line,) = [cells for cells in lines if cells[0] == name]
        line[lines[0].index(column)] = text
        with (copy / file).open("w", encoding="utf-8", newline="") as target:
            csv.writer(target, lineterminator="\n").writerows(lines)
    return load_study(copy, INPUTS / "jurisdictions/norway")
