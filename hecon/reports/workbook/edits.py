"""An edited workbook read back: its inputs become a study's files again, and are validated there.

The original study is copied, every cell that was typed over is written into the copy's files,
and the copy is loaded like any other study. Faults are then named by sheet and cell.
"""

from __future__ import annotations

import csv
import io
import math
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from hecon.engine.model import key_text
from hecon.errors import Fault, FaultList, InputError
from hecon.parameters.distributions import Distribution
from hecon.parameters.rows import parse_pairs
from hecon.parameters.schema import Parameter
from hecon.reports.workbook.context import override_name
from hecon.reports.workbook.safety import refuse_unsafe
from hecon.studies.load import load_study
from hecon.studies.study import Study

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")

#: Relative difference below which a cell counts as not touched (Excel keeps 15 digits).
SAME = 1e-12


@dataclass(frozen=True)
class Edit:
    """One cell that was typed over."""

    sheet: str
    cell: str
    what: str
    before: str
    after: str


@dataclass
class Files:
    """The copied files of a study as grids of text, and which workbook cell each edit came from."""

    folders: dict[str, Path]
    grids: dict[str, list[list[str]]] = field(default_factory=dict)
    origin: dict[tuple[str, int, str | None], tuple[str, str]] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)

    def path(self, shown: str) -> Path:
        """Where a file named `folder/file` is."""
        folder, _, file = shown.partition("/")
        return self.folders[folder] / file

    def grid(self, shown: str) -> list[list[str]]:
        """A file's cells, header first."""
        if shown not in self.grids:
            text = self.path(shown).read_text(encoding="utf-8-sig")
            self.grids[shown] = list(csv.reader(io.StringIO(text, newline="")))
        return self.grids[shown]

    def set(self, shown: str, row: int, column: str, text: str, edit: Edit) -> None:
        """Write one cell; a row's number is that of the file, the header being row 1."""
        grid = self.grid(shown)
        header = [h.strip() for h in grid[0]]
        if column not in header:
            for i, line in enumerate(grid):
                line.append(column if i == 0 else "")
            header.append(column)
        grid[row - 1][header.index(column)] = text
        self.origin[(shown, row, column)] = (edit.sheet, edit.cell)
        self.origin.setdefault((shown, row, None), (edit.sheet, edit.cell))

    def save(self) -> None:
        """Write every touched file."""
        for shown, grid in self.grids.items():
            buffer = io.StringIO(newline="")
            csv.writer(buffer, lineterminator="\n").writerows(grid)
            self.path(shown).write_text(buffer.getvalue(), encoding="utf-8")


def names_in_workbook(path: Path) -> tuple[str, str]:
    """Study and jurisdiction that a workbook says it was made from.

    Raises
    ------
    InputError
        If the file is unsafe, or is no report of hecon.
    """
    refuse_unsafe(path)
    book = _open(path)
    if "Provenance" not in book.sheetnames:
        text = "this is no report of hecon: it has no sheet Provenance"
        raise InputError([Fault(path.name, None, None, text)])
    found = {
        str(r[0]): str(r[1]) for r in book["Provenance"].iter_rows(max_col=2, values_only=True)
    }
    names = (found.get("study", ""), found.get("jurisdiction", ""))
    for name in names:
        if not _NAME.fullmatch(name):
            text = (
                f"sheet Provenance names the study '{name[:60]}'; allowed are letters, digits, _ -"
            )
            raise InputError([Fault(path.name, None, None, text)])
    return names


def read_edited(path: Path, original: Study, folder: Path) -> tuple[Study, list[Edit]]:
    """The study that an edited workbook describes.

    Parameters
    ----------
    original
        The study the workbook was made from.
    folder
        An empty folder for the edited copy of the study's files.

    Returns
    -------
    tuple
        The edited study, loaded from `folder`, and every edit.

    Raises
    ------
    InputError
        Naming sheet and cell of every value that is not allowed.
    """
    refuse_unsafe(path)
    book = _open(path)
    places = dict.fromkeys([original.folder, original.jurisdiction.folder])
    folders = {place.name: folder / place.name for place in places}
    for place in places:
        shutil.copytree(place, folders[place.name])
    files = Files(folders)
    faults = FaultList()
    for sheet in ("Inputs", "Sessions", "Tables", "Scenarios"):
        if sheet not in book.sheetnames:
            faults.add(path.name, None, None, f"sheet {sheet} is missing")
    faults.raise_if_any()
    _parameters(book, original, files, faults, path.name)
    _sessions(book, original, files, faults, path.name)
    _tables(book, original, files, faults, path.name)
    _scenarios(book, original, files, faults, path.name)
    faults.raise_if_any()
    files.save()
    own = original.jurisdiction.folder == original.folder
    rules = None if own else folders[original.jurisdiction.folder.name]
    try:
        return load_study(folders[original.folder.name], rules), files.edits
    except InputError as error:
        raise InputError([_translated(f, files, path.name) for f in error.faults]) from None


def _open(path: Path) -> openpyxl.Workbook:
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        text = f"the file can't be read as a workbook ({type(error).__name__})"
        raise InputError([Fault(path.name, None, None, text)]) from None


def _translated(fault: Fault, files: Files, name: str) -> Fault:
    for key in ((fault.file, fault.row or 0, fault.column), (fault.file, fault.row or 0, None)):
        if key in files.origin:
            sheet, cell = files.origin[key]
            return Fault(f"{name}, sheet {sheet}, cell {cell}", None, None, fault.message)
    return fault


def _changed(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) > SAME * max(abs(before), abs(after))


def _cells(sheet: object, first: int) -> Iterator[tuple[int, tuple[object, ...]]]:
    rows = sheet.iter_rows(min_row=first, values_only=True)  # type: ignore[attr-defined]
    yield from enumerate(rows, start=first)


def _number(value: object, faults: FaultList, name: str, sheet: str, cell: str) -> float | None:
    """A cell's number; None if it is empty or the fault is recorded."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return None if value is None else float(value)
    place = f"{name}, sheet {sheet}, cell {cell}"
    faults.add(place, None, None, f"found '{str(value)[:60]}', allowed is a number")
    return None


def _is_formula(value: object) -> bool:
    return isinstance(value, str) and value.startswith("=")


def _show(value: float | None) -> str:
    return "empty" if value is None else f"{value:.15g}"


def _parameters(
    book: openpyxl.Workbook, study: Study, files: Files, faults: FaultList, name: str
) -> None:
    known = {p.text: p for p in study.parameters if p.group != "sessions"}
    for row, cells in _cells(book["Inputs"], 1):
        parameter = known.get(str(cells[0]))
        if parameter is None or len(cells) < 7:
            continue
        for column, letter, before, value in (
            ("value", "D", parameter.value, cells[3]),
            ("low", "F", parameter.low, cells[5]),
            ("high", "G", parameter.high, cells[6]),
        ):
            if _is_formula(value) or (column != "value" and before is None):
                continue
            cell = f"{letter}{row}"
            after = _number(value, faults, name, "Inputs", cell)
            if after is None and column == "value":
                if value is None:
                    place = f"{name}, sheet Inputs, cell {cell}"
                    faults.add(place, None, None, "is empty; a number is needed")
                continue
            if not _changed(before, after):
                continue
            edit = Edit("Inputs", cell, f"{parameter.text}, {column}", _show(before), _show(after))
            files.edits.append(edit)
            text = "" if after is None else repr(after)
            files.set(parameter.file, parameter.row, column, text, edit)
            if column == "value" and after is not None:
                if parameter.formula is not None:
                    files.set(parameter.file, parameter.row, "formula", "", edit)
                _recentre(parameter, after, files, edit)


def _recentre(parameter: Parameter, value: float, files: Files, edit: Edit) -> None:
    """Move an uncertain input's distribution to its new value, with the spread it had."""
    moved = moved_distribution(parameter.distribution, value)
    if moved is not None:
        files.set(parameter.file, parameter.row, "distribution_parameters", moved, edit)


def moved_distribution(drawn: Distribution, value: float) -> str | None:
    """Parameters of the same kind of distribution around another value, None if fixed.

    The standard error stays as it was; on the log scale for a lognormal.
    """
    a = drawn.parameters
    match drawn.kind:
        case "normal":
            return f"mean = {value!r}; sd = {a[1]!r}"
        case "lognormal" if value > 0:
            return f"mu = {math.log(value)!r}; sigma = {a[1]!r}"
        case "gamma":
            return f"mean = {value!r}; se = {a[1] * a[0] ** 0.5!r}"
        case "beta":
            total = a[0] + a[1]
            se = (a[0] * a[1] / (total**2 * (total + 1))) ** 0.5
            return f"mean = {value!r}; se = {se!r}"
        case "uniform" | "triangular":
            shift = value - drawn.centre
            names = ("low", "high") if drawn.kind == "uniform" else ("low", "mode", "high")
            return "; ".join(f"{n} = {v + shift!r}" for n, v in zip(names, a, strict=True))
        case _:
            return None


def _sessions(
    book: openpyxl.Workbook, study: Study, files: Files, faults: FaultList, name: str
) -> None:
    course, entry = study.course, study.definition.course
    if course is None or entry is None:
        return
    shown = f"{study.folder.name}/{entry.sessions}"
    heads: list[str] = []
    known = {(s.strategy, s.number): s for s in course.sessions}
    for row, cells in _cells(book["Sessions"], 1):
        if cells[:2] == ("strategy", "session"):
            heads = [str(c) for c in cells]
            continue
        if not heads or not isinstance(cells[1], int | float):
            continue
        session = known.get((str(cells[0]), int(cells[1])))
        if session is None:
            continue
        exprs = {"week": session.week, "included": session.included, **session.quantities}
        for column, expr in exprs.items():
            position = heads.index(column)
            value = cells[position]
            if _is_formula(value) or (expr.op == "name" and value is None):
                continue
            cell = f"{openpyxl.utils.get_column_letter(position + 1)}{row}"
            after = _number(value, faults, name, "Sessions", cell)
            before = expr.value if expr.op == "const" else None
            if after is None or not _changed(before, after):
                continue
            what = f"{session.strategy}, session {session.number}, {column}"
            shown_before = _show(before) if before is not None else "formula"
            edit = Edit("Sessions", cell, what, shown_before, _show(after))
            files.edits.append(edit)
            files.set(shown, session.row, column, repr(after), edit)


def _tables(
    book: openpyxl.Workbook, study: Study, files: Files, faults: FaultList, name: str
) -> None:
    grid = [cells for _, cells in _cells(book["Tables"], 1)]
    column = 0
    here = study.jurisdiction
    for table_name, table in study.model.tables.items():
        place = here.folder if table_name in here.definition.tables else study.folder
        entry = {**here.definition.tables, **study.definition.tables}[table_name]
        shown = f"{place.name}/{entry.file}"
        header = [h.strip() for h in files.grid(shown)[0]]
        for offset, heading in enumerate(table.columns, start=1):
            for i, before in enumerate(table.columns[heading].tolist()):
                letter = openpyxl.utils.get_column_letter(column + offset + 1)
                cell = f"{letter}{5 + i}"
                value = grid[4 + i][column + offset] if 4 + i < len(grid) else None
                after = _number(value, faults, name, "Tables", cell)
                if after is None or not _changed(before, after):
                    continue
                what = f"{table_name}.{heading} at {table.keys[i]:g}"
                edit = Edit("Tables", cell, what, _show(before), _show(after))
                files.edits.append(edit)
                files.set(shown, i + 2, header[header.index(heading)], repr(after), edit)
        column += len(table.columns) + 2


def _scenarios(
    book: openpyxl.Workbook, study: Study, files: Files, faults: FaultList, name: str
) -> None:
    if not study.scenarios:
        return
    shown = f"{study.folder.name}/{study.definition.scenarios}"
    known = {s.id: s for s in study.scenarios}
    changed = list(dict.fromkeys(key for s in study.scenarios for key in s.changes))
    heads: list[str] = []
    for row, cells in _cells(book["Scenarios"], 1):
        if cells and cells[0] == "scenario":
            heads = [str(c) for c in cells]
            continue
        scenario = known.get(str(cells[0])) if heads else None
        if scenario is None:
            continue
        pairs = parse_pairs(scenario.text)
        texts = dict(zip(scenario.changes, pairs, strict=True))
        touched: Edit | None = None
        for key in changed:
            position = heads.index(override_name(key))
            value = cells[position] if position < len(cells) else None
            if _is_formula(value):
                continue
            cell = f"{openpyxl.utils.get_column_letter(position + 1)}{row}"
            after = _number(value, faults, name, "Scenarios", cell)
            expr = scenario.changes.get(key)
            before = expr.value if expr is not None and expr.op == "const" else None
            if (expr is None and after is None) or not _changed(before, after):
                continue
            what = f"{scenario.id} sets {key_text(key)}"
            touched = Edit("Scenarios", cell, what, _show(before), _show(after))
            files.edits.append(touched)
            if after is None:
                del pairs[texts[key]]
            else:
                pairs[texts.get(key, key_text(key))] = repr(after)
        if touched is not None:
            text = "; ".join(f"{k} = {v}" for k, v in pairs.items())
            files.set(shown, scenario.row, "changes", text, touched)
