"""Provenance: how the workbook came about, and how to make it again."""

from __future__ import annotations

from pathlib import Path

from hecon.reports.record import run_record
from hecon.workbook.context import Book
from hecon.workbook.styles import add_page


def write_provenance(book: Book) -> None:
    """Versions, seed, the hash of each input, and how to make the same file again."""
    page = add_page(
        book.workbook,
        "Provenance",
        "Provenance",
        "How this workbook came about. The same inputs, versions and seed give the same bytes.",
        "A4",
    )
    page.widths(44, 90)
    record = run_record(book.results)
    rows: list[tuple[str, str]] = []
    for name, value in record.items():
        if isinstance(value, dict):
            rows += [(f"{name}: {k}", str(v)) for k, v in value.items()]
        else:
            rows.append((name, str(value)))
    rows += [("to reproduce", _command(book)), ("where the inputs are", _where(book))]
    page.headings(3, ["what", "value"])
    for i, (name, text) in enumerate(rows):
        page.put(4 + i, 1, name, wrap=True)
        page.put(4 + i, 2, text, wrap=True)


def _shown(book: Book, folder: Path) -> str:
    """A folder as seen from where the run was started; of one outside it, only the name."""
    if book.inputs:
        return f"{book.inputs}/{folder.name}"
    here = Path.cwd()
    inside = folder.is_absolute() and folder.is_relative_to(here)
    return folder.relative_to(here).as_posix() if inside else folder.name


def _command(book: Book) -> str:
    study, design = book.study, book.results.probabilistic.design
    rules = study.jurisdiction.folder
    place = "" if rules == study.folder else f" --jurisdiction {_shown(book, rules)}"
    return (
        f"hecon run {_shown(book, study.folder)}{place} --draws {design.draws} "
        f"--seed {design.seed} --design {design.method}"
    )


def _where(book: Book) -> str:
    if book.inputs:
        return (
            f"This is the run of an edited workbook. Its inputs were written to {book.inputs} as "
            "a study's files; edits.csv beside it lists what differs from the original."
        )
    return "In the folders that the command names; the hashes above are those of their files."
