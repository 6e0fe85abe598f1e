"""The brief: two pages for those who decide, made of what the report says."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from hecon.analyses.base_case import base_comparison, base_limits, base_shortfalls, base_table
from hecon.analyses.break_even import break_even_values
from hecon.analyses.budget_results import budget_study
from hecon.analyses.drawn import drawn_comparison
from hecon.analyses.price import price_values
from hecon.analyses.run import Run
from hecon.report.certainty import how_sure
from hecon.report.conclusions import headline
from hecon.report.content import Column, Drawn, Section, Table, table
from hecon.report.document import PaperLayout, document
from hecon.report.grade import marked
from hecon.report.numbers import Units
from hecon.report.page import study_header
from hecon.report.sections.answer_section import rests_on
from hecon.report.sections.break_even_section import break_even_table
from hecon.report.sections.break_even_section import conclusion as turning_sentence
from hecon.report.sections.budget_impact_section import TITLE as BUDGET
from hecon.report.sections.budget_impact_section import answers as budget_answers
from hecon.report.sections.budget_tables import resources_table, years_table
from hecon.report.sections.evidence_section import weak_links
from hecon.report.sections.price_section import TITLE as PRICE
from hecon.report.sections.price_section import conclusion as price_sentences
from hecon.report.vocabulary import INTERVAL_HIGH, INTERVAL_LOW, UNIT

#: Its figure: the first of these that a run has.
BRIEF_FIGURES = ("plane", "tornado_nmb", "frontier")
#: Rows of inputs at which the decision turns, and of weak ones.
SHOWN = 5
_LAYOUT = PaperLayout(size=9.0, margin=16.0, picture=105.0)

_CRITERIA = (
    Column("criterion", "Criterion", "label"),
    Column("figure", "Figure", "label"),
    replace(UNIT, detail=False),
    Column("base", "Base case", "number", words="verdict"),
    Column("mean", "Mean of the draws", "number", words="mean_verdict"),
    INTERVAL_LOW,
    INTERVAL_HIGH,
    Column("verdict", "In words", shown=False),
    Column("mean_verdict", "In words, of the means", shown=False),
)


#: Columns of people and of what limits them.
_PEOPLE = ("year", "demand", "treated", "waiting", "net", "effect_difference")
_STOCKS = ("resource", "year", "stock", "courses", "demand", "used")


def brief(
    run: Run, sections: Sequence[Section], pictures: Mapping[str, Drawn], units: Units
) -> bytes:
    """The brief of a run as a Word document."""
    head = study_header(run.study)
    lines = (head.over, head.title, head.question, head.about)
    pages = [
        [marked(section, run.study) for section in page]
        for page in brief_pages(run, sections, units)
    ]
    return document(lines, pages, pictures, units, _LAYOUT)


def brief_pages(
    run: Run, sections: Sequence[Section], units: Units
) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """What the two pages hold: the answer, and what it hangs on."""
    figures = {f.name: f for section in sections for f in section.figures}
    shown = tuple(figures[name] for name in BRIEF_FIGURES if name in figures)[:1]
    priced = run.get(price_values) is not None
    return (
        Section("answer", "The answer", (*headline(run), *how_sure(run))),
        Section(
            "criteria",
            "Benefit, resources and severity",
            tables=(criteria_table(run, sections, units),),
            figures=shown,
        ),
        Section("price", PRICE, price_sentences(run) if priced else ()),
    ), (
        _turns(run),
        _budget(run),
        Section(
            "weak",
            "What is weak, and what would settle it",
            tuple(rests_on(run)),
            (_first(weak_links(run), ("label", "status", "needed")),),
        ),
    )


def criteria_table(run: Run, sections: Sequence[Section], units: Units) -> Table:
    """The criteria in figures, in the base case and over the draws."""
    base, net = run(base_comparison), float(run(base_table).iloc[0]["nmb"])
    money, drawn = units.currency, _over_draws(sections)
    gained = "QALYs gained".replace("QALYs", units.effects)
    limited = "What a QALY may cost".replace("QALY", units.effect)
    per = f"{money}/{units.effect}"
    rows: list[dict[str, object]] = [
        {"criterion": "Benefit", "figure": gained, "unit": units.effects, "base": base.qaly}
        | drawn.get("qaly", {}),
        {"criterion": "Resources", "figure": "Incremental cost", "unit": money, "base": base.cost}
        | drawn.get("cost", {}),
    ]
    found = run(base_shortfalls)
    for each in found[found["used"]].to_dict("records") if len(found) else []:
        loss = {"criterion": "Severity", "figure": "Absolute shortfall", "unit": units.effects}
        rows.append({**loss, "base": each["shortfall"]})
    ratio = {"criterion": "All three", "figure": "ICER", "unit": per, "base": base.icer}
    ratio |= {"verdict": base.verdict}
    if drawn:
        mean = run(drawn_comparison)
        ratio |= {"mean": mean.icer, "mean_verdict": mean.verdict}
    limit = float(run(base_limits).iloc[0]["threshold"])
    rows += [
        ratio,
        {"criterion": "All three", "figure": limited, "unit": per, "base": limit},
        {"criterion": "All three", "figure": "Net benefit", "unit": money, "base": net}
        | drawn.get("nmb", {}),
    ]
    frame = pd.DataFrame(rows, columns=[c.key for c in _CRITERIA])
    caption = f"{base.intervention} against {base.comparator}, per person"
    return table("criteria", caption, _CRITERIA, frame, ("criterion", "figure"))


def _over_draws(sections: Sequence[Section]) -> dict[str, dict[str, object]]:
    """Mean and interval of the increments by figure; nothing without draws."""
    found = [t for s in sections for t in s.tables if t.name == "probabilistic_comparison"]
    rows = found[0].frame.to_dict("records") if found else []
    kept = ("mean", "interval_low", "interval_high")
    return {row["figure"]: {key: row[key] for key in kept} for row in rows}


def _turns(run: Run) -> Section:
    """What would have to be true for the decision to turn, one input at a time."""
    title = "What would have to be true"
    if run(break_even_values).empty:
        return Section("turns", title)
    made = break_even_table(run)
    solved = replace(made, frame=made.frame[made.frame["break_even"].notna()])
    kept = ("label", "base", "unit", "range_low", "range_high", "break_even")
    return Section("turns", title, (turning_sentence(run),), (_first(solved, kept),))


def _budget(run: Run) -> Section:
    """The first and the last year: money, people, and what limits them."""
    if run.get(budget_study) is None:
        return Section("budget", BUDGET)
    tables = []
    for made, kept in ((years_table(run), _PEOPLE), (resources_table(run), _STOCKS)):
        years = made.frame["year"]
        ends = made.frame[years.isin({years.min(), years.max()})]
        tables.append(_first(replace(made, frame=ends), kept, len(ends)))
    return Section("budget", BUDGET, budget_answers(run), tuple(tables))


def _first(made: Table, keys: Sequence[str], rows: int = SHOWN) -> Table:
    """The first rows of a table, and of its columns those named."""
    columns = tuple(replace(c, shown=c.key in keys, detail=False) for c in made.columns)
    return replace(made, columns=columns, frame=made.frame.head(rows))
