"""The amounts of a trace: costs, QALYs and life-years, with their totals."""

import re
from dataclasses import dataclass

from hecon.analyses.other_effects import counts_equal_value
from hecon.engine.model import CohortModel, Payoff
from hecon.workbook.context import Book
from hecon.workbook.formula_text import quoted
from hecon.workbook.sheet_layout import TIME, trace_title
from hecon.workbook.sheets.session_places import session_columns
from hecon.workbook.sheets.trace_lines import (
    later_amount,
    later_lines,
    write_starts,
    write_turned,
)
from hecon.workbook.sheets.trace_moves import Shares
from hecon.workbook.sheets.trace_places import Columns, Here
from hecon.workbook.sheets.trace_times import by_step

#: Columns of what a cycle comes to, for the sheet of equal value.
GAINED, LIVED = "all qaly", "all years"
#: A reference to a cell of the sheet itself: a column, then a row or the mark of one.
_OWN = re.compile(r"(?<![!:$\w])\$[A-Z]{1,3}\$?(?=[\d\0])")


def standard_care(book: Book) -> list[str]:
    """Whose remaining QALYs severity needs: every comparator, and the general population."""
    pairs = [book.study.compared, *(s.compare for s in book.study.scenarios)]
    people = book.study.population
    return list(dict.fromkeys([*(b for _, b in pairs), *(people.strategies if people else ())]))


@dataclass(frozen=True)
class TraceAmounts:
    """What payoffs of a strategy come to in a cycle, as formulas over its trace.

    `times` is what names mean at each step of a state, `ends` the same at a cycle's end.
    """

    book: Book
    model: CohortModel
    strategy: str
    shares: Shares
    times: list[Here]
    ends: list[Here]

    @property
    def running(self) -> list[Payoff]:
        """Payoffs that are counted cycle by cycle."""
        return [p for p in self.model.payoffs_of(self.strategy) if p.on != "once" and not p.session]

    def amount(self, t: int, row: int, payoff: Payoff, until: str = "") -> str:
        """A running payoff in a cycle.

        Args:
            until: Whose weights count: those of the horizon, or of the columns of Time of that
                name.
        """
        book, span = self.book, self.shares.moves.spans[payoff.source or ""]
        own = [self.times[position] for position in span]
        values = self._values(payoff, own, row)
        per = f"*{book.layout.cycle_years(row)}" if payoff.rate else ""
        if payoff.on == "state" and len(values) > 1 and self.ends is not self.times:
            return f"({self._aging(payoff, t, row, until, values)}){per}"
        steps: list[int | None] = [None] if len(values) == 1 else [*range(len(values))]
        terms = [
            f"({who})*({value}){per}"
            for value, step in zip(values, steps, strict=True)
            if (who := self._concerned(payoff, t, row, step, until))
        ]
        return "+".join(terms) or "0"

    def _aging(self, payoff: Payoff, t: int, row: int, until: str, values: list[str]) -> str:
        """Who is there at the start of a cycle and at its end, each with the time in the state."""
        span = self.shares.moves.spans[payoff.source or ""]
        ends = [self.ends[position] for position in span]
        later = self._values(payoff, ends, row)
        before, after = (self._weight(payoff, n, until) for n in ("before", "after"))
        held = [self.shares.occupancy[position] for position in span]
        terms = [f"{after}{row}*${c}{row}*({value})" for c, value in zip(held, later, strict=True)]
        if t:
            terms += [
                f"{before}{row}*${c}{row - 1}*({value})"
                for c, value in zip(held, values, strict=True)
            ]
        return "+".join(terms)

    def elsewhere(self, t: int, row: int, payoff: Payoff, until: str) -> str:
        """The same as another sheet sees it that has its cycles in the same rows."""
        sheet = f"{quoted(trace_title(self.strategy))}!"
        return _OWN.sub(lambda found: f"{sheet}{found[0]}", self.amount(t, row, payoff, until))

    def _concerned(self, payoff: Payoff, t: int, row: int, step: int | None, until: str) -> str:
        """Who is credited with a payoff, in all steps of its state together or in one."""
        source, target = payoff.source or "", payoff.target or ""
        shares = self.shares
        if payoff.on == "state":
            letters = shares.counted[source]
            if not until and self.book.layout.counted(payoff.kind) is True:
                some = letters if step is None else letters[step : step + 1]
                return "+".join(f"${c}{row}" for c in some)
            span = shares.moves.spans[source]
            part = span if step is None else span[step : step + 1]
            before, after = (self._weight(payoff, n, until) for n in ("before", "after"))
            return shares.weighted(part, t, row, before, after)
        if not t:
            return ""
        if step is None:
            flow = shares.flow(source, target, row)
        else:
            flow = shares.flow_from(source, target, step, row)
        return flow and f"({flow})*{self._weight(payoff, 'events', until)}{row}"

    def _values(self, payoff: Payoff, times: list[Here], row: int) -> list[str]:
        counted = self.book.layout.counted(payoff.kind)
        of = (self.book, self.model, self.strategy, payoff.amount, times)
        return by_step(*of, row=row, counted=counted)

    def _weight(self, payoff: Payoff, name: str, until: str) -> str:
        layout = self.book.layout
        column = layout.times[(f"{name} {until}".strip(), layout.counted(payoff.kind))]
        return f"'{TIME}'!${column}"


def amounts(book: Book, found: TraceAmounts, columns: Columns) -> None:
    """Columns of costs, QALYs and life-years with their totals."""
    model, strategy, running = found.model, found.strategy, found.running
    title, layout = trace_title(strategy), book.layout
    gained = []
    for payoff in running:

        def cell(t: int, row: int, payoff: Payoff = payoff) -> str:
            return found.amount(t, row, payoff)

        cost = payoff.kind == "cost"
        where = payoff.source if payoff.on == "state" else f"{payoff.source} -> {payoff.target}"
        heading = f"{payoff.item}, {where}, {'cost' if cost else 'QALY'}"
        column = columns.add(heading, cell, "money" if cost else "exact")
        gained += [] if cost else [column]
        if payoff.on == "state":
            book.column(title, f"{payoff.kind} {payoff.source}", column)
        names = (f"{payoff.kind} {payoff.item}", f"state {payoff.kind} {payoff.source}")
        _totals(book, title, columns, column, payoff.kind, names)
    lasting = [p for p in running if p.kind == "qaly"]
    if layout.weighs_severity and strategy in standard_care(book):

        def lived(t: int, row: int) -> str:
            parts = [found.amount(t, row, payoff, "life") for payoff in lasting]
            return "+".join(p for p in parts if p != "0") or "0"

        column = columns.add("QALYs until the end of life", lived, "exact")
        _totals(book, title, columns, column, "qaly", ("remaining qaly",))
    if book.study.course is not None and model is book.study.model:
        gained += _course(book, strategy, columns)
    if counts_equal_value(book.study) and model is book.study.model:
        _cycle_columns(book, strategy, columns, gained)
    for discounted in (True, False):
        years = [
            book.tracing.totals[(title, f"state years {s.name}", discounted)]
            for s in model.states
            if not s.dead
        ]
        book.tracing.totals[(title, "life_years alive", discounted)] = "+".join(years)


def _cycle_columns(book: Book, strategy: str, columns: Columns, gained: list[str]) -> None:
    """What all effects of a cycle come to, whose columns are given, and all life-years."""
    title = trace_title(strategy)
    shares = book.tracing.amounts[strategy].shares
    alive = [s.name for s in book.study.model.states if not s.dead]
    counted = [letter for name in alive for letter in shares.counted[name]]

    def effects(t: int, row: int) -> str:
        return "+".join(f"${c}{row}" for c in gained) or "0"

    def years(t: int, row: int) -> str:
        return f"({'+'.join(f'${c}{row}' for c in counted)})*{book.layout.cycle_years(row)}"

    book.column(title, GAINED, columns.add("all QALYs", effects, "exact"))
    book.column(title, LIVED, columns.add("life-years", years, "exact"))


def _totals(
    book: Book,
    title: str,
    columns: Columns,
    column: str,
    kind: str,
    names: tuple[str, ...],
) -> None:
    """Totals above a column, discounted and not, added to those of the same names."""
    layout = book.layout
    first, last = layout.first, layout.first + layout.rows - 1
    name = "discount_cost" if kind == "cost" else "discount_effect"
    rate = layout.times[(name, layout.counted(kind))]
    area = f"${column}${first}:${column}${last}"
    factors = f"'{TIME}'!${rate}${first}:${rate}${last}"
    position = columns.next - 1
    page = columns.page
    shape = "money" if kind == "cost" else "exact"
    page.put(first - 4, 1, "total, discounted", "text")
    page.put(first - 3, 1, "total, undiscounted", "text")
    page.formula(first - 4, position, f"SUMPRODUCT({area},{factors})", "output", shape)
    page.formula(first - 3, position, f"SUM({area})", "output", shape)
    for row, discounted in ((first - 4, True), (first - 3, False)):
        for name in names:
            key = (title, name, discounted)
            known = book.tracing.totals.get(key)
            address = page.ref(row, position)
            book.tracing.totals[key] = f"{known}+{address}" if known else address


def _course(book: Book, strategy: str, columns: Columns) -> list[str]:
    """What the treatment course costs in each cycle, from the sessions; columns of effects."""
    gained = []
    title = trace_title(strategy)
    assert book.study.course is not None
    places = session_columns(book.study.course)
    later = later_lines(book, strategy)
    write_starts(book, strategy, book.tracing.amounts[strategy].shares, columns)
    for kind, heading, shape in (
        ("cost", "treatment course, cost", "money"),
        ("qaly", "treatment course, QALY", "exact"),
    ):
        if kind not in places.amounts:
            continue
        turned = write_turned(book, strategy, kind, columns)
        these = f'{places.amounts[kind]},{places.strategy},"{strategy}"'
        these += "".join(f',{places.line},"<>{line}"' for line in later)

        def cell(t: int, row: int, these: str = these, turned: dict[int, str] = turned) -> str:
            parts = [f"SUMIFS({these},{places.cycle},$A{row})"]
            parts += [later_amount(book, strategy, n, c, row) for n, c in turned.items()]
            return "+".join(parts)

        column = columns.add(heading, cell, shape)
        gained += [column] if kind == "qaly" else []
        _totals(book, title, columns, column, kind, (f"sessions {kind}",))
    return gained
