"""Evidence read back: counts of trial arms and published figures, into the files they are from."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hecon.parameters.parameter_schema import STATUSES, Parameter
from hecon.report.language import say
from hecon.studies.estimates.evidence_records import Arm, PublishedEffect
from hecon.workbook.reading.cells import WorkbookReading, address, as_shown, at, changed, show
from hecon.workbook.reading.edited_files import Edit
from hecon.workbook.sheets.evidence_tables import (
    ARM,
    CONTRAST,
    COUNTS,
    EFFECT,
    FIGURES,
    TITLE,
    contrasts_shown,
    count_columns,
    count_of,
    figure_of,
    headings_aside,
)


@dataclass(frozen=True)
class _EditedTable:
    """A table of the sheet: its columns that may be typed into, and what they were."""

    items: Mapping[str, Arm | PublishedEffect]
    columns: list[str]
    whole: bool

    def delivered(self, name: str, column: str) -> float | None:
        item = self.items[name]
        return count_of(item, column) if isinstance(item, Arm) else figure_of(item, column)


def read_evidence(reading: WorkbookReading) -> None:
    """Read every count and every published figure; a row that is gone is a fault."""
    tables = _tables(reading)
    missing = {(k, say(name)): name for k, table in tables.items() for name in table.items}
    for kind, heads, row, cells in _rows(reading, tables):
        shown = str(at(cells, 0))
        if (kind, shown) not in missing:
            text = f"'{shown[:60]}' is no {kind} of the study; add it to the study's file"
            reading.fault(TITLE, f"A{row}", text)
            continue
        name = missing.pop((kind, shown))
        for column in tables[kind].columns:
            position = reading.heading(heads, column.replace("_", " "), TITLE)
            if position is not None:
                _figure(reading, tables[kind], name, column, row, position, cells)
    for kind, name in sorted(missing):
        reading.fault(TITLE, "", f"the row of {kind} '{name}' is missing")


def _tables(reading: WorkbookReading) -> dict[str, _EditedTable]:
    synthesis = reading.study.synthesis
    evidence = synthesis.evidence
    arms: dict[str, Arm | PublishedEffect] = {a.id: a for a in evidence.arms}
    effects: dict[str, Arm | PublishedEffect] = {e.id: e for e in evidence.effects}
    contrasts: dict[str, Arm | PublishedEffect] = {c.id: c for c in contrasts_shown(synthesis)}
    return {
        ARM: _EditedTable(arms, count_columns(evidence), whole=True),
        EFFECT: _EditedTable(effects, list(FIGURES[EFFECT]), whole=False),
        CONTRAST: _EditedTable(contrasts, list(FIGURES[CONTRAST]), whole=False),
    }


def _rows(
    reading: WorkbookReading, tables: Mapping[str, _EditedTable]
) -> Iterator[tuple[str, list[str], int, tuple[object, ...]]]:
    """The rows below each table's headings, up to one without a status beside the figures."""
    kinds = as_shown({kind: kind for kind in tables})
    kind, heads = "", [""]
    for row, cells in reading.rows(TITLE):
        first = at(cells, 0)
        if first in kinds:
            kind, heads = kinds[str(first)], [str(c) for c in cells]
            for wanted in headings_aside(reading.study, kind):
                reading.heading(heads, wanted, TITLE)
        elif kind and (first is None or at(cells, COUNTS - 2) is None):
            kind = ""
        elif kind:
            yield kind, heads, row, cells


def _figure(
    reading: WorkbookReading,
    table: _EditedTable,
    name: str,
    column: str,
    row: int,
    position: int,
    cells: tuple[object, ...],
) -> None:
    cell, value, before = address(position, row), at(cells, position), table.delivered(name, column)
    if before is None:
        if value is not None:
            text = (
                f"{column} of {name} was not reported, and nothing here uses it; to add it, "
                "change the study's file"
            )
            reading.fault(TITLE, cell, text)
        return
    after = reading.number(value, TITLE, cell, needed=True)
    if after is None or not changed(before, after):
        return
    if table.whole and (after < 0 or after != math.floor(after)):
        reading.fault(TITLE, cell, f"found {after:g}, allowed is a count (0, 1, 2, ...)")
        return
    item = table.items[name]
    text = f"{after:.0f}" if table.whole else repr(after)
    edit = Edit(TITLE, cell, f"{name} ({item.study}), {column}", show(before), show(after))
    file = reading.files.of_study(reading.study, item.file)
    reading.files.set(file, item.row, column, text, reading.note(edit))
    _blame(reading, name, cell)


def _blame(reading: WorkbookReading, name: str, cell: str) -> None:
    """Let faults of estimates that rest on a row name its cell."""
    study = reading.study
    for source in study.sources("synthesis.estimates"):
        file = reading.files.of_study(study, source.shown)
        for estimate in study.synthesis.estimates.values():
            if name in estimate.rows:
                reading.files.origin.setdefault((file, estimate.row, None), (TITLE, cell))


def untie(
    reading: WorkbookReading,
    parameter: Parameter,
    file: str,
    edit: Edit,
    ends: Mapping[str, float | None],
    status: object,
) -> str:
    """Let a parameter whose value was typed over go its own way, away from its estimate.

    Range and kind of distribution stay as the estimate gave them. The status is that typed
    into its cell, else an assumption. Returns the change in words.
    """
    known = as_shown({each: each for each in STATUSES}).get(str(status), parameter.status)
    stated = known if known != parameter.status else "assumption"
    cells = {
        "estimate": "",
        "distribution": parameter.distribution.kind,
        "derivation": f"{parameter.derivation}, edited",
        "source": f"typed over the estimate {parameter.estimate}",
        "status": stated,
    }
    for column, end in ends.items():
        cells[column] = "" if end is None else repr(end)
    for column, text in cells.items():
        reading.files.set(file, parameter.row, column, text, edit)
    return f"estimate {parameter.estimate} -> none, status {stated}"
