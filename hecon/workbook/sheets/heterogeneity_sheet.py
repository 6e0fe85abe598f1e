"""Between-study variance: the steps of its estimation, one row each, for every pooled estimate."""

from collections.abc import Sequence
from dataclasses import dataclass

from hecon.engine.expression import Expr, parse, substitute
from hecon.studies.estimates.synthesised import Synthesised
from hecon.synthesis.heterogeneity import DAMPING, ROUNDING, STEPS, TOLERANCE
from hecon.synthesis.pooling import COLUMNS, SUMS, TOTALS
from hecon.workbook.context import Book
from hecon.workbook.estimates import Faces
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter

#: What the part of Evidence is called, and the columns to its left.
PART, LEFT = "Between-study variance", 34

#: Steps in cells; 99 of 100 sets of studies need fewer, and a check says when one does not.
ROWS = 100

TOLERANCE_CELL, ROUNDING_CELL = (f"${letter(LEFT + 2)}${row}" for row in (3, 4))
#: Row of the first table.
FIRST = 6
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


def add_heterogeneity(page: Page) -> None:
    """The heading of the part; a table is added for each pooled estimate."""
    first = LEFT + 1
    page.put(1, first, PART, "part")
    page.parts[PART] = f"{letter(first)}1"
    text = (
        "How far studies differ (tau2), estimated step by step for each pooled estimate. Live: the "
        "same steps as in Python, each row the next. Nothing to type here."
    )
    page.put(2, first, text, "note")
    for column in range(first, first + len(SHOWN)):
        page.sheet.column_dimensions[letter(column)].width = 36 if column == first else 13
    page.put(3, first, "a step that moves less is at rest: a share")
    page.put(3, first + 1, TOLERANCE, "text", "difference")
    page.put(3, first + 2, "of tau2 and the smallest variance together, as in Python", "note")
    page.put(4, first, "a slope this near to its trace is there")
    page.put(4, first + 1, ROUNDING, "text", "difference")
    page.put(4, first + 2, "of the trace: what is left is the engine's rounding", "note")


def write_steps(
    book: Book, page: Page, row: int, estimate: Synthesised, y: str, v: str
) -> tuple[Found, int]:
    """The steps of one estimate from its studies' effects and variances.

    Returns:
        Where its totals stand, and the next free row.
    """
    assert estimate.pooled is not None
    method = estimate.pooled.method
    page.put(row, LEFT + 1, estimate.name, "section")
    page.put(row, LEFT + 3, f"{estimate.title}; {method}", "note")
    page.put(row + 1, LEFT + 1, "degrees of freedom")
    page.formula(row + 1, LEFT + 2, f"ROWS({y})-1")
    df = f"${letter(LEFT + 2)}${row + 1}"
    page.headings(row + 2, [name.replace("_", " ") for name in SHOWN], LEFT + 1)
    start = row + 3
    faces = Faces(book.layout.fixed["decimals"], {ROUNDING: ROUNDING_CELL})
    table = _StepColumns(page, faces, y, v, df, start)
    page.put(start, LEFT + 1, "without differences")
    page.put(start, table.at("tau2"), 0.0)
    table.sums(start)
    last = start
    if method in STEPS:
        page.put(start, table.at("damping"), 1.0)
        page.put(start, table.at("score"), 0.0)
        if method == "PM":
            page.put(start, table.at("next"), 0.0)
        else:
            table.fill(start, 1, "next", STEPS["DL"])
    if method in ("REML", "PM"):
        last = start + ROWS
        table.steps(start + 1, ROWS, method)
        rest = f"{TOLERANCE_CELL}*({table.cell('next', last)}+MIN({v}))"
        label = f"Heterogeneity: the steps of {estimate.name} have come to rest"
        own = page.ref(last + 1, table.at("moved"))
        page.formula(
            last + 1, table.at("moved"), f"{table.cell('moved', last)}<={rest}", "check", "flag"
        )
        book.checks.append((label, own))
    page.put(last + 1, LEFT + 1, "result", "output")
    before = table.cell("next" if method in STEPS else "tau2", last)
    page.formula(last + 1, table.at("tau2"), before, "output", "exact")
    table.sums(last + 1)
    result = {n: page.ref(last + 1, table.at(n)) for n in ("tau2", "mean", "sum_w", "q")}
    found = Found(**result, q_0=page.ref(start, table.at("q")), df=page.ref(row + 1, LEFT + 2))
    return found, last + 3


@dataclass(frozen=True)
class _StepColumns:
    """The columns of one estimate's steps."""

    page: Page
    faces: Faces
    y: str
    v: str
    df: str
    start: int

    @property
    def first(self) -> str:
        """What the first row comes to, at a fixed address."""
        return f"${letter(self.at('next'))}${self.start}"

    def at(self, name: str) -> int:
        return LEFT + SHOWN.index(name) + 1

    def cell(self, name: str, row: int) -> str:
        return f"${letter(self.at(name))}{row}"

    def sums(self, row: int, rows: int = 1) -> None:
        """Sums over the studies at each row's tau2, and the totals that a step needs."""
        for name, term in _TERMS.items():
            self.fill(row, rows, name, term, around="SUMPRODUCT({})")
        for name in ("mean", "trace", "information"):
            self.fill(row, rows, name, TOTALS[name])

    def steps(self, row: int, rows: int, method: str) -> None:
        """Rows that each step on from the tau2 of the row above."""
        for step in range(rows):
            self.page.put(row + step, LEFT + 1, step + 1)
        self.page.fill(row, rows, self.at("tau2"), self._carried, "exact")
        self.sums(row, rows)
        self.fill(row, rows, "damping", DAMPING, before=("damping", "score_before"))
        self.fill(row, rows, "score", parse("slope - trace"))
        self.fill(row, rows, "next", STEPS[method])
        self.fill(row, rows, "moved", parse("abs(next - tau2)"), shape="difference")

    def _carried(self, step: int, here: int) -> str:
        """What the row above came to, once all rows above have come to something.

        To count them makes a program work them out from the top. LibreOffice follows what a cell
        rests on through a few hundred cells and no further: from the last step down it gives up.
        """
        above = f"{self.first}:{self.cell('next', here - 1)}"
        return f"IF(COUNT({above})=ROWS({above}),{self.cell('next', here - 1)},NA())"

    def fill(
        self,
        row: int,
        rows: int,
        name: str,
        expr: Expr,
        *,
        before: Sequence[str] = (),
        around: str = "{}",
        shape: str = "exact",
    ) -> None:
        """One formula in rows of a column; what is `before` is of the row above."""

        def formula(_: int, here: int) -> str:
            cells = {name: self.cell(name, here) for name in SHOWN}
            cells |= {n: self.cell(n.removesuffix("_before"), here - 1) for n in before}
            own = {"estimate": self.y, "variance": self.v, "df": self.df}
            return around.format(self.faces.formula(expr, {**cells, **own}))

        self.page.fill(row, rows, self.at(name), formula, shape)
