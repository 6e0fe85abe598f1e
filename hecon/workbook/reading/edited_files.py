"""The copied files of a study as grids of text, and the cell of the workbook each edit is from."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from hecon.errors import Fault
from hecon.studies.study import Study
from hecon.workbook.translated import sheet_title


@dataclass(frozen=True)
class Edit:
    """One cell that was typed over."""

    sheet: str
    cell: str
    what: str
    before: str
    after: str
    follows: str = ""  #: What else of the study changes with it, in words.


@dataclass
class Files:
    """Copies of the folders of a study and its jurisdiction; a file is named `copy/file`."""

    copies: dict[Path, Path]  #: The copy of each original folder.
    grids: dict[str, list[list[str]]] = field(default_factory=dict)
    origin: dict[tuple[str, int, str | None], tuple[str, str]] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)

    @staticmethod
    def copy(study: Study, target: Path) -> Files:
        """Copy a study, with what it extends, and its jurisdiction, under different names."""
        rules = study.jurisdiction.folder
        within = [f for f in study.folders if f != rules and f.is_relative_to(rules)]
        copies = {f: target / f.name for f in study.folders if f not in within}
        if rules not in copies:
            taken = {folder.name for folder in study.folders}
            copies[rules] = target / (rules.name + ("_rules" if rules.name in taken else ""))
        for folder, copied in copies.items():
            shutil.copytree(folder, copied)
        # a jurisdiction's own part of the study lies in its folder
        return Files(copies | {f: copies[rules] / f.relative_to(rules) for f in within})

    def name(self, folder: Path, file: str) -> str:
        """What a file of one of the original folders is called here and in faults."""
        return f"{self.copies[folder].name}/{file}"

    def of_study(self, study: Study, shown: str) -> str:
        """What a file of the study, named as messages name it, is called here."""
        name, _, file = shown.partition("/")
        return self.name(next(f for f in study.folders if f.name == name), file)

    def path(self, shown: str) -> Path:
        """Where a file is."""
        folder, _, file = shown.partition("/")
        return next(copied for copied in self.copies.values() if copied.name == folder) / file

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

    def translated(self, fault: Fault, workbook: str) -> Fault:
        """A fault in a copied file as one in the cell that it comes from."""
        for column in (fault.column, None):
            found = self.origin.get((fault.file, fault.row or 0, column))
            if found is not None:
                sheet, cell = found
                place = f"{workbook}, sheet {sheet_title(sheet)}, cell {cell}"
                return Fault(place, None, None, fault.message)
        return fault
