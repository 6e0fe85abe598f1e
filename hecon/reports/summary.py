"""What a run found, on a screen of 80 columns."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console

from hecon.analyses.comparison import sentence
from hecon.analyses.results import Results
from hecon.parameters.schema import STATUSES, Parameter
from hecon.reports.answers.trial_words import trial_short
from hecon.reports.conclusions import (
    NO_DOUBT,
    base_and_draws,
    best_of_draws,
    drawn,
    fixed_in_draws,
    headline,
    marked,
    outside_frontier,
    shares_of_best,
)
from hecon.reports.console import amount, facts, money, qalys, table
from hecon.reports.words import listed

if TYPE_CHECKING:
    from hecon.analyses.further import Further
    from hecon.reports.run import Written

METHODS = {
    "monte-carlo": "Monte Carlo",
    "latin-hypercube": "Latin hypercube",
    "sobol": "randomised Sobol'",
}


def print_summary(
    results: Results, written: Written, to: Console, further: Further | None = None
) -> None:
    """Print the question, the results, the conclusion and where the files are."""
    study = results.study
    place = study.jurisdiction.definition
    asked = study.definition.question or study.definition.title
    to.print(marked(asked, study), style="bold")
    to.print(f"{place.title}; costs in {place.currency}, {place.price_year} prices, per person")
    _print_strategies(results, to)
    _print_increments(results, to)
    _print_frontier(results, to)
    _print_limits(results, to)
    if drawn(results):
        _print_draws(results, to)
    else:
        _heading("Uncertainty", to)
        to.print(NO_DOUBT)
    _heading("Conclusion", to)
    to.print(headline(results))
    for text in (base_and_draws(results), fixed_in_draws(results) if drawn(results) else ""):
        if text:
            to.print(text)
    if further is not None and further.trials is not None:
        to.print(marked(trial_short(study, further.trials), study))
    to.print(evidence(study.parameters))
    to.print()
    if written.report is not None:
        to.print(f"Report: {written.report}", soft_wrap=True)
    to.print(f"Page:   {written.page}", soft_wrap=True)
    to.print(f"Tables: {written.outputs}", soft_wrap=True)
    for problem in written.problems:
        to.print(f"Attention: {problem}", soft_wrap=True)


def evidence(parameters: Iterable[Parameter]) -> str:
    """What the inputs rest on: how many have which status."""
    counts = Counter(p.status for p in parameters if p.is_input)
    named = ", ".join(f"{counts[s]} {s}" for s in STATUSES if counts[s])
    count = counts.total()
    return f"Evidence status of the {count} input{'' if count == 1 else 's'}: {named}."


def _heading(text: str, to: Console) -> None:
    to.print()
    to.print(text, style="bold")


def _print_strategies(results: Results, to: Console) -> None:
    study = results.study
    _heading("Base case, discounted", to)
    rows = table("Strategy", "", "Cost", "QALYs", "Life-years", left=2)
    for name in study.model.strategies:
        label = study.label(name) if study.label(name) != name else ""
        note = "" if name in study.options else " - no option"
        figures = [float(results.base_table[f"{k} {name}"][0]) for k in ("cost", "qaly")]
        years = float(results.base_table[f"life_years {name}"][0])
        rows.add_row(name, label + note, money(figures[0]), qalys(figures[1]), qalys(years))
    to.print(rows)


def _print_increments(results: Results, to: Console) -> None:
    found, currency = results.comparison, results.study.jurisdiction.definition.currency
    _heading(f"{found.intervention} against {found.comparator}", to)
    rows = facts()
    rows.add_row("Cost", f"{currency} {money(found.cost, sign=True)}")
    rows.add_row("QALYs", qalys(found.qaly, sign=True))
    rows.add_row("Life-years", qalys(found.life_years, sign=True))
    rows.add_row("ICER", sentence(found, currency))
    if note := outside_frontier(results):
        rows.add_row("", note)
    to.print(rows)


def _print_frontier(results: Results, to: Console) -> None:
    currency = results.study.jurisdiction.definition.currency
    _heading("Cost-effectiveness frontier of the options, in order of cost", to)
    rows = table("Strategy", "", "Against", f"{currency} per QALY gained", left=3)
    for row in results.frontier.to_dict("records"):
        ratio = "" if math.isnan(row["icer"]) else money(row["icer"])
        rows.add_row(row["strategy"], row["status"], row["against"], ratio)
    to.print(rows)


def _print_limits(results: Results, to: Console) -> None:
    study, limits = results.study, results.limits
    currency, found = study.jurisdiction.definition.currency, results.comparison
    _heading("What a QALY may cost", to)
    rows = facts()
    cost = amount(currency, float(limits["opportunity_cost"][0]))
    rows.add_row("Opportunity cost", f"{cost} per QALY: health forgone elsewhere, not a ceiling")
    if "shortfall" in limits:
        rows.add_row("Absolute shortfall", f"{float(limits['shortfall'][0]):.1f} QALYs")
        rows.add_row("Severity weight", f"{float(limits['weight'][0]):g}")
        weighted = amount(currency, results.threshold)
        rows.add_row("Opportunity cost, weighted", f"{weighted} per QALY")
    benefit = money(float(results.base_table["nmb"][0]), sign=True)
    rows.add_row(
        "Net monetary benefit",
        f"{currency} {benefit} for {found.intervention} against {found.comparator}",
    )
    to.print(rows)


def _print_draws(results: Results, to: Console) -> None:
    psa, study = results.probabilistic, results.study
    currency = study.jurisdiction.definition.currency
    design = psa.design
    a, b = study.compared
    _heading(
        f"Probabilistic analysis: {design.draws:,} draws, {METHODS[design.method]}, "
        f"seed {design.seed}",
        to,
    )
    rows = table("Mean (Monte Carlo SE)", "Cost", "QALYs", "Net benefit")
    cells = {(r["strategy"], r["figure"]): r for r in psa.table.to_dict("records")}
    written = (("cost", money), ("qaly", qalys), ("nmb", money))
    for name in (*study.model.strategies, f"{a} v {b}"):
        texts = []
        for figure, write in written:
            row = cells[(name, figure)]
            texts.append(f"{write(row['mean'])} ({write(row['standard_error'])})")
        rows.add_row(name, *texts)
    pair = [(cells[(f"{a} v {b}", figure)], write) for figure, write in written]
    rows.add_row(
        "  95 % of draws", *(f"{write(row['low'])} to {write(row['high'])}" for row, write in pair)
    )
    to.print(rows)
    threshold = amount(currency, results.threshold)
    under = facts()
    under.add_row("Ratio of means", sentence(psa.comparison, currency))
    under.add_row("Cost-effective", f"{shares_of_best(results)} of the draws at {threshold}")
    if len(study.options) > 1:
        best = f"{best_of_draws(results)} of {listed(study.options)} at {threshold}"
        under.add_row("Best on average", best)
    under.add_row("EVPI", f"{amount(currency, psa.evpi)} per person at {threshold}")
    to.print(under)
