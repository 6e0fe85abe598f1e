"""Reference results: small tables that a later run must give again."""

from __future__ import annotations

import csv
import json
import math
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from hecon.analyses.results import Results
from hecon.errors import Fault, InputError
from hecon.report.staging import publish, staging
from hecon.reports.record import RECORD, result_tables, run_record, write_record

if TYPE_CHECKING:
    from hecon.analyses.further import Further

#: What the record of a reference says it is.
KIND = "reference"

#: Figures agree within this share of themselves ...
RELATIVE = 1e-9
#: ... or within this share of the largest figure of their kind in the table: a difference of two
#: large totals keeps the totals' rounding (about 1e-15 of them), however small it is itself.
FLOOR = 1e-12

#: Columns that say what a row is about.
KEYS = {
    "base_case": ("strategy", "kind", "item", "discounted"),
    "comparison": ("intervention", "comparator"),
    "frontier": ("strategy",),
    "courses": ("strategy",),
    "trace": ("strategy", "cycle", "state"),
    "scenarios": ("scenario",),
    "one_way": ("parameter", "end"),
    "probabilistic": ("strategy", "figure"),
    "acceptability": ("threshold",),
    "partial_information": ("set",),
    "partial_information_groups": ("set",),
    "draws_needed": ("strategy",),
    "price": ("parameter", "threshold"),
    "break_even": ("parameter",),
    "sobol": ("parameter",),
    "morris": ("parameter",),
    "trial_sizes": ("trial", "follow_up_weeks", "patients", "method"),
    "trial_best": ("trial", "follow_up_weeks"),
    "trial_choices": ("trial", "follow_up_weeks", "choice"),
    "trial_ranges": ("assumption", "end"),
}
#: Columns left out of a reference: standard errors of regressions are made with random directions
#: whose signs are those of the linear algebra at hand.
UNSETTLED = {
    "partial_information_groups": ["standard_error"],
    "trial_sizes": ["standard_error", "evppi_error", "enbs_error"],
    "trial_best": ["standard_error", "evppi_error", "enbs_error"],
    "trial_choices": ["standard_error"],
}
#: Columns that say what kind of figure a row of a long table holds.
KINDS = ("kind", "figure")

Row = dict[str, str]


@dataclass(frozen=True)
class Settings:
    """What a run needs besides its inputs."""

    draws: int
    seed: int
    design: str


@dataclass(frozen=True)
class Difference:
    """A figure, or a whole row, that is not as it was."""

    table: str
    row: str
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (f"{self.table}.csv", self.row, self.column)))
        return f"{place}: expected {self.expected}, found {self.found}{self._size()}"

    def _size(self) -> str:
        expected, found = _float(self.expected), _float(self.found)
        if expected is None or found is None or expected == 0:
            return ""
        return f" (off by {abs(found / expected - 1):.2g})"


@dataclass(frozen=True)
class Compared:
    """How many figures were compared, those that differ, and the inputs that have changed."""

    figures: int
    differences: list[Difference]
    changed_inputs: list[str]


def write_reference(results: Results, further: Further, folder: Path) -> None:
    """Write the tables of a run and its record as a reference, in place of an earlier one.

    Raises
    ------
    InputError
        As `refuse_other`.
    """
    refuse_other(folder)
    with staging(folder.absolute().parent) as staged:
        fresh = staged / folder.name
        _write_tables(results, further, fresh)
        write_record(run_record(results) | {"kind": KIND}, fresh)
        publish([(fresh, folder.absolute())], staged)


def refuse_other(folder: Path) -> None:
    """Raise InputError if a folder holds anything but an earlier reference.

    A reference is tables and a record that says that it is one; a run's outputs are none.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    own = folder.is_dir() and all(
        p.is_file() and (p.suffix == ".csv" or p.name == RECORD) for p in folder.iterdir()
    )
    if not own or not (folder / RECORD).is_file() or _record(folder).get("kind") != KIND:
        message = "the folder holds other files; name an empty folder or an earlier reference"
        raise InputError([Fault(str(folder), None, None, message)])


def _write_tables(results: Results, further: Further, folder: Path) -> None:
    folder.mkdir()
    for name, table in result_tables(results, further).items():
        kept = table.drop(columns=UNSETTLED.get(name, []))
        kept.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def read_settings(folder: Path) -> Settings:
    """The draws, seed and design of a reference."""
    record = _record(folder)
    try:
        return Settings(int(record["draws"]), int(record["seed"]), str(record["design"]))  # type: ignore[call-overload]
    except (KeyError, TypeError, ValueError):
        message = "draws, seed or design is missing; make it anew with --update"
        raise InputError([Fault(RECORD, None, None, message)]) from None


def _record(folder: Path) -> Mapping[str, object]:
    path = folder / RECORD
    if not path.is_file():
        message = f"no reference here (looked for {path}); make one with --update"
        raise InputError([Fault(str(folder), None, None, message)])
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError([Fault(str(path), None, None, f"broken JSON: {error}")]) from None
    return found if isinstance(found, dict) else {}


def compare_with_reference(results: Results, further: Further, folder: Path) -> Compared:
    """Compare the tables of a run, as they would be written, with a reference."""
    before, after = _record(folder).get("inputs"), run_record(results)["inputs"]
    changed = []
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted({*before, *after})
        changed = [name for name in names if before.get(name) != after.get(name)]
    with tempfile.TemporaryDirectory() as temporary:
        fresh = Path(temporary) / "run"
        _write_tables(results, further, fresh)
        figures, differences = compare_folders(folder, fresh)
    return Compared(figures, differences, changed)


def compare_folders(expected: Path, found: Path) -> tuple[int, list[Difference]]:
    """Compare the CSV tables of two folders: the number of figures, and those that differ."""
    names = sorted({p.stem for folder in (expected, found) for p in folder.glob("*.csv")})
    figures = 0
    differences: list[Difference] = []
    for name in names:
        paths = (expected / f"{name}.csv", found / f"{name}.csv")
        if not all(p.is_file() for p in paths):
            here = ["a table" if p.is_file() else "no table" for p in paths]
            differences.append(Difference(name, "", "", *here))
            continue
        wanted, got = (_rows(p) for p in paths)
        figures += sum(len(row) for row in wanted)
        differences += _compare(name, wanted, got)
    return figures, differences


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _compare(name: str, expected: list[Row], found: list[Row]) -> list[Difference]:
    floors = _floors(expected)
    wanted, got = _labelled(name, expected), _labelled(name, found)
    differences = []
    for label in dict.fromkeys([*wanted, *got]):
        if label not in wanted or label not in got:
            here = ["a row" if label in rows else "no row" for rows in (wanted, got)]
            differences.append(Difference(name, label, "", *here))
            continue
        for column in dict.fromkeys([*wanted[label], *got[label]]):
            a, b = wanted[label].get(column, "nothing"), got[label].get(column, "nothing")
            floor = floors.get((column, _kind(wanted[label])), 0.0)
            if not _same(a, b, floor):
                differences.append(Difference(name, label, column, a or "blank", b or "blank"))
    return differences


def _labelled(name: str, rows: Iterable[Row]) -> dict[str, Row]:
    """Rows by what they are about; the same label again gets a number."""
    keys = KEYS.get(name, ())
    times: Counter[str] = Counter()
    labelled = {}
    for row in rows:
        values = [row.get(key, "") for key in keys]
        short = [v if (x := _float(v)) is None else f"{x:.10g}" for v in values]
        label = " ".join(short) or "row"
        times[label] += 1
        labelled[label if times[label] == 1 else f"{label} ({times[label]})"] = row
    return labelled


def _kind(row: Row) -> str:
    return next((row[k] for k in KINDS if k in row), "")


def _floors(rows: Iterable[Row]) -> dict[tuple[str, str], float]:
    floors: dict[tuple[str, str], float] = {}
    for row in rows:
        for column, text in row.items():
            value = _float(text)
            if value is not None:
                place = (column, _kind(row))
                floors[place] = max(floors.get(place, 0.0), FLOOR * abs(value))
    return floors


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _same(expected: str, found: str, floor: float) -> bool:
    if expected == found:
        return True
    a, b = _float(expected), _float(found)
    if a is None or b is None:
        return False
    return math.isclose(a, b, rel_tol=RELATIVE, abs_tol=floor)


def print_differences(found: Compared, folder: Path, to: Console) -> None:
    """Print every figure that differs, or that none does."""
    for difference in found.differences:
        to.print(str(difference), soft_wrap=True)
    for name in found.changed_inputs:
        to.print(f"Input changed since the reference was made: {name}", soft_wrap=True)
    if found.differences:
        count = len(found.differences)
        to.print(f"{count:,} of {found.figures:,} figures differ from {folder}.", soft_wrap=True)
    else:
        to.print(f"All {found.figures:,} figures agree with {folder}.", soft_wrap=True)
