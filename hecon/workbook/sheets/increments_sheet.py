"""The comparison in use: increments, ICER or dominance in words, net benefit, threshold price."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hecon.analyses.other_effects import EQUAL_VALUE, counts_equal_value
from hecon.parameters.units import LIFE_YEAR
from hecon.report.grade import marked_title
from hecon.report.things_called import judgement
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.equal_value_sheet import TITLE as EQUAL_VALUE_SHEET
from hecon.workbook.sheets.equal_value_sheet import write_equal_value
from hecon.workbook.sheets.sessions_sheet import write_sessions
from hecon.workbook.sheets.severity_sheet import title_of, weighted, write_severity
from hecon.workbook.sheets.totals_sheet import TITLE, write_totals

#: What other lines of a comparison are called.
QALY_LABEL, WORDS_LABEL = "Incremental QALYs", "In words"


class OtherEffect(NamedTuple):
    """Cells of a gain in another unit of effect, and of its ICER."""

    gained: str
    icer: str


@dataclass(frozen=True)
class IncrementAddresses:
    """Cells of the comparison in use; costs, QALYs and life-years are differences."""

    intervention: str
    comparator: str
    cost: str
    qaly: str
    life_years: str
    verdict: str
    icer: str
    #: What is gained in units beside the study's effect, and what one costs, by unit.
    others: Mapping[str, OtherEffect]
    threshold: str
    nmb: str
    #: Each threshold that the jurisdiction states, and net monetary benefit at it.
    stated: tuple[tuple[str, str], ...]
    free: int  #: The next free row of Results.


@dataclass
class _ComparisonLines:
    """Lines below a heading in the making: a label and a formula each."""

    page: Page
    row: int

    def add(self, label: str, text: str, shape: str = "general") -> str:
        """Write a line; gives the address of its figure."""
        self.row += 1
        self.page.put(self.row, 1, label)
        self.page.formula(self.row, 2, text, "output", shape)
        return f"'{TITLE}'!$B${self.row}"


def write_increments(book: Book) -> IncrementAddresses:
    """The comparison in use, the severity weight and net monetary benefit."""
    totals, severity = book.after(write_totals), book.after(write_severity)
    totals.page.heading(totals.free, marked_title("Intervention against comparator, discounted"))
    lines = _ComparisonLines(totals.page, totals.free)
    pair = [
        lines.add(name.capitalize(), book.compared(name), "text")
        for name in ("intervention", "comparator")
    ]
    differences = []
    for name, label, shape in (
        ("cost", cost_label(book), "money"),
        ("qaly", QALY_LABEL, "qaly"),
        ("life_years", "Incremental life-years", "qaly"),
    ):
        text = _difference(book, pair, totals.totals[name, True], totals.names)
        differences.append(lines.add(label, text, shape))
    dc, dq, years = differences
    verdict = lines.add(WORDS_LABEL, in_words(dc, dq), "text")
    icer = lines.add(icer_label(book), ratio(verdict, dc, dq), "money")
    others = _other_effects(book, lines, dc, years)
    threshold, judged = severity.threshold, judgement(book.study)
    kind = ", severity-weighted" if weighted(book.study) else ""
    named = book.study.jurisdiction.definition.threshold.name.capitalize()
    lines.add(f"{named}{kind} (see {title_of(book.study)})", threshold, "money")
    nmb = lines.add(
        f"Incremental net monetary benefit ({book.currency}; {judged} if above 0)",
        f"{threshold}*{dq}-{dc}",
        "money",
    )
    place, scope = book.study.jurisdiction, book.scope(None, TITLE)
    weight = f"*{severity.weight}" if severity.weight else ""
    unit = f"{book.currency} per QALY"
    stated = []
    for i, rule in enumerate(place.threshold_values):
        label = f"{'Threshold' if place.judges else 'Value of a QALY'} {i + 1} ({unit})"
        value = lines.add(label, f"({scope.formula(rule)}){weight}", "money")
        label = f"Net monetary benefit at it ({book.currency})"
        stated.append((value, lines.add(label, f"{value}*{dq}-{dc}", "money")))
    _threshold_price(book, lines, pair, nmb)
    return IncrementAddresses(
        intervention=pair[0],
        comparator=pair[1],
        cost=dc,
        qaly=dq,
        life_years=years,
        verdict=verdict,
        icer=icer,
        others=others,
        threshold=threshold,
        nmb=nmb,
        stated=tuple(stated),
        free=lines.row + 2,
    )


def cost_label(book: Book) -> str:
    """What a difference of costs is called."""
    return f"Incremental cost ({book.currency})"


def icer_label(book: Book) -> str:
    """What an ICER is called."""
    return f"ICER ({book.currency} per QALY; #N/A under dominance)"


def in_words(cost: str, effect: str) -> str:
    """A formula for what differences of costs and effects are called."""
    return (
        f'IF({effect}=0,IF({cost}>0,"more costly, no difference in effect",'
        f'IF({cost}<0,"less costly, no difference in effect","no difference")),'
        f'IF({effect}>0,IF({cost}>0,"more costly, more effective","dominant"),'
        f'IF({cost}<0,"less costly, less effective","dominated")))'
    )


def ratio(verdict: str, cost: str, effect: str) -> str:
    """A formula for the ICER, which has no meaning under dominance."""
    both = f'{verdict}="more costly, more effective",{verdict}="less costly, less effective"'
    return f"IF(OR({both}),{cost}/{effect},NA())"


def _other_effects(
    book: Book, lines: _ComparisonLines, cost: str, years: str
) -> dict[str, OtherEffect]:
    """What a life-year costs, and a year of equal value; no ratio under dominance."""
    gains = {LIFE_YEAR: years}
    if counts_equal_value(book.study):
        both = book.after(write_equal_value)
        label = f"Incremental {EQUAL_VALUE}s (see {EQUAL_VALUE_SHEET})"
        gained = gap(book, both.intervention, both.comparator)
        gains[EQUAL_VALUE] = lines.add(label, gained, "qaly")
    found = {}
    for unit, gained in gains.items():
        if unit != book.study.definition.effect.name:
            label = f"ICER ({book.currency} per {unit}; #N/A under dominance)"
            ratio = f"IF({cost}*{gained}>0,{cost}/{gained},NA())"
            found[unit] = OtherEffect(gained, lines.add(label, ratio, "money"))
    return found


def _difference(book: Book, pair: list[str], values: str, names: str) -> str:
    """The intervention's figure less the comparator's, 0 where equal but for rounding."""
    return gap(book, *(f"INDEX({values},MATCH({name},{names},0))" for name in pair))


def gap(book: Book, first: str, second: str) -> str:
    """`first` less `second`, 0 where they are equal but for rounding."""
    tie = f"{book.layout.fixed['tie']}*MAX(ABS({first}),ABS({second}))"
    return f"IF(ABS({first}-{second})<={tie},0,{first}-{second})"


def _threshold_price(book: Book, lines: _ComparisonLines, pair: list[str], nmb: str) -> None:
    """The price at which the comparison breaks even: net benefit is linear in it."""
    price = book.study.definition.price
    if price is None:
        return
    names = f"'Sessions'!$B$4:${letter(1 + len(book.strategies))}$4"
    values = book.after(write_sessions).discounted[price.quantity]
    label = f"Discounted {price.quantity.replace('_', ' ')}, difference"
    units = lines.add(label, _difference(book, pair, values, names), "qaly")
    key = book.study.model.resolve(price.parameter, None)
    assert key is not None
    found = f"{book.layout.cells[key]}+{nmb}/{units}"
    none = '"none: the price plays no part"'
    below = f'IF({units}>0,"none: not even at a price of zero","any price")'
    at = lines.add(
        f"Price at which net benefit is zero ({book.currency}; {price.parameter})",
        f"IF({units}=0,{none},IF({found}<0,{below},{found}))",
        "money",
    )
    judged = judgement(book.study)
    up, down = f'"{judged} below this price"', f'"{judged} above this price"'
    lines.add(
        f"On which side of that price the intervention is {judged}",
        f'IF(ISNUMBER({at}),IF({units}>0,{up},{down}),"see above")',
        "text",
    )
