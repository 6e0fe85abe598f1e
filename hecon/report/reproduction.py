"""What a comparison with a reference shows: on a screen, and every difference in a file."""

from pathlib import Path

from rich.console import Console

from hecon.report.content import Column, table
from hecon.report.numbers import Units, figure
from hecon.report.reference import FLOOR, RELATIVE, Reproduction
from hecon.report.table_files import write_table
from hecon.report.terminal import show_table
from hecon.report.words import listed


def write_differences(found: Reproduction, path: Path) -> None:
    """Write every figure that differs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(found.differences, path)


#: Figures that differ which the screen shows; the file holds all.
SHOWN = 10

_DIFFERENCES = (
    Column("table", "Table", "name"),
    Column("row", "Row"),
    Column("column", "Column", "name"),
    Column("expected", "Expected"),
    Column("found", "Found"),
    Column("relative", "Difference", "tiny", meaning="relative"),
)

_SUMMARY = (
    Column("table", "Table", "name"),
    Column("figures", "Figures", "count"),
    Column("differ", "Differ", "count"),
    Column("worst_difference", "Worst difference", "tiny", meaning="relative"),
)


def show_reproduction(found: Reproduction, folder: Path, units: Units, to: Console) -> None:
    """Print each table's figures and worst difference, what is not compared, and the cause."""
    summary = table("reproduction", "Figures compared", _SUMMARY, found.summary, ("table",))
    show_table(summary, units, to, rows=len(found.summary))
    to.print(f"Tolerance: {RELATIVE:g} of a figure, {FLOOR:g} of the largest of its column.")
    if found.left_out:
        to.print(f"Not compared: {listed(found.left_out)}.")
    to.print(
        "The reference is an earlier run of hecon's own: agreement shows that figures are stable, "
        "not that they are right."
    )
    to.print()
    if found.differences.empty:
        to.print(f"All {found.figures:,} figures agree with {folder}.", soft_wrap=True)
        return
    named = ("table", "row", "column")
    differences = table(
        "differences", "Figures that differ", _DIFFERENCES, found.differences, named
    )
    show_table(differences, units, to, rows=SHOWN)
    for name in found.changed_inputs:
        to.print(f"Input changed since the reference was made: {name}", soft_wrap=True)
    before, after = (figure(x, "money") or "none, see words" for x in found.headline)
    to.print(f"ICER: {before} in the reference, {after} now.")
    count = len(found.differences)
    to.print(f"{count:,} of {found.figures:,} figures differ from {folder}.", soft_wrap=True)
