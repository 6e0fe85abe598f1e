"""The comparison in use: increments, ICER or dominance in words, net benefit, threshold price."""

from __future__ import annotations

from collections.abc import Callable

from hecon.report.grade import marked_title
from hecon.report.things_called import judgement
from hecon.workbook.context import Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.severity_sheet import title_of, weighted

TITLE = "Results"


def write_increments(book: Book, page: Page, row: int) -> int:
    """The comparison in use, the severity weight and net monetary benefit."""
    answers, selector = book.answers, book.selector
    a, b = book.study.compared
    page.heading(row, marked_title("Intervention against comparator, discounted"))
    lines: list[tuple[str, str, str, str]] = []

    def add(name: str, label: str, text: str, shape: str = "general") -> None:
        address = f"'{TITLE}'!$B${row + 1 + len(lines)}"
        lines.append((name, label, text, shape))
        answers[name] = address

    for name, value in (("intervention", a), ("comparator", b)):
        chosen = f"INDEX({book.scenarios.span(name)},{selector['scenario']})"
        text = f'"{value}"'
        if book.study.scenarios:
            text = f"IF({selector['mode']}=2,{chosen},{text})"
        add(name, name.capitalize(), text, "text")
    for name, label, shape in (
        ("cost", f"Incremental cost ({book.currency})", "money"),
        ("qaly", "Incremental QALYs", "qaly"),
        ("life_years", "Incremental life-years", "qaly"),
    ):
        values = answers[f"{name} True"]
        at = [
            f"INDEX({values},MATCH({answers[w]},{answers['names']},0))"
            for w in ("intervention", "comparator")
        ]
        add(f"{name} difference", label, _difference(book, *at), shape)
    dc, dq = answers["cost difference"], answers["qaly difference"]
    words = (
        f'IF({dq}=0,IF({dc}>0,"more costly, no difference in effect",'
        f'IF({dc}<0,"less costly, no difference in effect","no difference")),'
        f'IF({dq}>0,IF({dc}>0,"more costly, more effective","dominant"),'
        f'IF({dc}<0,"less costly, less effective","dominated")))'
    )
    add("verdict", "In words", words, "text")
    verdict = answers["verdict"]
    add(
        "icer",
        f"ICER ({book.currency} per QALY; #N/A under dominance)",
        f'IF(OR({verdict}="more costly, more effective",{verdict}="less costly, less effective"),'
        f"{dc}/{dq},NA())",
        "money",
    )
    threshold, judged = answers["threshold"], judgement(book.study)
    kind = ", severity-weighted" if weighted(book.study) else ""
    named = book.study.jurisdiction.definition.threshold.name.capitalize()
    label = f"{named}{kind} (see {title_of(book.study)})"
    add("threshold in use", label, threshold, "money")
    add(
        "nmb",
        f"Incremental net monetary benefit ({book.currency}; {judged} if above 0)",
        f"{threshold}*{dq}-{dc}",
        "money",
    )
    place, scope = book.study.jurisdiction, book.scope(None, TITLE)
    weight = f"*{answers['weight']}" if "weight" in answers else ""
    unit = f"{book.currency} per QALY"
    for i, rule in enumerate(place.threshold_values):
        label = f"{'Threshold' if place.judges else 'Value of a QALY'} {i + 1} ({unit})"
        add(f"threshold {i}", label, f"({scope.formula(rule)}){weight}", "money")
        found = f"{answers[f'threshold {i}']}*{dq}-{dc}"
        add(f"nmb {i}", f"Net monetary benefit at it ({book.currency})", found, "money")
    _threshold_price(book, add)
    for i, (_, label, text, shape) in enumerate(lines):
        page.put(row + 1 + i, 1, label)
        page.formula(row + 1 + i, 2, text, "output", shape)
    return row + 2 + len(lines)


def _difference(book: Book, first: str, second: str) -> str:
    """`first` less `second`, 0 where they are equal but for rounding."""
    tie = f"{book.layout.fixed['tie']}*MAX(ABS({first}),ABS({second}))"
    return f"IF(ABS({first}-{second})<={tie},0,{first}-{second})"


def _threshold_price(book: Book, add: Callable[..., None]) -> None:
    """The price at which the comparison breaks even: net benefit is linear in it."""
    price = book.study.definition.price
    if price is None:
        return
    answers = book.answers
    names = f"'Sessions'!$B$4:${letter(1 + len(book.strategies))}$4"
    values = answers[f"discounted {price.quantity}"]
    bought = [
        f"INDEX({values},MATCH({answers[w]},{names},0))" for w in ("intervention", "comparator")
    ]
    add(
        "units",
        f"Discounted {price.quantity.replace('_', ' ')}, difference",
        _difference(book, *bought),
        "qaly",
    )
    key = book.study.model.resolve(price.parameter, None)
    assert key is not None
    in_use = book.layout.cells[key]
    units = answers["units"]
    found = f"{in_use}+{answers['nmb']}/{units}"
    none = '"none: the price plays no part"'
    below = f'IF({units}>0,"none: not even at a price of zero","any price")'
    add(
        "threshold price",
        f"Price at which net benefit is zero ({book.currency}; {price.parameter})",
        f"IF({units}=0,{none},IF({found}<0,{below},{found}))",
        "money",
    )
    judged = judgement(book.study)
    up, down = f'"{judged} below this price"', f'"{judged} above this price"'
    add(
        "threshold side",
        f"On which side of that price the intervention is {judged}",
        f'IF(ISNUMBER({answers["threshold price"]}),IF({units}>0,{up},{down}),"see above")',
        "text",
    )
