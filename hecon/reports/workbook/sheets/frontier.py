"""The frontier by formula: strong and extended dominance among the options."""

from __future__ import annotations

from hecon.reports.workbook.context import Book
from hecon.reports.workbook.layout import letter
from hecon.reports.workbook.styles import Page


def write_frontier(book: Book, page: Page, row: int) -> int:
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
