"""The frontier by formula: strong and extended dominance among the options."""

from dataclasses import dataclass

from hecon.analyses.base_case import base_frontier
from hecon.workbook.context import SELECTOR, Book
from hecon.workbook.pages import Page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.increments_sheet import write_increments
from hecon.workbook.sheets.severity_sheet import write_severity
from hecon.workbook.sheets.totals_sheet import write_totals

#: First column of the working beside the table.
WORK = 9
#: First column of the slopes to options with more QALYs; those from options with fewer follow.
SLOPES = WORK + 5


@dataclass(frozen=True)
class FrontierAddresses:
    """The option of most net monetary benefit, as a formula; the next free row of Results."""

    best: str
    free: int


def write_frontier(book: Book) -> FrontierAddresses:
    """Dominance among the options: strong, then extended, by formula."""
    options, results = book.study.options, book.after(write_totals)
    page, row = results.page, book.after(write_increments).free
    page.heading(row, "Frontier: strong and extended dominance among the options")
    names = [
        "option",
        f"cost ({book.currency})",
        "QALYs",
        "status",
        "against",
        f"ICER ({book.currency}/QALY)",
        "Python, base case",
    ]
    page.headings(row + 1, names)
    first = row + 2
    last = first + len(options) - 1
    spans = {
        n: f"${c}${first}:${c}${last}" for n, c in (("name", "A"), ("cost", "B"), ("qaly", "C"))
    }
    page.put(row, WORK, "working: cost per QALY to each undominated option with more QALYs", "note")
    work = ["number", "dominated", "least slope up", "steepest slope down", "efficient QALYs"]
    ties = [f"costs equal within ({book.currency})", "QALYs equal within"]
    ties.append(f"net monetary benefit ({book.currency})")
    page.headings(row + 1, [*work, *options, *options, *ties], WORK)
    page.put(row, SLOPES + len(options), "and from each with fewer", "note")
    python = book.run(base_frontier).set_index("strategy")["status"]
    for i, option in enumerate(options):
        r = first + i
        page.put(r, 1, option)
        for column, values, shape in ((2, "cost", "money"), (3, "qaly", "exact")):
            text = f"INDEX({results.totals[values, True]},MATCH($A{r},{results.names},0))"
            page.formula(r, column, text, "formula", shape)
        page.put(r, 7, str(python[option]))
        _dominance(book, page, r, i, first, spans)
    nmb = letter(SLOPES + 2 + 2 * len(options))
    worth = f"${nmb}${first}:${nmb}${last}"
    highest = f"MATCH(MAX('{page.title}'!{worth}),'{page.title}'!{worth},0)"
    efficient = f"${letter(WORK + 4)}${first}:${letter(WORK + 4)}${last}"
    for r in range(first, last + 1):
        below = f"SUMPRODUCT(({efficient}<$C{r})*1)"
        found = f"INDEX({spans['name']},MATCH(SMALL({efficient},{below}),{efficient},0))"
        page.formula(r, 5, f'IF(AND($D{r}="on the frontier",{below}>0),{found},"")')
        at = f"MATCH($E{r},{spans['name']},0)"
        cost, qaly = f"INDEX({spans['cost']},{at})", f"INDEX({spans['qaly']},{at})"
        text = f'IF($E{r}="",NA(),($B{r}-{cost})/($C{r}-{qaly}))'
        page.formula(r, 6, text, "output", "money")
    same = (
        f"SUMPRODUCT(('{page.title}'!$D${first}:$D${last}='{page.title}'!$G${first}:$G${last})*1)"
    )
    book.comparisons.append(
        (
            "The frontier of the base case equals Python's",
            f"IF({SELECTOR['mode'].number}=1,{same}=ROWS('{page.title}'!$D${first}:$D${last}),TRUE)",
        )
    )
    best = f"INDEX('{page.title}'!{spans['name']},{highest})"
    return FrontierAddresses(best, last + 2)


def _dominance(book: Book, page: Page, r: int, i: int, first: int, spans: dict[str, str]) -> None:
    """One option's working: ties go to more QALYs at the same cost, then to the option above."""
    count, fixed = len(book.study.options), book.layout.fixed
    tie, straight = fixed["tie"], fixed["straight"]
    number, beaten, up, down = (letter(WORK + k) for k in range(4))
    numbers = f"${number}${first}:${number}${first + count - 1}"
    page.put(r, WORK, i + 1)
    cheap, slight = (f"${letter(SLOPES + 2 * count + k)}{r}" for k in range(2))
    for k, name in enumerate(("cost", "qaly")):
        largest = f"MAX(MAX({spans[name]}),-MIN({spans[name]}))"
        page.formula(r, SLOPES + 2 * count + k, f"{tie}*{largest}", "formula", "exact")
    benefit = f"{book.after(write_severity).threshold}*$C{r}-$B{r}"
    page.formula(r, SLOPES + 2 + 2 * count, benefit, "formula", "money")
    same_cost = _near(spans["cost"], f"$B{r}", cheap)
    same_qaly = _near(spans["qaly"], f"$C{r}", slight)
    before = (
        f"(({spans['cost']}<$B{r}-{cheap})+{same_cost}*({spans['qaly']}>$C{r}+{slight})"
        f"+{same_cost}*{same_qaly}*({numbers}<${number}{r}))"
    )
    better = f"SUMPRODUCT(({spans['qaly']}>=$C{r}-{slight})*({before}>0))"
    page.formula(r, WORK + 1, f"IF({better}>0,1,0)")
    for j in range(count):
        other = first + j
        both = f"${beaten}{r}+${beaten}{other}=0"
        slope = f"($B{other}-$B{r})/($C{other}-$C{r})"
        for start, sign in ((SLOPES, ">"), (SLOPES + count, "<")):
            text = f'IF({both},IF($C{other}{sign}$C{r},{slope},""),"")'
            page.formula(r, start + j, text, "formula", "money")
    for column, start, function in ((WORK + 2, SLOPES, "MIN"), (WORK + 3, SLOPES + count, "MAX")):
        area = f"${letter(start)}{r}:${letter(start + count - 1)}{r}"
        page.formula(r, column, f'IF(COUNT({area})=0,"",{function}({area}))', "formula", "money")
    inner = f"AND(ISNUMBER(${up}{r}),ISNUMBER(${down}{r}))"
    extended = f'IF(${up}{r}<=${down}{r}*(1+{straight}),"extendedly dominated","on the frontier")'
    out = '"dominated"'
    if i:
        # a twin has a lower number and stands above: it is on the frontier, or falls with this one
        costs, qalys = (f"${c}${first}:${c}${r - 1}" for c in "BC")
        twin = f"{_near(costs, f'$B{r}', cheap)}*{_near(qalys, f'$C{r}', slight)}"
        for words, named in (("extendedly dominated", None), ("on the frontier", "no difference")):
            met = f'SUMPRODUCT({twin}*($D${first}:$D${r - 1}="{words}"))'
            out = f'IF({met}>0,"{named or words}",{out})'
    status = f'IF(${beaten}{r}=1,{out},IF({inner},{extended},"on the frontier"))'
    page.formula(r, 4, status, "output")
    page.formula(r, WORK + 4, f'IF($D{r}="on the frontier",$C{r},"")')


def _near(span: str, cell: str, tolerance: str) -> str:
    """Which cells of a span are equal to one, 1 or 0 each."""
    return f"({span}>={cell}-{tolerance})*({span}<={cell}+{tolerance})"
