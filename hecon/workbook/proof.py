"""Proof: two spreadsheet engines work out every formula of every replay, and Python the figures."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import chain
from pathlib import Path

import pandas as pd
from openpyxl.utils.cell import coordinate_to_tuple
from rich.console import Console

from hecon.analyses.run import Run
from hecon.workbook.archive import CellError, CellValue, Values
from hecon.workbook.book import compose
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.libreoffice import is_error, libreoffice_replays
from hecon.workbook.replays import (
    Replay,
    ReplayedFigure,
    draw_figures,
    figures,
    replayed,
    replays,
)
from hecon.workbook.sheets import evidence_tables
from hecon.workbook.sheets.checks_sheet import write_checks
from hecon.workbook.sheets.model_settings import AGREES

#: Below this a cell is the rounding of a difference, not a figure.
NOTHING = 1e-11
#: LibreOffice gives exactly 0 for a difference of two amounts that agree but for a last digit.
SNAPPED = 1e-9
#: A difference of two large amounts keeps their rounding: it is measured against at least this
#: share of them.
SHARE = 1e-4
#: Sheets whose cells go to zero by design, with the size that they are measured against: the
#: steps of an iteration end in the rounding of a sum of terms of the order of one.
SCALES = {evidence_tables.TITLE: 1.0}


@dataclass(frozen=True)
class Compared:
    """How many cells were compared, and where they differ most, relative to their size."""

    cells: int = 0
    difference: float = 0.0
    sheet: str = ""
    cell: str = ""


def prove(
    run: Run,
    listed: Sequence[Replay] | None = None,
    *,
    libreoffice: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.DataFrame:
    """Replay everything, or the replays listed, in both engines and in Python.

    Every formula cell of formualizer's is compared with LibreOffice's; every trace, result and
    increment with Python's; in the base case also what follows from the draws.

    Returns:
        Rows of ``replay``, ``against`` (``Python`` or ``LibreOffice``), ``cells`` compared, and of
        these the one that differs most: ``difference`` (relative; infinite if one is no number or
        another text), ``sheet``, ``cell``. Its ``attrs`` hold what the two flags on Checks show in
        each replay: ``sound`` and ``equal``.

    Raises:
        LibreOfficeMissing: If LibreOffice is asked for and not installed.
    """
    listed = replays(run) if listed is None else listed
    tell = progress or (lambda what, done, total: None)
    rows: list[tuple[object, ...]] = []
    flags: dict[str, list[CellValue]] = {"sound": [], "equal": []}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as text:
        plain = Path(text) / "plain.xlsx"
        book = compose(run)
        book.workbook.save(plain)
        live = LiveWorkbook(plain)
        others: Iterator[Values | None] = iter([None] * len(listed))
        if libreoffice:
            others = libreoffice_replays(plain, [r.chosen for r in listed])
        pairs = zip(listed, replayed(book.study, listed), others, strict=True)
        for done, (replay, model, other) in enumerate(pairs, start=1):
            for (sheet, address), value in replay.chosen.items():
                live.set(sheet, *coordinate_to_tuple(address), value)
            values = live.values()
            for name, found in flags.items():
                sheet, _, cell = getattr(book.after(write_checks), name).partition("!")
                found.append(values[sheet.strip("'")][cell.replace("$", "")])
            known = figures(book, replay, model)
            if done == 1 and book.has("draw"):
                known = chain(known, draw_figures(book))
            rows.append((replay.name, "Python", *astuple(_with_python(values, known))))
            if other is not None:
                rows.append((replay.name, "LibreOffice", *astuple(against_engine(values, other))))
            tell("Replaying the workbook", done, len(listed))
    table = pd.DataFrame(rows, columns=["replay", "against", *Compared.__dataclass_fields__])
    table.attrs.update(flags)
    return table


def _with_python(values: Values, known: Iterable[ReplayedFigure]) -> Compared:
    worst = Compared()
    count = 0
    for figure in known:
        count += 1
        found = [values[sheet].get(cell, "") for sheet, cell in figure.cells]
        total = _sum(found) if len(found) > 1 else found[0]
        gap = difference(total, figure.value, SHARE * figure.scale)
        if gap > worst.difference:
            worst = Compared(count, gap, *figure.cells[0])
    return Compared(count, *astuple(worst)[1:])


def _sum(values: list[CellValue]) -> CellValue:
    numbers = [v for v in values if isinstance(v, float)]
    return sum(numbers) if len(numbers) == len(values) else ""


def against_engine(values: Values, other: Values) -> Compared:
    """Every formula cell of one engine against the other's."""
    worst = Compared()
    for sheet, cells in values.items():
        theirs = other[sheet]
        for cell, value in cells.items():
            found = theirs[cell]
            if value == found:
                continue
            gap = difference(value, found, SCALES.get(sheet, 0.0))
            if gap > worst.difference:
                worst = Compared(0, gap, sheet, cell)
    count = sum(len(cells) for cells in values.values())
    return Compared(count, *astuple(worst)[1:])


def difference(ours: CellValue, theirs: CellValue, least: float = 0.0) -> float:
    """Relative difference of two values of a cell; infinite if they are not of a kind.

    Args:
        ours: A value as formualizer gives it.
        theirs: A value as LibreOffice or Python gives it.
        least: The size that the difference is at least measured against.
    """
    if isinstance(ours, bool):
        return 0.0 if theirs in (ours, float(ours)) else float("inf")
    if isinstance(ours, float) and isinstance(theirs, float):
        if theirs == 0 and abs(ours) < SNAPPED:
            return 0.0
        gap = max(0.0, abs(ours - theirs) - NOTHING)
        return gap / max(abs(ours), abs(theirs), least, NOTHING)
    if isinstance(ours, CellError):
        return 0.0 if is_error(theirs) else float("inf")
    return 0.0 if ours == theirs else float("inf")


def print_proof(table: pd.DataFrame, console: Console) -> bool:
    """Print the worst difference from Python and LibreOffice, and every replay above the limit.

    Returns True if there is none.
    """
    for against, rows in table.groupby("against", sort=False):
        worst = rows.sort_values("difference").iloc[-1]
        where = f" ({worst['replay']}: {worst['sheet']}!{worst['cell']})" if worst["cell"] else ""
        console.print(
            f"formualizer and {against}: {len(rows)} replays, {rows['cells'].sum():,} cells, "
            f"worst relative difference {worst['difference']:.1e}{where}",
            soft_wrap=True,
        )
    flags = list(zip(table.attrs["sound"], table.attrs["equal"], strict=True))
    wrong = [pair for pair in flags if pair != (True, "yes")]
    if wrong:
        console.print(f"The workbook's own checks do not hold in {len(wrong)} replays.")
    failed = table[~(table["difference"] <= AGREES)]
    for row in failed.to_dict("records"):
        console.print(
            f"differs from {row['against']}: {row['replay']}: {row['sheet']}!{row['cell']} "
            f"by {row['difference']:.1e}",
            soft_wrap=True,
        )
    return failed.empty and not wrong
