"""Rows of the sheet Evidence: what stands in which column of an estimate's block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hecon.engine.expression import Expr
from hecon.studies.estimates.synthesised import (
    DIFFERENCE,
    MEAN_DIFFERENCE,
    PROPORTION,
    RATIOS,
    Synthesised,
)
from hecon.synthesis.effects import MEASURES, Measure
from hecon.synthesis.estimate import HIGH, LOW
from hecon.workbook.context import Book
from hecon.workbook.estimates import EstimateBlock, Faces
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.evidence_tables import EvidenceAddresses, marked

NATURAL = ("natural", "natural low", "natural high")
SHOWN = (
    *("rows", "study", "status", "events_1", "n_1", "events_2", "n_2", "added"),
    *("estimate", "variance", "se", "weight", "low", "high", *NATURAL),
    *("python estimate", "python se"),
)
RESULT = "result"

#: Number format of effects; more digits are underneath.
SHAPE = "probability"
#: The longest text that fits a line beside the figures.
LABEL = 40


@dataclass
class Rows:
    """Cells of blocks one below the other, by row and name of the column."""

    book: Book
    page: Page
    steps: Page
    places: EvidenceAddresses
    row: int
    steps_row: int
    blocks: dict[str, EstimateBlock] = field(default_factory=dict)

    @property
    def faces(self) -> Faces:
        """How expressions become formulas on this sheet."""
        return Faces(self.book.layout.fixed["decimals"], self.places.constants)

    def at(self, name: str) -> int:
        """Number of a column."""
        return SHOWN.index(name) + 1

    def cell(self, name: str, row: int) -> str:
        """A cell of a row on this sheet, its column fixed."""
        return f"${letter(self.at(name))}{row}"

    def fixed(self, name: str, row: int) -> str:
        """The same with its row fixed, too."""
        return f"${letter(self.at(name))}${row}"

    def ref(self, name: str, row: int) -> str:
        """The same for other sheets."""
        return self.page.ref(row, self.at(name))

    def span(self, name: str, first: int, last: int) -> str:
        """A column of a block."""
        return self.page.span(self.at(name), first, last)

    def formula(self, row: int, name: str, text: str, kind: str = "formula") -> None:
        """A formula in a row's column."""
        shape = "count" if name.startswith(("events", "n_")) else SHAPE
        self.page.formula(row, self.at(name), text, kind, shape)

    def face(self, row: int, name: str, expr: Expr, cells: Mapping[str, str]) -> None:
        """An expression of the synthesis in a row's column."""
        self.formula(row, name, self.faces.formula(expr, cells))

    def cells(self, row: int) -> dict[str, str]:
        """Every column of a row by name."""
        return {name: self.cell(name, row) for name in SHOWN}

    def head(self, estimate: Synthesised) -> None:
        """An estimate's name, what it is, where it goes, and the headings of its block."""
        page, row = self.page, self.row
        retracted = estimate.status == "retracted"
        page.put(row, 1, estimate.name, "retracted" if retracted else "section")
        page.put(row, 2, estimate.title, "retracted" if retracted else "section")
        asked = self.book.study.synthesis.rows[estimate.name]
        words = [estimate.method, estimate.measure, asked.treatments, asked.outcome]
        if asked.missing == "failure":
            words.append("missing counted as failure")
        lines = ["; ".join(w for w in words if w), estimate.note, goes_to(self.book, estimate.name)]
        for line in filter(None, lines):
            row += 1
            page.put(row, 1, line, "note")
        scale = RATIOS.get(estimate.measure, estimate.measure)
        own = "logit" if estimate.measure == PROPORTION else estimate.measure
        counts = {
            "reported": ["published", "low", "high", ""],
            "pooled counts": ["events", "n", "", ""],
            "Jeffreys": ["events", "n", "", ""],
            "proportion": ["events", "n", "", ""],
            "prediction": ["events", "n", "", ""],
            "pairwise": ["events 1", "n 1", "events 2", "n 2"],
        }.get(estimate.method, [""] * 4)
        names = ["rows", "study", "status", *counts, "added" if any(counts) else ""]
        names += [own, "variance", "standard error", "weight", "low, 95 %", "high, 95 %"]
        names += [scale, "low, 95 %", "high, 95 %", "Python's estimate", "Python's error"]
        page.headings(row + 1, names)
        self.row = row + 2

    def names(self, row: int, rows: Sequence[str], label: str, status: str) -> None:
        """What a row rests on: rows of the evidence, in words, with status."""
        page = self.page
        page.put(row, 1, ", ".join(rows))
        page.put(row, 2, label, wrap=len(label) > LABEL)
        page.put(row, 3, status, marked(status))

    def interval(self, row: int, measure: str, reach: str = "") -> None:
        """An estimate's interval, and all three on the natural scale."""
        cells = {**self.cells(row), "z": reach or self.places.settings["z"]}
        self.face(row, "low", LOW, cells)
        self.face(row, "high", HIGH, cells)
        self.natural(row, measure)

    def natural(self, row: int, measure: str) -> None:
        """An estimate and its interval on the scale that people know."""
        for name, own in zip(NATURAL, ("estimate", "low", "high"), strict=True):
            if measure in (DIFFERENCE, MEAN_DIFFERENCE):
                self.formula(row, name, self.cell(own, row))
            else:
                known = measure_of("log odds ratio" if measure in RATIOS else measure)
                self.face(row, name, known.natural, {"estimate": self.cell(own, row)})

    def result(self, estimate: Synthesised, row: int, label: str) -> None:
        """Python's figures beside a result, and its place for other sheets."""
        page = self.page
        page.put(row, 1, RESULT, "output")
        page.put(row, 2, label, "output", wrap=len(label) > LABEL)
        page.put(row, 3, estimate.status, marked(estimate.status))
        for name, value in (("estimate", estimate.effect.estimate), ("se", estimate.effect.se)):
            page.put(row, self.at(f"python {name}"), value, "text", SHAPE)
            cell, known = self.ref(name, row), self.ref(f"python {name}", row)
            tolerance = self.book.layout.fixed["tolerance"]
            what = "standard error" if name == "se" else "estimate"
            self.book.comparisons.append(
                (
                    f"Evidence: {what} of {estimate.name} equals Python's",
                    f"ABS({cell}-{known})<={tolerance}*MAX(1,ABS({known}))",
                )
            )
        shown = ("estimate", "se", "low", "high", *NATURAL)
        for name in shown:
            styled = self.page.sheet.cell(row, self.at(name))
            page._dress(styled, "output", SHAPE, False)
        self.blocks[estimate.name] = EstimateBlock(
            estimate.measure, {name: self.ref(name, row) for name in shown}
        )
        self.row = row + 1


def measure_of(measure: str) -> Measure:
    """The formulas of a measure."""
    return MEASURES["logit" if measure == PROPORTION else measure]


def goes_to(book: Book, name: str) -> str:
    """Where an estimate is used, in words."""
    study = book.study
    inputs = [p.text for p in study.parameters if p.is_input and p.estimate == name]
    scenarios = [s.id for s in study.scenarios if name in s.estimates]
    parts = [e.name for e in study.synthesis.estimates.values() if name in e.parts]
    places = (("Inputs", inputs), ("scenario", scenarios), ("estimate", parts))
    found = [f"{what} {', '.join(names)}" for what, names in places if names]
    return "goes to: " + ("; ".join(found) or "nothing in this workbook, shown for comparison")
