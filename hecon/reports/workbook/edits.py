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
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from hecon.analyses.one_way import ranges
from hecon.engine.expression import Expr
from hecon.engine.model import key_text
from hecon.errors import Fault, FaultList, InputError
from hecon.parameters.distributions import NATIVE, Distribution, distribution
from hecon.parameters.rows import parse_pairs
from hecon.parameters.schema import Parameter
from hecon.reports.workbook.context import override_name
from hecon.reports.workbook.safety import refuse_unsafe
from hecon.reports.workbook.sheets import acceptability
from hecon.reports.workbook.sheets.inputs import HEADER, SETTINGS, plain_settings
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

    def blank(self, shown: str, row: int, column: str) -> bool:
        """True if a cell is empty or its column isn't there."""
        grid = self.grid(shown)
        header = [h.strip() for h in grid[0]]
        return column not in header or not grid[row - 1][header.index(column)].strip()

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
    with _readable(path):
        book = _open(path)
        if "Provenance" not in book.sheetnames:
            text = "this is no report of hecon: it has no sheet Provenance"
            raise InputError([Fault(path.name, None, None, text)])
        rows = book["Provenance"].iter_rows(max_col=2, values_only=True)
        found = {str(_at(r, 0)): str(_at(r, 1)) for r in rows}
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
    places = dict.fromkeys([original.folder, original.jurisdiction.folder])
    folders = {place.name: folder / place.name for place in places}
    for place in places:
        shutil.copytree(place, folders[place.name])
    files = Files(folders)
    faults = FaultList()
    readers = {"Inputs": _parameters}
    if original.course is not None:
        readers["Sessions"] = _sessions
    if original.model.tables:
        readers["Tables"] = _tables
    if original.scenarios:
        readers["Scenarios"] = _scenarios
    with _readable(path):
        book = _open(path)
        for sheet in readers:
            if sheet not in book.sheetnames:
                faults.add(path.name, None, None, f"sheet {sheet} is missing")
        faults.raise_if_any()
        for read in readers.values():
            read(book, original, files, faults, path.name)
        _settings(book, original, faults, path.name)
    faults.raise_if_any()
    files.save()
    own = original.jurisdiction.folder == original.folder
    rules = None if own else folders[original.jurisdiction.folder.name]
    try:
        return load_study(folders[original.folder.name], rules), files.edits
    except InputError as error:
        raise InputError([_translated(f, files, path.name) for f in error.faults]) from None


def _open(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn whatever a malformed part makes a reader raise into one fault."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        ArithmeticError,
        AttributeError,
        EOFError,
        LookupError,
        OSError,
        RuntimeError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
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


def _at(cells: Sequence[object], position: int) -> object:
    """A row's cell; rows end at their last cell that is not empty."""
    return cells[position] if position < len(cells) else None


def _place(name: str, sheet: str, cell: str) -> str:
    return f"{name}, sheet {sheet}, cell {cell}"


def _number(
    value: object, faults: FaultList, name: str, sheet: str, cell: str, needed: bool = False
) -> float | None:
    """A cell's number; None if it is empty or the fault is recorded.

    Parameters
    ----------
    needed
        True if an empty cell is a fault too.
    """
    place = _place(name, sheet, cell)
    if value is None:
        if needed:
            faults.add(place, None, None, "is empty; a number is needed")
        return None
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if plain and math.isfinite(float(value)):  # type: ignore[arg-type]
        return float(value)  # type: ignore[arg-type]
    if _is_formula(value):
        shown = str(getattr(value, "text", None) or value)[:60]
        text = f"found the formula '{shown}', allowed is a number; type the number"
    else:
        text = f"found '{str(value)[:60]}', allowed is a number"
    faults.add(place, None, None, text)
    return None


def _is_formula(value: object) -> bool:
    if isinstance(value, ArrayFormula | DataTableFormula):
        return True
    return isinstance(value, str) and value.startswith("=")


def _show(value: float | None) -> str:
    return "empty" if value is None else f"{value:.15g}"


def _parameters(
    book: openpyxl.Workbook, study: Study, files: Files, faults: FaultList, name: str
) -> None:
    known = {p.text: p for p in study.parameters}
    derived = {r.parameter.text: (r.low, r.high) for r in ranges(study)}
    missing = {text for text, p in known.items() if p.is_input}
    for row, cells in _cells(book["Inputs"], HEADER + 1):
        parameter = known.get(str(_at(cells, 0)))
        if parameter is None:
            continue
        missing.discard(parameter.text)
        before = len(files.edits)
        _base_value(parameter, row, cells, derived.get(parameter.text), files, faults, name)
        if parameter.estimate and len(files.edits) > before:
            _untie(parameter, files, files.edits[before])
    for text in sorted(missing):
        faults.add(f"{name}, sheet Inputs", None, None, f"the row of '{text}' is missing")


def _base_value(
    parameter: Parameter,
    row: int,
    cells: Sequence[object],
    derived: tuple[float, float] | None,
    files: Files,
    faults: FaultList,
    name: str,
) -> None:
    """Read one parameter's yellow cells: its value and the two ends of its range."""

    def note(column: str, letter: str, before: str, after: str) -> Edit:
        edit = Edit("Inputs", f"{letter}{row}", f"{parameter.text}, {column}", before, after)
        files.edits.append(edit)
        return edit

    own = {"low": parameter.low, "high": parameter.high}
    ends = dict(own)
    typed: dict[str, Edit] = {}
    shown = dict(zip(own, derived, strict=True)) if derived is not None else own
    for column, letter, position in (("low", "F", 5), ("high", "G", 6)):
        before, value = shown[column], _at(cells, position)
        if before is None:
            continue
        needed = own[column] is None
        after = _number(value, faults, name, "Inputs", f"{letter}{row}", needed)
        if (after is None and (needed or value is not None)) or not _changed(before, after):
            continue
        typed[column] = note(column, letter, _show(before), _show(after))
        ends[column] = after
    if typed:
        # a range counts only if both of its ends are stated
        for column, end in shown.items():
            if ends[column] is None and column not in typed:
                ends[column] = end
            edit = typed.get(column) or next(iter(typed.values()))
            text = "" if ends[column] is None else repr(ends[column])
            files.set(parameter.file, parameter.row, column, text, edit)
    value = _at(cells, 3)
    if parameter.value is None and _is_formula(value):
        return
    after = _number(value, faults, name, "Inputs", f"D{row}", needed=True)
    if after is None or not _changed(parameter.value, after):
        return
    edit = note("value", "D", _show(parameter.value), _show(after))
    if parameter.group == "sessions":
        # a session's cell that a scenario changes: its file has a column for each quantity
        column = parameter.name.removeprefix("session_").partition("_")[2]
        files.set(parameter.file, parameter.row, column, repr(after), edit)
        return
    files.set(parameter.file, parameter.row, "value", repr(after), edit)
    if parameter.formula is not None:
        files.set(parameter.file, parameter.row, "formula", "", edit)
    for column, letter, sign in (("low", "F", 1), ("high", "G", -1)):
        end = ends[column]
        if end is not None and column not in typed and sign * after < sign * end:
            note(column, letter, _show(end), _show(after))
            files.set(parameter.file, parameter.row, column, repr(after), edit)
    _recentre(parameter, after, files, edit)


def _untie(parameter: Parameter, files: Files, edit: Edit) -> None:
    """Type what an estimate gave, where the edit hasn't: a row can't have both."""
    drawn = parameter.distribution
    native = zip(NATIVE[drawn.kind], drawn.parameters, strict=True)
    fixed = not files.blank(parameter.file, parameter.row, "distribution")
    typed = {
        "value": repr(parameter.value),
        "low": repr(parameter.low),
        "high": repr(parameter.high),
        "distribution": drawn.kind,
        "distribution_parameters": "" if fixed else "; ".join(f"{n} = {v!r}" for n, v in native),
        "derivation": f"{parameter.derivation}, edited",
        "source": parameter.source,
        "status": parameter.status,
    }
    files.set(parameter.file, parameter.row, "estimate", "", edit)
    for column, text in typed.items():
        if files.blank(parameter.file, parameter.row, column):
            files.set(parameter.file, parameter.row, column, text, edit)


def _recentre(parameter: Parameter, value: float, files: Files, edit: Edit) -> None:
    """Move an uncertain input's distribution to its new value, with the spread it had.

    Where no such distribution exists the input becomes fixed.
    """
    drawn = parameter.distribution
    if drawn.kind in ("fixed", "dirichlet"):
        return
    moved = moved_distribution(drawn, value)
    try:
        if moved is not None:
            distribution(drawn.kind, {k: float(v) for k, v in parse_pairs(moved).items()})
    except (ValueError, ArithmeticError):
        moved = None
    if moved is None:
        what = f"{parameter.text}, distribution"
        files.edits.append(Edit("Inputs", edit.cell, what, drawn.kind, "fixed"))
        files.set(parameter.file, parameter.row, "distribution", "fixed", edit)
    files.set(parameter.file, parameter.row, "distribution_parameters", moved or "", edit)


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
    known = {(s.strategy, float(s.number)): s for s in course.sessions}
    missing = dict(known)
    for row, cells in _cells(book["Sessions"], 1):
        if cells[:2] == ("strategy", "session"):
            heads = [str(c) for c in cells]
            continue
        strategy, number = _at(cells, 0), _at(cells, 1)
        if not heads or (strategy is None and number is None):
            continue
        numeric = isinstance(number, int | float) and not isinstance(number, bool)
        key = (str(strategy), float(number) if numeric else math.nan)  # type: ignore[arg-type]
        session = missing.pop(key, None)
        if session is None:
            twice = "appears twice" if key in known else "is none of the study's"
            text = f"'{str(strategy)[:60]}', session '{str(number)[:60]}' {twice}"
            faults.add(f"{name}, sheet Sessions, row {row}", None, None, text)
            continue
        exprs = {"week": session.week, "included": session.included, **session.quantities}
        for column, expr in exprs.items():
            position = _heading(heads, column, faults, name, "Sessions")
            if position is None:
                continue
            value = _at(cells, position)
            plain = expr.op == "const"
            if not plain and (value is None or _is_formula(value)):
                continue
            cell = f"{openpyxl.utils.get_column_letter(position + 1)}{row}"
            after = _number(value, faults, name, "Sessions", cell, needed=True)
            before = expr.value if plain else None
            if after is None or not _changed(before, after):
                continue
            what = f"{session.strategy}, session {session.number}, {column}"
            shown_before = _show(before) if before is not None else "formula"
            edit = Edit("Sessions", cell, what, shown_before, _show(after))
            files.edits.append(edit)
            files.set(shown, session.row, column, repr(after), edit)
    for session in missing.values():
        text = f"session {session.number} of {session.strategy} is missing"
        faults.add(f"{name}, sheet Sessions", None, None, text)


def _heading(
    heads: Sequence[str], wanted: str, faults: FaultList, name: str, sheet: str
) -> int | None:
    """Where a column is; a column that is gone is a fault."""
    if wanted in heads:
        return heads.index(wanted)
    faults.add(f"{name}, sheet {sheet}", None, None, f"the column '{wanted}' is missing")
    return None


def _tables(
    book: openpyxl.Workbook, study: Study, files: Files, faults: FaultList, name: str
) -> None:
    grid = [cells for _, cells in _cells(book["Tables"], 1)]

    def at(row: int, position: int) -> object:
        return _at(grid[row - 1], position) if row <= len(grid) else None

    letter = openpyxl.utils.get_column_letter
    column = 0
    here = study.jurisdiction
    for table_name, table in study.model.tables.items():
        place = here.folder if table_name in here.definition.tables else study.folder
        entry = {**here.definition.tables, **study.definition.tables}[table_name]
        shown = f"{place.name}/{entry.file}"
        lines = list(enumerate(files.grid(shown), start=1))[1:]
        rows = {float(cells[0]): i for i, cells in lines if any(c.strip() for c in cells)}
        keys = [float(key) for key in table.keys]
        for i, key in enumerate([*keys, None]):
            found = at(5 + i, column)
            if found is None and key is None:
                continue
            number = float(found) if isinstance(found, int | float) else None
            if key is None or number is None or _changed(key, number):
                text = "the keys of a table can't be changed here; change the study's file"
                cell = f"{letter(column + 1)}{5 + i}"
                faults.add(_place(name, "Tables", cell), None, None, text)
        for offset, heading in enumerate(table.columns, start=1):
            for i, before in enumerate(table.columns[heading].tolist()):
                cell = f"{letter(column + offset + 1)}{5 + i}"
                after = _number(at(5 + i, column + offset), faults, name, "Tables", cell, True)
                if after is None or not _changed(before, after):
                    continue
                what = f"{table_name}.{heading} at {keys[i]:g}"
                edit = Edit("Tables", cell, what, _show(before), _show(after))
                files.edits.append(edit)
                files.set(shown, rows[keys[i]], heading, repr(after), edit)
        column += len(table.columns) + 2


def _settings(book: openpyxl.Workbook, study: Study, faults: FaultList, name: str) -> None:
    """Settings that are yellow to be tried out live, but belong to the study's own files."""
    own = plain_settings(study)
    expected: dict[tuple[str, str], tuple[float, object, str]] = {}
    for row, cells in _cells(book["Inputs"], SETTINGS):
        if row >= HEADER:
            break
        setting = str(_at(cells, 0))
        if setting in own:
            expected[("Inputs", f"C{row}")] = (own[setting], _at(cells, 2), "study")
    rules = study.jurisdiction.definition
    rule = rules.severity
    if rule is not None and study.population is not None and "Severity" in book.sheetnames:
        for (row, cells), step in zip(_cells(book["Severity"], 4), rule.classes, strict=False):
            found = (("D", step.shortfall, 3), ("E", step.weight, 4))
            for letter, before, position in found:
                value = _at(cells, position)
                expected[("Severity", f"{letter}{row}")] = (before, value, "jurisdiction")
    if acceptability.TITLE in book.sheetnames:
        width = rules.acceptability.highest / (acceptability.STEPS - 1)
        lines = _cells(book[acceptability.TITLE], acceptability.FIRST)
        for i, (row, cells) in zip(range(acceptability.STEPS), lines, strict=False):
            place = (acceptability.TITLE, f"A{row}")
            expected[place] = (round(width * i), _at(cells, 0), "jurisdiction")
    for (sheet, cell), (before, value, owner) in expected.items():
        number = float(value) if isinstance(value, int | float) else None
        if number is None or _changed(before, number):
            text = f"this setting belongs to the {owner}'s file; change it there"
            faults.add(_place(name, sheet, cell), None, None, text)


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
            position = _heading(heads, override_name(key), faults, name, "Scenarios")
            if position is None:
                continue
            value = _at(cells, position)
            expr: Expr | None = scenario.changes.get(key)
            if expr is not None and expr.op != "const" and _is_formula(value):
                continue
            cell = f"{openpyxl.utils.get_column_letter(position + 1)}{row}"
            after = _number(value, faults, name, "Scenarios", cell)
            if after is None and (expr is None or value is not None):
                continue
            before = expr.value if expr is not None and expr.op == "const" else None
            if after is not None and not _changed(before, after):
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
