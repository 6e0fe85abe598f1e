"""Planned trials: what they are worth, what to decide, and what that rests on: Python's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.chart import Reference, ScatterChart, Series

from hecon.analyses.population import Population
from hecon.reports.answers.trial_words import choices, design, paid_by_others, trial_words
from hecon.reports.workbook.charts import COLOURS, DASHES, dress
from hecon.reports.workbook.context import Book
from hecon.reports.workbook.sheets.plain import Column, put_table, put_words
from hecon.reports.workbook.styles import Page, add_page

if TYPE_CHECKING:
    from hecon.analyses.further import Further
    from hecon.analyses.trial_report import TrialReport

TITLE = "Trials"

_WIDE = 10


def write_trials(book: Book, further: Further) -> None:
    """The sheet, if the study plans trials; why there are no figures, if there are none."""
    people = book.results.population
    if not further.definitions:
        return
    page = add_page(
        book.workbook,
        TITLE,
        "Planned trials",
        "Computed in Python, not live: which planned trial is worth its cost, at what size, and "
        "whether funding should wait for it.",
    )
    page.widths(30, 17, 17, 17, 15, 15, 15, 15, 15, 15)
    if further.trials is None or people is None:
        put_words(page, 3, f"Not worked out: {further.missing['trials']}.", _WIDE)
        return
    trials = further.trials
    put_words(page, 3, trial_words(book.study, trials, further.definitions), _WIDE)
    threshold = float(trials.best["threshold"].iloc[0])
    basis = (
        f"At {book.currency} {threshold:,.0f} per QALY; {people.annual:,.0f} eligible a year over "
        f"{people.years:g} years, {people.effective():,.0f} discounted patients whom the decision "
        "reaches. EVSI by regression, checked by importance weights at each best size."
    )
    page.put(4, 1, basis, "note")
    row = _best(book, page, trials, 6)
    row = _choices(book, page, trials, row + 1)
    row = _ranges(book, page, trials, row + 1)
    row = _assumptions(page, further, people, row + 1)
    _sizes(book, page, trials, row + 1)


def _columns(book: Book, of_value: Column, of_benefit: Column) -> list[Column]:
    """What is told of a trial of one size, with what stands beside its EVSI and its net benefit."""
    return [
        Column("trial", "trial"),
        Column("follow-up (weeks)", "follow_up_weeks", "count"),
        Column("patients", "patients", "count"),
        Column("reports after (years)", "years_to_report", "years"),
        Column(f"EVSI per person ({book.currency})", "evsi", "money"),
        of_value,
        Column(f"EVSI, all patients ({book.currency})", "population_evsi", "money"),
        Column(f"cost of the trial ({book.currency})", "cost", "money"),
        Column(f"net benefit of sampling ({book.currency})", "enbs", "money"),
        of_benefit,
    ]


def _best(book: Book, page: Page, trials: TrialReport, row: int) -> int:
    keys = ["trial", "follow_up_weeks", "patients"]
    both = trials.best.merge(trials.checks, on=keys, suffixes=("", "_check"))
    page.heading(row, "Each design at its best size, the best design first")
    columns = _columns(
        book,
        Column("the same by importance weights", "evsi_check", "money"),
        Column("pays for times as many patients", "times"),
    )
    return put_table(page, row + 1, columns, both.to_dict("records"))


def _choices(book: Book, page: Page, trials: TrialReport, row: int) -> int:
    name = design(trials.best.to_dict("records")[0])
    page.heading(row, f"What to decide today, with the trial {name}")
    free = paid_by_others(trials)
    rows = [
        {"choice": choice, "value": value, "free": free[choice]}
        for choice, value in choices(trials).items()
    ]
    columns = [
        Column("choice", "choice"),
        Column(f"net benefit, all patients ({book.currency})", "value", "money"),
        Column("if others pay for the trial", "free", "money"),
    ]
    return put_table(page, row + 1, columns, rows)


def _ranges(book: Book, page: Page, trials: TrialReport, row: int) -> int:
    page.heading(row, "The best trial with one assumption at an end of its range, then with all")
    columns = [
        Column("assumption", "assumption"),
        Column("end", "end"),
        Column("value", "value"),
        Column("best size", "patients", "count"),
        Column(f"net benefit of sampling ({book.currency})", "enbs", "money"),
        Column("pays for times as many patients", "times"),
    ]
    return put_table(page, row + 1, columns, trials.ranges.to_dict("records"))


def _assumptions(page: Page, further: Further, people: Population, row: int) -> int:
    page.heading(row, "Assumptions of the trials and of the population")
    columns = [
        Column("name", "name"),
        Column("of", "of"),
        Column("status", "status"),
        Column("unit", "unit"),
        Column("value", "value"),
        Column("low", "low"),
        Column("high", "high"),
        Column("source", "source", wrap=True),
    ]
    named = [(d.name, d.assumptions) for d in further.definitions]
    rows = [
        {"name": name, "of": of, **vars(entry)}
        for of, found in (*named, ("population", people.assumptions))
        for name, entry in found.items()
    ]
    end = put_table(page, row + 1, columns, rows)
    # sources are long: three columns hold them
    for r in range(row + 1, end):
        page.sheet.merge_cells(start_row=r, end_row=r, start_column=8, end_column=_WIDE)
    for r, each in enumerate(rows, start=row + 2):
        page.sheet.row_dimensions[r].height = 13.5 * (1 + len(str(each["source"])) // 44)
    return end


def _sizes(book: Book, page: Page, trials: TrialReport, row: int) -> None:
    """Every size, and a chart of the best trial's net benefit over its sizes."""
    page.heading(row, "All sizes, by regression")
    columns = _columns(
        book,
        Column("standard error", "standard_error", "money"),
        Column("standard error", "enbs_error", "money"),
    )
    first = str(trials.best["trial"].iloc[0])
    sizes = trials.by_size.reset_index(drop=True)
    end = put_table(page, row + 1, columns, sizes.to_dict("records"))
    chosen = sizes[sizes["trial"] == first]
    for position, (column, title, unit) in enumerate(
        (
            (5, "Value of the information per person", f"EVSI ({book.currency})"),
            (9, "Expected net benefit of sampling", f"net benefit ({book.currency})"),
        )
    ):
        chart = _chart(page, chosen, row + 2, column)
        axes = ("patients randomised, all arms together", unit)
        dress(chart, f"{title}: {first}", *axes, 15.5, 8.5, ("#,##0", "#,##0"))
        page.sheet.add_chart(chart, f"{'AF'[position]}{end + 1}")


def _chart(page: Page, sizes: pd.DataFrame, first: int, column: int) -> Any:
    """A curve a length of follow-up; `first` is the row of the table of sizes."""
    chart: Any = ScatterChart()
    chart.style = 2
    for i, (weeks, rows) in enumerate(sizes.groupby("follow_up_weeks", sort=False)):
        low, high = first + int(rows.index.min()), first + int(rows.index.max())
        series = Series(
            Reference(page.sheet, min_col=column, min_row=low, max_row=high),
            Reference(page.sheet, min_col=3, min_row=low, max_row=high),
            title=f"{weeks:g} weeks",
        )
        series.marker.symbol = "circle"
        series.marker.size = 4
        series.marker.graphicalProperties.solidFill = COLOURS[i % len(COLOURS)]
        series.graphicalProperties.line.solidFill = COLOURS[i % len(COLOURS)]
        series.graphicalProperties.line.dashStyle = DASHES[i % len(DASHES)]
        series.graphicalProperties.line.width = 22_000
        series.smooth = False
        chart.series.append(series)
    return chart
