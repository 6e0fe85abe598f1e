"""Reference results: the tables of an earlier run, which a later one must give again.

That shows stability, not correctness: what is right is shown by the published models, the second
implementations and the independent results among the tests.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from hecon.analyses.exports import spreadsheet_safe
from hecon.analyses.run import Run, Settings
from hecon.errors import Fault, InputError
from hecon.report.content import Section, Table
from hecon.report.numbers import Units
from hecon.report.record import RECORD, run_record
from hecon.report.staging import publish, staging
from hecon.report.table_files import DICTIONARY, as_file, dictionary, write_tables

#: What the record of a reference says it is.
KIND = "reference"
#: Figures agree within this share of themselves ...
RELATIVE = 1e-9
#: ... or within this share of the largest figure of their column: a difference of two large totals
#: keeps the totals' rounding (about 1e-15 of them), however small it is itself.
FLOOR = 1e-12
#: Columns that say what kind of figure a row of a long table holds, each with its own largest.
_KINDS = ("figure", "kind")

Rows = dict[tuple[str, ...], dict[str, str]]


@dataclass(frozen=True)
class Reproduction:
    """A run beside its reference."""

    #: A row a table: ``table``, ``figures``, ``differ``, ``worst_difference`` (relative).
    summary: pd.DataFrame
    #: A row a figure that differs: ``table``, ``row``, ``column``, ``expected``, ``found``,
    #: ``relative``.
    differences: pd.DataFrame
    left_out: tuple[str, ...]  #: Columns that are not compared, as ``table.column``.
    changed_inputs: tuple[str, ...]  #: Input files that are not what they were.
    #: The ICER of the comparison then and now; NaN where there is none.
    headline: tuple[float, float]

    @property
    def figures(self) -> int:
        """Number of figures compared."""
        return int(self.summary["figures"].sum())


def settled(tables: Iterable[Table]) -> list[Table]:
    """Tables without the columns whose digits hang on the machine; those of nothing else go."""
    return [
        replace(
            t,
            columns=tuple(c for c in t.columns if c.key not in t.unsettled),
            frame=t.frame.drop(columns=list(t.unsettled)),
            unsettled=(),
        )
        for t in tables
        if len(t.frame) and not set(t.unsettled) >= {c.key for c in t.columns}
    ]


def tables_of(sections: Sequence[Section]) -> list[Table]:
    """All tables of sections, in order."""
    return [table for section in sections for table in section.tables]


def write_reference(
    run: Run,
    sections: Sequence[Section],
    units: Units,
    folder: Path,
    only: Sequence[str] = (),
) -> None:
    """Write the tables of a run and its record as a reference, in place of an earlier one.

    Args:
        only: Names of the sections, if they are not all that a full run has.

    Raises:
        InputError: If the folder holds anything but an earlier reference.
    """
    refuse_other(folder)
    with staging(folder.absolute().parent) as staged:
        fresh = staged / folder.name
        write_tables(settled(tables_of(sections)), units, fresh)
        record = {**run_record(run), "kind": KIND, "only": list(only)}
        text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False)
        (fresh / RECORD).write_text(text + "\n", encoding="utf-8")
        publish([(fresh, folder.absolute())], staged)


def refuse_other(folder: Path) -> None:
    """Raise InputError if a folder holds anything but an earlier reference."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    own = folder.is_dir() and all(
        p.is_file() and (p.suffix == ".csv" or p.name == RECORD) for p in folder.iterdir()
    )
    if not own or not (folder / RECORD).is_file() or _record(folder).get("kind") != KIND:
        message = "the folder holds other files; name an empty folder or an earlier reference"
        raise InputError([Fault(str(folder), None, None, message)])


def read_settings(folder: Path) -> Settings:
    """The settings that a reference was made with."""
    record = _record(folder)
    try:
        return Settings(int(record["draws"]), int(record["seed"]), str(record["design"]))
    except (KeyError, TypeError, ValueError):
        message = "draws, seed or design is missing; make it anew with --update"
        raise InputError([Fault(RECORD, None, None, message)]) from None


def read_only(folder: Path) -> tuple[str, ...]:
    """Names of the sections that a reference holds, none for all that a full run has."""
    return tuple(map(str, _record(folder).get("only", ())))


def _record(folder: Path) -> Mapping[str, Any]:
    path = folder / RECORD
    if not path.is_file():
        message = f"no reference here (looked for {path}); make one with --update"
        raise InputError([Fault(str(folder), None, None, message)])
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError([Fault(str(path), None, None, f"broken JSON: {error}")]) from None
    return found if isinstance(found, dict) else {}


def compare_with_reference(
    run: Run, sections: Sequence[Section], units: Units, folder: Path
) -> Reproduction:
    """Compare the tables of a run, as they would be written, with a reference."""
    record = _record(folder)
    before, after = record.get("inputs"), run.study.input_hashes()
    before = before if isinstance(before, dict) else {}
    names = sorted({*before, *after})
    all_tables = tables_of(sections)
    found = {t.name: as_file(t, units) for t in settled(all_tables)}
    described = dictionary(settled(all_tables), units)
    expected = _read(folder)
    keys = {
        str(name): tuple(rows.loc[rows["key"] == "yes", "column"])
        for name, rows in described.groupby("table")
    }
    summary, differences = compare_tables(expected, {k: _texts(f) for k, f in found.items()}, keys)
    left_out = tuple(
        f"all of {t.name}" if len(t.unsettled) == len(t.columns) else f"{t.name}.{c}"
        for t in all_tables
        for c in t.unsettled[: 1 if len(t.unsettled) == len(t.columns) else None]
    )
    changed = tuple(n for n in names if before.get(n) != after.get(n))
    return Reproduction(summary, differences, left_out, changed, (_icer(expected), _icer_of(found)))


def _read(folder: Path) -> dict[str, pd.DataFrame]:
    return {
        path.stem: pd.read_csv(path, dtype=str, keep_default_na=False)
        for path in sorted(folder.glob("*.csv"))
        if path.stem != DICTIONARY
    }


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as it reads back from its file."""
    return spreadsheet_safe(frame).map(lambda v: "" if v is None or v != v else str(v))


def _icer(tables: Mapping[str, pd.DataFrame]) -> float:
    found = tables.get("comparison")
    if found is None or "icer" not in found or found.empty:
        return math.nan
    return float(found["icer"].iloc[0] or "nan")


def _icer_of(tables: Mapping[str, pd.DataFrame]) -> float:
    found = tables.get("comparison")
    return math.nan if found is None or found.empty else float(found["icer"].iloc[0])


def compare_tables(
    expected: Mapping[str, pd.DataFrame],
    found: Mapping[str, pd.DataFrame],
    keys: Mapping[str, Sequence[str]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare tables of texts by name, as `Reproduction` holds the result."""
    summary, differences = [], []
    for name in dict.fromkeys([*expected, *found]):
        if name not in expected or name not in found:
            here = ["a table" if name in side else "no table" for side in (expected, found)]
            differences.append((name, "", "", *here, math.nan))
            summary.append((name, 0, 1, math.nan))
            continue
        wanted = _by_key(expected[name], keys.get(name, ()))
        got = _by_key(found[name], keys.get(name, ()))
        floors = _floors(wanted)
        worst, differ = 0.0, 0
        for row in dict.fromkeys([*wanted, *got]):
            label = " ".join(row)
            if row not in wanted or row not in got:
                here = ["a row" if row in side else "no row" for side in (wanted, got)]
                differences.append((name, label, "", *here, math.nan))
                differ += 1
                continue
            for column in dict.fromkeys([*wanted[row], *got[row]]):
                a = wanted[row].get(column, "nothing")
                b = got[row].get(column, "nothing")
                gap = _gap(a, b, floors.get((column, _kind(wanted[row])), 0.0))
                if gap is None or gap > RELATIVE:
                    relative = math.nan if gap is None else gap
                    differences.append((name, label, column, a or "blank", b or "blank", relative))
                    differ += 1
                worst = max(worst, gap or 0.0)
        figures = sum(len(row) for row in wanted.values())
        summary.append((name, figures, differ, worst))
    return (
        pd.DataFrame(summary, columns=["table", "figures", "differ", "worst_difference"]),
        pd.DataFrame(
            differences, columns=["table", "row", "column", "expected", "found", "relative"]
        ),
    )


def _by_key(frame: pd.DataFrame, keys: Sequence[str]) -> Rows:
    """Rows by what they are about; the same key again gets a number."""
    rows: Rows = {}
    for record in frame.to_dict("records"):
        texts = {str(k): str(v) for k, v in record.items()}
        key = tuple(_short(texts.get(k, "")) for k in keys) or ("row",)
        number = 2
        while key in rows:
            key = (*key[: len(keys) or 1], f"({number})")
            number += 1
        rows[key] = texts
    return rows


def _short(text: str) -> str:
    value = _number(text)
    return text if value is None else f"{value:.10g}"


def _kind(row: Mapping[str, str]) -> str:
    return next((row[k] for k in _KINDS if k in row), "")


def _floors(rows: Rows) -> dict[tuple[str, str], float]:
    floors: dict[tuple[str, str], float] = {}
    for row in rows.values():
        for column, text in row.items():
            value = _number(text)
            if value is not None:
                place = (column, _kind(row))
                floors[place] = max(floors.get(place, 0.0), FLOOR * abs(value))
    return floors


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _gap(expected: str, found: str, floor: float) -> float | None:
    """The relative difference of two figures, 0 within the floor; None if they are no figures."""
    if expected == found:
        return 0.0
    a, b = _number(expected), _number(found)
    if a is None or b is None:
        return None
    if abs(a - b) <= floor:
        return 0.0
    return abs(a - b) / max(abs(a), abs(b))
