"""Sentences of Summary as formulas: headlines rounded, figures from the cells in use."""

from hecon.analyses.conclusion import base_conclusion
from hecon.report.grade import exploratory
from hecon.report.language import language
from hecon.report.things_called import judgement, study_units
from hecon.report.words import listed, spoken
from hecon.workbook.context import Book
from hecon.workbook.formula_text import literal
from hecon.workbook.sheets.budget_queue import YEARS
from hecon.workbook.sheets.budget_years import write_budget
from hecon.workbook.sheets.frontier_sheet import write_frontier
from hecon.workbook.sheets.increments_sheet import write_increments
from hecon.workbook.sheets.severity_sheet import weighted, write_severity


def money(cell: str) -> str:
    """A cell's amount as text, to the unit."""
    mark = language().signs("screen").thousands
    # what a spreadsheet writes between thousands is its own country's
    return f'SUBSTITUTE(SUBSTITUTE(FIXED({cell},0),",","{mark}"),".","{mark}")'


def decimal(text: str) -> str:
    """A figure as a spreadsheet writes it in its own country, with the report's decimal sign."""
    mark = language().signs("screen").decimal
    return f'SUBSTITUTE({text},"{"." if mark == "," else ","}","{mark}")'


def signed(cell: str, text: str) -> str:
    """A text of a cell's figure with its sign."""
    return f'IF({cell}>0,"+","")&{text}'


def thousandths(cell: str) -> str:
    """A change in units of effect."""
    return signed(cell, decimal(f"FIXED({cell},3,TRUE)"))


def headline(cell: str) -> str:
    """A cell's figure to two significant digits: more the evidence won't carry."""
    size = f"IF({cell}=0,1,ABS({cell}))"
    return f"ROUND({cell},1-INT(LOG10({size})))"


def amount(cell: str) -> str:
    """A headline in money, without its currency."""
    return money(headline(cell))


def gain(cell: str) -> str:
    """A headline in units of effect."""
    return decimal(f'{headline(cell)}&""')


def answer(book: Book) -> tuple[str, str]:
    """What the pair in use costs and gives, and what that means at the threshold."""
    a, threshold_cell = book.after(write_increments), book.after(write_severity).threshold
    currency = book.study.jurisdiction.definition.currency
    dc, dq = a.cost, a.qaly
    said = exploratory(book.study)
    # a literal of its own, so that what comes after it is looked up without it
    opening = f"{literal(f'{spoken(said, study_units(book.study))} ')}&" if said else ""
    first = (
        f'{opening}{a.intervention}&" costs "&IF({dc}=0,"the same","about {currency} "&'
        f'{amount(f"ABS({dc})")}&IF({dc}<0," less"," more"))'
        f'&" per person "&IF({dc}=0,"as ","than ")&{a.comparator}&" and gives "'
        f'&IF({dq}=0,"as many QALYs: ","about "&{gain(f"ABS({dq})")}'
        f'&IF({dq}<0," fewer QALYs: "," more QALYs: "))&IF(ISNUMBER({a.icer}),'
        f'"about {currency} "&{amount(a.icer)}'
        f'&IF({dq}<0," saved per QALY forgone."," per QALY gained."),'
        f'IF({dc}*{dq}<0,{a.intervention}&" is ","")&{a.verdict}&".")'
    )
    place = book.study.jurisdiction.definition
    cost = f"the severity-weighted {place.threshold.name} of " if weighted(book.study) else ""
    threshold = f'"At {cost}{currency} "&{money(threshold_cell)}&" per QALY "'
    verdict = _best(book, currency) if _many(book) else _verdict(book, currency)
    if not book.study.jurisdiction.judges:
        none = f"{place.title} states no threshold: there is no verdict. "
        threshold = f'"{none}"&{threshold}'
    return first, f"{opening}{threshold}&{verdict}{_stated(book, currency)}"


def _stated(book: Book, currency: str) -> str:
    """The pair's net benefit at each threshold that the jurisdiction states."""
    parts = [
        f'"{currency} "&{amount(benefit)}&" at "&{money(threshold)}'
        for threshold, benefit in book.after(write_increments).stated
    ]
    if not parts:
        return ""
    return '&" Net benefit by value of a QALY: "&' + '&"; "&'.join(parts) + '&"."'


def _many(book: Book) -> bool:
    """Whether the pair is not the whole decision, so that the frontier decides."""
    return not book.run(base_conclusion).pairwise


def _verdict(book: Book, currency: str) -> str:
    """The pair's verdict from its net benefit in use."""
    a, judged = book.after(write_increments), judgement(book.study)
    words = f'"{judged}","not {judged}"'
    return (
        f'IF({a.nmb}=0,"both have the same net benefit.","it is "&IF({a.nmb}>0,{words})'
        f'&": net monetary benefit about {currency} "&{amount(a.nmb)}&" per person.")'
    )


def _best(book: Book, currency: str) -> str:
    """The best of all alternatives in use, and what the pair gains or loses by itself."""
    names = listed([s.replace('"', '""') for s in book.study.options])
    a, best = book.after(write_increments), book.after(write_frontier).best
    return (
        f'"the best of the alternatives ({names}) is "&{best}&"; "&{a.intervention}'
        f'&" against "&{a.comparator}&": net monetary benefit about {currency} "'
        f'&{amount(a.nmb)}&" per person."'
    )


def severity(book: Book) -> str:
    """How severe the condition is, and what a QALY may therefore cost."""
    a, place = book.after(write_severity), book.study.jurisdiction.definition
    value = f'{place.currency} "&{money(a.threshold)}&"'
    if not weighted(book.study):
        return f'"{place.threshold.name.capitalize()} {value} per QALY, whatever the severity."'
    assert place.severity is not None
    lost = f'"Absolute shortfall "&{decimal(f"FIXED({a.shortfall},1,TRUE)")}&" QALYs'
    share = f'"&SUBSTITUTE(TEXT({a.proportional_shortfall},"0%"),"%"," %")&"'
    lost += f", {share} of what people without the condition have left: "
    if place.severity.sets_threshold:
        return f'{lost}the threshold of its class is {value} per QALY."'
    weight = decimal(f'ROUND({a.weight},2)&""')
    return f'{lost}weight "&{weight}&", so that a QALY may cost {value}."'


def benefit(book: Book) -> str:
    """What a person gains, to the digits that the table below holds."""
    pair = book.after(write_increments)
    dq, dl = pair.qaly, pair.life_years
    return (
        f'{thousandths(dq)}&" QALYs and "&{thousandths(dl)}&" life-years per person (discounted)."'
    )


def resources(book: Book) -> str:
    """What a person costs, to the unit."""
    dc, currency = book.after(write_increments).cost, book.currency
    text = signed(dc, money(dc))
    return f'{text}&" {currency} per person over the horizon (discounted)."'


def budget(book: Book) -> str:
    """What the decision costs the payer, and who waits, from the budget's cells."""
    sheet = book.after(write_budget)
    assert sheet is not None
    currency, new = book.study.jurisdiction.definition.currency, literal(sheet.definition.strategy)

    def last(name: str) -> str:
        return f"INDEX({sheet.area(name)},{YEARS})"

    first = f"INDEX({sheet.area('net')},1)"
    text = (
        f'{new}&" changes the payer\'s costs by about {currency} "'
        f'&{amount(first)}&" in year 1 and {currency} "'
        f'&{amount(last("net"))}&" in year "&{YEARS}&" (undiscounted). In year "&{YEARS}&": "'
        f'&{money(last("demand"))}&" people come to want it, "&{money(last("treated"))}'
        f'&" are treated and "&{money(last("waiting"))}&" wait at its end"'
    )
    for resource in sheet.definition.resources:
        if f"stock {resource.name}" in sheet.lines:
            name = literal(f"; {resource.name} there: ")
            stock = last(f"stock {resource.name}")
            text += f"&{name}&{decimal(f'FIXED({stock},1,TRUE)')}"
    return f'{text}&"."'
