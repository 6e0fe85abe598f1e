"""Results: costs and QALYs by item, increments, frontier, threshold; Python's figures beside."""

from __future__ import annotations

from hecon.analyses.comparison import totals
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import letter, trace_title
from hecon.reports.workbook.sheets.tables import python_figures
from hecon.reports.workbook.styles import Page, add_page

TITLE = "Results"
HEAD = 4


def _items(book: Book, kind: str) -> list[str]:
    return list(dict.fromkeys(p.item for p in book.study.model.payoffs if p.kind == kind))


def _parts(book: Book, strategy: str, kind: str, item: str, discounted: bool) -> str:
    """An item's total: from the trace, the sessions and the start."""
    title = trace_title(strategy)
    parts = [
        book.totals.get((title, f"{kind} {item}", discounted)),
        book.course_totals.get((strategy, f"{kind} {item}", discounted)),
        book.starts.get((strategy, kind, item)),
    ]
    return "+".join(p for p in parts if p) or "0"


def write_results(book: Book) -> None:
    """Write the sheet and note where the answers stand."""
    strategies = book.strategies
    page = add_page(
        book.workbook,
        TITLE,
        "Results",
        "Everything here is a formula over the traces and follows what is in use on Inputs.",
        f"B{HEAD + 1}",
    )
    page.widths(46, *([17.0] * len(strategies)), 3, 17, 17, 17)
    page.headings(HEAD, ["", *(book.study.label(s) for s in strategies)])
    row = HEAD + 1
    for j, strategy in enumerate(strategies):
        page.put(row, 2 + j, strategy, "text")
    page.put(row, 1, "strategy")
    book.answers["names"] = f"'{TITLE}'!$B${row}:${letter(1 + len(strategies))}${row}"
    row += 1
    for discounted in (True, False):
        word = "discounted" if discounted else "undiscounted"
        for kind, unit, shape in (("cost", book.currency, "money"), ("qaly", "QALY", "qaly")):
            first = row + 1
            page.heading(row, f"{'Costs' if kind == 'cost' else 'QALYs'}, {word}")
            items = _items(book, kind)
            for i, item in enumerate(items):
                page.put(first + i, 1, f"{item} ({unit})")
                for j, strategy in enumerate(strategies):
                    text = _parts(book, strategy, kind, item, discounted)
                    page.formula(first + i, 2 + j, text, "formula", shape)
            row = first + len(items)
            _line(book, page, row, f"Total {kind} ({unit}), {word}", kind, discounted, first, shape)
            row += 1
        page.put(row, 1, f"Life-years, {word}")
        for j, strategy in enumerate(strategies):
            address = book.totals[(trace_title(strategy), "life_years alive", discounted)]
            page.formula(row, 2 + j, address, "output", "qaly")
        book.answers[f"life_years {discounted}"] = _row(row, len(strategies))
        row += 2
    row = _increments(book, page, row)
    row = _frontier(book, page, row)
    _python(book, page, row)


def _row(row: int, width: int) -> str:
    return f"'{TITLE}'!$B${row}:${letter(1 + width)}${row}"


def _line(
    book: Book,
    page: Page,
    row: int,
    label: str,
    kind: str,
    discounted: bool,
    first: int,
    shape: str,
) -> None:
    page.put(row, 1, label, "output")
    for j in range(len(book.strategies)):
        c = letter(2 + j)
        text = f"SUM({c}{first}:{c}{row - 1})" if row > first else "0"
        page.formula(row, 2 + j, text, "output", shape)
    book.answers[f"{kind} {discounted}"] = _row(row, len(book.strategies))


def _increments(book: Book, page: Page, row: int) -> int:
    """The comparison in use, the severity weight and net monetary benefit."""
    answers, selector = book.answers, book.selector
    a, b = book.study.compared
    page.heading(row, "Intervention against comparator, discounted")
    lines: list[tuple[str, str, str, str]] = []

    def add(name: str, label: str, text: str, shape: str = "general") -> None:
        address = f"'{TITLE}'!$B${row + 1 + len(lines)}"
        lines.append((name, label, text, shape))
        answers[name] = address

    for name, value in (("intervention", a), ("comparator", b)):
        chosen = f"INDEX({book.scenarios.span(name)},{selector['scenario']})"
        text = (
            f'IF({selector["mode"]}=2,{chosen},"{value}")' if book.study.scenarios else f'"{value}"'
        )
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
        add(f"{name} difference", label, f"{at[0]}-{at[1]}", shape)
    dc, dq = answers["cost difference"], answers["qaly difference"]
    words = (
        f'IF(ABS({dq})<=0.000000001,IF({dc}>0.000001,"more costly, no difference in QALYs",'
        f'IF({dc}<-0.000001,"less costly, no difference in QALYs","no difference")),'
        f'IF({dq}>0,IF({dc}>0.000001,"more costly, more effective","dominant"),'
        f'IF({dc}<-0.000001,"less costly, less effective","dominated")))'
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
    place = book.study.jurisdiction
    add(
        "opportunity cost",
        f"Opportunity cost ({place.definition.currency} per QALY; not a ceiling)",
        book.scope(None, TITLE).formula(place.opportunity_cost),
        "money",
    )
    severity = place.definition.severity
    people = book.study.population
    if severity is not None and people is not None:
        title = trace_title(people.strategies[0])
        norm = book.totals[(title, "qaly Population norm", False)]
        add("population qaly", "Remaining QALYs, general population, undiscounted", norm, "qaly")
        standard = f'INDEX({answers["qaly False"]},MATCH("{b}",{answers["names"]},0))'
        add("standard qaly", f"Remaining QALYs with {b}, undiscounted", standard, "qaly")
        add(
            "shortfall",
            "Absolute shortfall (QALYs)",
            f"{answers['population qaly']}-{answers['standard qaly']}",
            "qaly",
        )
        first = row + 1 + len(lines) + 4
        area = f"$D${first}:$E${first + len(severity.classes) - 1}"
        add(
            "weight",
            "Severity weight",
            f"VLOOKUP(MAX({answers['shortfall']},$D${first}),{area},2,TRUE)",
        )
        page.put(first - 2, 4, f"Severity classes [{severity.status}]", "note")
        page.headings(first - 1, ["shortfall from", "weight"], 4)
        for i, each in enumerate(severity.classes):
            page.put(first + i, 4, each.shortfall, "input")
            page.put(first + i, 5, each.weight, "input")
        height = first + len(severity.classes)
    else:
        add("weight", "Severity weight (no rule)", "1")
        height = 0
    add(
        "threshold",
        f"Opportunity cost, severity-weighted ({place.definition.currency} per QALY)",
        f"{answers['opportunity cost']}*{answers['weight']}",
        "money",
    )
    add(
        "nmb",
        f"Incremental net monetary benefit ({book.currency})",
        f"{answers['threshold']}*{dq}-{dc}",
        "money",
    )
    for i, (_, label, text, shape) in enumerate(lines):
        page.put(row + 1 + i, 1, label)
        page.formula(row + 1 + i, 2, text, "output", shape)
    return max(row + 2 + len(lines), height + 1)


def _frontier(book: Book, page: Page, row: int) -> int:
    """Dominance among the options: strong, then extended, by formula."""
    options = book.study.options
    page.heading(row, "Frontier: the options in order of cost, with dominance")
    names = [
        "option",
        f"cost ({book.currency})",
        "QALYs",
        "status",
        "against",
        f"ICER ({book.currency}/QALY)",
    ]
    page.headings(row + 1, names)
    first = row + 2
    last = first + len(options) - 1
    answers = book.answers
    cost, qaly = f"$B${first}:$B${last}", f"$C${first}:$C${last}"
    work = 9
    page.put(row, work, "working: cost per QALY between each pair of undominated options", "note")
    page.headings(row + 1, ["dominated", "least slope up", "steepest slope down", *options], work)
    for i, option in enumerate(options):
        r = first + i
        page.put(r, 1, option)
        for column, values, shape in ((2, "cost True", "money"), (3, "qaly True", "exact")):
            text = f"INDEX({answers[values]},MATCH($A{r},{answers['names']},0))"
            page.formula(r, column, text, "formula", shape)
        beaten = (
            f"SUMPRODUCT(({cost}<=$B{r})*({qaly}>=$C{r})*((({cost}<$B{r})+({qaly}>$C{r}))>0))>0"
        )
        page.formula(r, work, f"IF({beaten},1,0)")
        for j in range(len(options)):
            other = first + j
            both = f"$I{r}+$I{other}=0"
            text = f'IF({both},IF($C{other}<>$C{r},($B{other}-$B{r})/($C{other}-$C{r}),""),"")'
            page.formula(r, work + 3 + j, text, "formula", "money")
        pairs = [(letter(work + 3 + j), first + j) for j in range(len(options)) if j != i]
        up = [f'IF(AND($I{o}=0,$C{o}>$C{r}),{c}{r},"")' for c, o in pairs]
        down = [f'IF(AND($I{o}=0,$C{o}<$C{r}),{c}{r},"")' for c, o in pairs]
        page.formula(r, work + 1, _extreme("MIN", up), "formula", "money")
        page.formula(r, work + 2, _extreme("MAX", down), "formula", "money")
        status = (
            f'IF($I{r}=1,"dominated",IF(AND(ISNUMBER($J{r}),ISNUMBER($K{r})),'
            f'IF($J{r}<$K{r},"extendedly dominated","on the frontier"),"on the frontier"))'
        )
        page.formula(r, 4, status, "output")
    for i in range(len(options)):
        r = first + i
        eligible = f'($D${first}:$D${last}="on the frontier")*({qaly}<$C{r})'
        before = f"SUMPRODUCT(MAX({eligible}*{qaly}))"
        page.formula(
            r,
            5,
            f'IF(AND($D{r}="on the frontier",SUMPRODUCT({eligible})>0),'
            f'INDEX($A${first}:$A${last},MATCH({before},{qaly},0)),"")',
        )
        at = f"MATCH($E{r},$A${first}:$A${last},0)"
        page.formula(
            r,
            6,
            f'IF($E{r}="",NA(),($B{r}-INDEX({cost},{at}))/($C{r}-INDEX({qaly},{at})))',
            "output",
            "money",
        )
    return last + 2


def _extreme(function: str, parts: list[str]) -> str:
    """MIN or MAX of the numbers among some cells, empty text if there are none."""
    if not parts:
        return '""'
    large = "1E+300" if function == "MIN" else "-1E+300"
    numbers = ",".join(f"IF(ISNUMBER({p}),{p},{large})" for p in parts)
    found = "+".join(f"IF(ISNUMBER({p}),1,0)" for p in parts)
    return f'IF(({found})=0,"",{function}({numbers}))'


def _python(book: Book, page: Page, row: int) -> None:
    """Python's figure for whatever is in use, the difference, and a check."""
    strategies = book.strategies
    page.heading(row, "Python's own figures for what is in use, and whether they agree")
    cost, qaly = totals(book.results.base)
    base = {"cost": cost, "qaly": qaly, "life_years": book.results.base["life_years"]}
    row += 1
    page.headings(row, ["figure", *strategies])
    tolerance = book.layout.fixed["tolerance"]
    agreed = []
    for what, values in base.items():
        shape = "money" if what == "cost" else "exact"
        page.put(row + 1, 1, f"{what.replace('_', '-')}, base case, Python")
        page.put(row + 2, 1, f"{what.replace('_', '-')}, what is in use, Python")
        page.put(row + 3, 1, "relative difference, workbook against Python")
        own = book.answers[f"{what} True"].split("$")[-1]
        for j, strategy in enumerate(strategies):
            c = letter(2 + j)
            number = float(values.sel(strategy=strategy)[0])
            page.put(row + 1, 2 + j, number, "text", shape)
            page.formula(
                row + 2, 2 + j, python_figures(book, what, strategy, f"{c}{row + 1}"), "link", shape
            )
            gap = f"ABS({c}{own}-{c}{row + 2})/MAX(ABS({c}{row + 2}),{tolerance})"
            page.formula(row + 3, 2 + j, gap, "check", "difference")
        agreed.append(f"MAX('{TITLE}'!$B${row + 3}:${letter(1 + len(strategies))}${row + 3})")
        row += 3
    book.checks.append(
        ("Python equals the workbook for what is in use", f"MAX({','.join(agreed)})<{tolerance}")
    )
