"""Between-study variance: the steps of its estimation, one row each, for every pooled estimate."""

from __future__ import annotations

from dataclasses import dataclass

from hecon.engine.expression import substitute
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.estimates import Faces
from hecon.reports.workbook.layout import letter
from hecon.reports.workbook.styles import Page, add_page
from hecon.studies.estimates.synthesised import Synthesised
from hecon.synthesis.heterogeneity import DAMPING, STEPS, TOLERANCE
from hecon.synthesis.pooling import COLUMNS, SUMS, TOTALS

TITLE = "Heterogeneity"

#: Steps in cells; 99 of 100 sets of studies need fewer, and a check says when one does not.
ROWS = 60

TOLERANCE_CELL = "$B$3"
SHOWN = (
    *("step", "tau2", "sum_w", "sum_wy", "sum_w2", "sum_w3", "mean", "q", "slope", "trace"),
    *("information", "damping", "score", "next", "moved"),
)
#: A sum's term over the studies' effects and variances.
_TERMS = {name: substitute(term, COLUMNS) for name, term in SUMS.items()}


@dataclass(frozen=True)
class Found:
    """Addresses of a pooling's totals: at the variance found, and `q_0` at none."""

    tau2: str
    mean: str
    sum_w: str
    q: str
    q_0: str
    df: str


def add_heterogeneity(book: Book) -> Page:
    """The sheet with its heading; a table is added for each pooled estimate."""
    page = add_page(
        book.workbook,
        TITLE,
        "Between-study variance",
        "How far studies differ (tau2), estimated step by step for each pooled estimate on "
        "Evidence. Live: the same steps as in Python, each row the next. Nothing to type here.",
        "B5",
    )
    page.widths(26, *([13.0] * (len(SHOWN) - 1)))
    page.put(3, 1, "a step that moves less has come to rest")
    page.put(3, 2, TOLERANCE, "text", "difference")
    page.put(3, 3, "of tau2 and the smallest variance, as in Python", "note")
    return page


def write_steps(
    book: Book, page: Page, row: int, estimate: Synthesised, y: str, v: str
) -> tuple[Found, int]:
    """The steps of one estimate from its studies' effects and variances.

    Returns
    -------
    tuple
        Where its totals stand, and the next free row.
    """
    assert estimate.pooled is not None
    method = estimate.pooled.method
    page.heading(row, estimate.name)
    page.put(row, 3, f"{estimate.title}; {method}", "note")
    page.put(row + 1, 1, "degrees of freedom")
    page.formula(row + 1, 2, f"ROWS({y})-1")
    df = f"$B${row + 1}"
    page.headings(row + 2, ["mean" if s == "mean" else s.replace("_", " ") for s in SHOWN])
    table = _Table(page, y, v, df)
    start = row + 3
    page.put(start, 1, "without differences")
    page.put(start, table.at("tau2"), 0.0)
    table.sums(start)
    last = start
    if method in STEPS:
        page.put(start, table.at("damping"), 1.0)
        page.put(start, table.at("score"), 0.0)
        if method == "PM":
            page.put(start, table.at("next"), 0.0)
        else:
            table.total(start, "next", "DL")
    if method in ("REML", "PM"):
        last = start + ROWS
        for step in range(1, ROWS + 1):
            table.step(start + step, method)
            page.put(start + step, 1, step)
        rest = f"{TOLERANCE_CELL}*({table.cell('next', last)}+MIN({v}))"
        label = f"Heterogeneity: the steps of {estimate.name} have come to rest"
        own = page.ref(last + 1, table.at("moved"))
        page.formula(last + 1, table.at("moved"), f"{table.cell('moved', last)}<={rest}", "check")
        book.checks.append((label, own))
    page.put(last + 1, 1, "result", "output")
    before = table.cell("next" if method in STEPS else "tau2", last)
    page.formula(last + 1, table.at("tau2"), before, "output", "exact")
    table.sums(last + 1)
    result = {n: page.ref(last + 1, table.at(n)) for n in ("tau2", "mean", "sum_w", "q")}
    found = Found(**result, q_0=page.ref(start, table.at("q")), df=page.ref(row + 1, 2))
    return found, last + 3


@dataclass(frozen=True)
class _Table:
    """The columns of one estimate's steps."""

    page: Page
    y: str
    v: str
    df: str

    def at(self, name: str) -> int:
        return SHOWN.index(name) + 1

    def cell(self, name: str, row: int) -> str:
        return f"${letter(self.at(name))}{row}"

    def _cells(self, row: int) -> dict[str, str]:
        own = {name: self.cell(name, row) for name in SHOWN}
        return {**own, "estimate": self.y, "variance": self.v, "df": self.df}

    def sums(self, row: int) -> None:
        """Sums over the studies at a row's tau2, and the totals that a step needs."""
        cells = self._cells(row)
        for name, term in _TERMS.items():
            text = f"SUMPRODUCT({Faces().formula(term, cells)})"
            self.page.formula(row, self.at(name), text, "formula", "exact")
        for name in ("mean", "trace", "information"):
            text = Faces().formula(TOTALS[name], cells)
            self.page.formula(row, self.at(name), text, "formula", "exact")

    def total(self, row: int, name: str, method: str) -> None:
        """The next tau2 by a method's step."""
        text = Faces().formula(STEPS[method], self._cells(row))
        self.page.formula(row, self.at(name), text, "formula", "exact")

    def step(self, row: int, method: str) -> None:
        """One step from the tau2 of the row above."""
        cells = self._cells(row)
        page, before = self.page, self._cells(row - 1)
        page.formula(row, self.at("tau2"), before["next"], "formula", "exact")
        self.sums(row)
        known = {**cells, "damping": before["damping"], "score_before": before["score"]}
        damping = Faces().formula(DAMPING, known)
        page.formula(row, self.at("damping"), damping)
        page.formula(row, self.at("score"), f"{cells['slope']}-{cells['trace']}")
        self.total(row, "next", method)
        moved = f"ABS({cells['next']}-{cells['tau2']})"
        page.formula(row, self.at("moved"), moved, "formula", "difference")
