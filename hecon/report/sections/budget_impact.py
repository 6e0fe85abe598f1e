"""Budget impact: what a payer pays year by year, for whom there are places, and who waits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from hecon.analyses.budget_results import (
    budget_blocks,
    budget_counted,
    budget_interval,
    budget_items,
    budget_months,
    budget_numbers,
    budget_one_way,
    budget_places_by_uptake,
    budget_quantities,
    budget_resources,
    budget_scenarios,
    budget_study,
    budget_table,
    waiting_rules,
)
from hecon.analyses.run import Run
from hecon.report.content import (
    Amount,
    Column,
    Drawn,
    Figure,
    Listing,
    Section,
    Sentence,
    Table,
    Value,
    count,
    share,
    table,
)
from hecon.report.labels import labeller
from hecon.report.registry import Analysis
from hecon.report.vocabulary import (
    INTERVAL_HIGH,
    INTERVAL_LOW,
    PARAMETER,
    RANGE_HIGH,
    RANGE_LOW,
    STATUS,
)

TITLE = "Budget impact"

YEAR = Column("year", "Year", "count", meaning="calendar year after the decision")
NET = Column("net", "Net cost", "millions", meaning="to the payer, undiscounted")
EFFECT = Column("effect_difference", "{effects}", "gain", meaning="gained within the year")
PEOPLE = (
    Column("eligible", "Eligible", "number", detail=True, meaning="who start any treatment"),
    Column("demand", "Want it", "number", meaning="who would start if there were places"),
    Column("places", "Places", "number", infinite="no limit", meaning="starts that are possible"),
    Column("treated", "Treated", "number", meaning="who start it"),
    Column(
        "returned", "Return", "number", detail=True, meaning="who take what they would have had"
    ),
    Column("waiting", "Wait", "number", meaning="at the end of the year"),
    Column("waited", "Waiting", "number", "person-months", detail=True),
)
WAITS = (
    Column("mean_wait", "Mean wait of those treated", "number", "months", detail=True),
    Column("wait_at_end", "Wait at the end", "number", "months", detail=True),
)
LOST = Column(
    "effect_lost",
    "{effects} lost for want of places",
    "effect",
    meaning="with places for all less with those there are",
)
BLOCK = Column("block", "Payer's block", "name", meaning="empty for what is outside the budget")
DIFFERENCE = Column("cost_difference", "Difference", "millions")


def years_table(run: Run) -> Table:
    """People first, then money and health."""
    columns = (YEAR, *PEOPLE, *WAITS, NET, EFFECT, LOST)
    caption = "By year: people, waits, net cost and health"
    return table("budget_impact", caption, columns, run(budget_table), ("year",))


def blocks_table(run: Run) -> Table:
    """Net cost by payer's block."""
    frame = run(budget_blocks)
    frame = frame.assign(block=frame["block"].map(block_labels(run)))
    caption = "Net cost by payer's block"
    columns = (YEAR, BLOCK, DIFFERENCE)
    return table("budget_blocks", caption, columns, frame, ("year", "block"), spread="block")


def items_table(run: Run) -> Table:
    """Costs by item in both worlds."""
    frame = run(budget_items)
    frame = frame.assign(block=frame["block"].map({"": "", **block_labels(run)}))
    columns = (
        BLOCK,
        Column("item", "Item", "name"),
        YEAR,
        Column("cost_without", "Without", "millions", shown=False),
        Column("cost_with", "With", "millions", shown=False),
        DIFFERENCE,
    )
    caption = "Difference by item and year; what has no block is outside the budget"
    keys = ("block", "item", "year")
    return table("budget_items", caption, columns, frame, keys, spread="year")


def quantities_table(run: Run) -> Table:
    """Hours and packs: what more is needed of them."""
    study = run.study
    frame = run(budget_quantities)
    if study.course is not None:
        labels = {
            q.name: f"{q.label or q.name}{f' ({q.unit})' if q.unit else ''}"
            for q, _ in study.course.quantities
        }
        frame = frame.assign(quantity=frame["quantity"].map(labels))
    columns = (
        Column("quantity", "Quantity", "name"),
        YEAR,
        Column("quantity_without", "Without", "number", shown=False),
        Column("quantity_difference", "Difference", "number"),
        Column("quantity_new", "Of the new treatment", "number", detail=True),
        Column("full_time", "Full-time equivalents", "number", meaning="of the difference"),
        Column("share_of_all", "Share of all", "share", meaning="of the new treatment"),
    )
    caption = "Hours and packs by year: what more is needed"
    return table("budget_quantities", caption, columns, frame, ("quantity", "year"))


def resources_table(run: Run) -> Table:
    """What limits how many can start."""
    columns = (
        Column("resource", "Resource", "name"),
        YEAR,
        Column("stock", "Stock", "number"),
        Column("courses", "Courses it allows", "number", infinite="no limit"),
        Column("demand", "Want it", "number"),
        Column("treated", "Treated", "number"),
        Column("used", "Used", "share", meaning="share of its courses that are begun"),
    )
    frame = run(budget_resources).sort_values(["resource", "year"], kind="stable")
    caption = "What limits how many can start in a year"
    return table("budget_resources", caption, columns, frame, ("resource", "year"))


def scenarios_table(run: Run) -> Table:
    """Scenarios of the budget: people see the last year."""
    columns = (
        Column("scenario", "Scenario", "name"),
        Column("title", "Title"),
        replace(YEAR, shown=False),
        *(replace(c, detail=c.detail or c.key in ("demand", "places")) for c in PEOPLE),
        *WAITS,
        NET,
        EFFECT,
        STATUS,
    )
    frame = run(budget_scenarios)
    last = {"year": run(budget_numbers).years}
    caption = "Scenarios of the budget, in the last year"
    return table("budget_scenarios", caption, columns, frame, ("scenario", "year"), only=last)


def interval_table(run: Run) -> Table:
    """Net cost over the draws."""
    columns = (
        YEAR,
        Column("mean", "Mean net cost", "millions"),
        replace(INTERVAL_LOW, kind="millions"),
        replace(INTERVAL_HIGH, kind="millions"),
    )
    caption = "Net cost by year over the draws of the probabilistic analysis"
    return table("budget_interval", caption, columns, run(budget_interval), ("year",))


def one_way_table(run: Run) -> Table:
    """Inputs at both ends of their ranges."""
    columns = (
        PARAMETER,
        RANGE_LOW,
        RANGE_HIGH,
        Column("net_low", "Net cost at the low end", "millions"),
        Column("net_high", "Net cost at the high end", "millions"),
    )
    caption = "Net cost of the last year with each input at both ends of its range"
    return table("budget_one_way", caption, columns, run(budget_one_way), ("parameter",))


def two_way_tables(run: Run) -> tuple[Table, ...]:
    """Places against uptake: money, then health."""
    frame = run(budget_places_by_uptake)
    factors = (
        Column("uptake_factor", "Uptake times", "number"),
        Column("places_factor", "Places times", "number"),
    )
    hidden = tuple(replace(c, shown=False) for c in PEOPLE if c.key in ("treated", "waiting"))
    keys = ("uptake_factor", "places_factor")
    made = []
    for name, caption, column in (
        ("budget_places_by_uptake", "Net cost of the last year", NET),
        ("budget_health_by_uptake", "{effects} gained in the last year", EFFECT),
    ):
        text = f"{caption}; down: uptake times, across: places times"
        columns = (*factors, *hidden, column)
        made.append(table(name, text, columns, frame, keys, spread="places_factor"))
    return tuple(made)


def months_table(run: Run) -> Table:
    """Every period, in files."""
    period = Column("period", "Period", "count", meaning="cycle of the model since the decision")
    columns = (period, YEAR, *PEOPLE, NET, EFFECT)
    caption = "By period"
    return table("budget_periods", caption, columns, run(budget_months), ("period",), shown=False)


def counted_table(run: Run) -> Table:
    """What is counted beside the model, in files."""
    columns = (YEAR, Column("count", "Counted", "name"), Column("amount", "Amount", "number"))
    frame, caption = run(budget_counted), "Counted beside the model"
    return table("budget_counted", caption, columns, frame, ("year", "count"), shown=False)


def block_labels(run: Run) -> dict[str, str]:
    """What blocks are called."""
    budget = run(budget_study).budget
    assert budget is not None
    return {block.name: block.title for block in budget.definition.blocks}


def _millions(value: float) -> Amount:
    return Amount(float(value), "millions")


def _gain(value: float) -> Amount:
    return Amount(float(value), "gain")


def conclusion(run: Run) -> tuple[Sentence, ...]:
    """What it costs, who waits, what limits, and what that does to health."""
    frame, budget = run(budget_table), run(budget_study).budget
    assert budget is not None
    new = budget.definition.strategy
    return (
        _cost(frame, new),
        *_queue(frame, new),
        *_limit(run),
        *_health(frame, new),
        *rules(run, new),
        *_uncertain(run),
    )


def _cost(frame: pd.DataFrame, new: str) -> Sentence:
    """Net cost of the first and the last year and of all."""
    first, last = frame.iloc[0], frame.iloc[-1]
    years = count(last["year"])
    said: dict[str, Value] = {
        "a": new,
        "first": _millions(first["net"]),
        "last": _millions(last["net"]),
        "total": _millions(frame["net"].sum()),
        "treated": count(frame["treated"].sum()),
        "years": years,
    }
    text = (
        "{a} changes the payer's costs by {first} in year 1 and by {last} in year {years}; by "
        "{total} in all {years} years, with {treated} people treated."
    )
    if len(frame) == 1:
        text = "{a} changes the payer's costs by {last} in the year, with {treated} people treated."
        said = {k: said[k] for k in ("a", "last", "treated")}
    return Sentence(text, said, "verdict")


def _queue(frame: pd.DataFrame, new: str) -> tuple[Sentence, ...]:
    last = frame.iloc[-1]
    if not last["waiting"] >= 0.5:
        text = "Nobody waits for {a} at the end of year {years}."
        return (Sentence(text, {"a": new, "years": count(last["year"])}),)
    return (
        Sentence(
            "At the end of year {years}, {waiting} people wait for {a}: {wait} months at that "
            "year's places.",
            {
                "a": new,
                "years": count(last["year"]),
                "waiting": count(last["waiting"]),
                "wait": Amount(last["wait_at_end"], "years"),
            },
        ),
    )


def _limit(run: Run) -> tuple[Sentence, ...]:
    """The resource that allows least in the last year, and how much of it all would need."""
    frame = run(budget_resources)
    if frame.empty:
        return ()
    last = frame[frame["year"] == frame["year"].max()]
    least = last.loc[last["courses"].idxmin()]
    if not 0 < least["courses"] < float("inf"):
        return ()
    said: dict[str, Value] = {
        "resource": str(least["resource"]),
        "stock": Amount(least["stock"]),
        "courses": count(least["courses"]),
        "demand": count(least["demand"]),
        "years": count(least["year"]),
        "needed": Amount(least["demand"] / least["courses"] * least["stock"]),
    }
    text = (
        "What limits most is {resource}: {stock} in year {years} allow {courses} courses, {demand} "
        "people come to want one, which takes {needed}."
    )
    return (Sentence(text, said),)


def _health(frame: pd.DataFrame, new: str) -> tuple[Sentence, ...]:
    found = []
    if frame["effect_difference"].iloc[0] < 0:
        said: dict[str, Value] = {"gain": _gain(frame["effect_difference"].iloc[0])}
        text = "In year 1 health is lost ({gain} {effects}): outcomes come later than costs."
        found.append(Sentence(text, said))
    lost = float(frame["effect_lost"].sum())
    if abs(lost) > 1e-9:
        text = "Lack of places costs {lost} {effects} in these years."
        if lost < 0:
            text = "Lack of places leaves {lost} {effects} more than places for all would."
        found.append(Sentence(text, {"lost": Amount(abs(lost), "effect")}))
    return tuple(found)


def rules(run: Run, new: str) -> tuple[Sentence, ...]:
    """Whether the rule for those who find no place decides the sign of health."""
    found, last = run(waiting_rules), run(budget_numbers).years
    sentences = []
    for row in found.to_dict("records"):
        if not row["effect_more"] < 0 < row["effect_fewer"]:
            continue
        text = (
            "With more demand than places, waiting for {a} costs more health than {a} gives: in "
            "year {years} {worse} {effects} where {most} of those without a place wait ({more}), "
            "{better} where {least} do and the others have at once what they would have had "
            "({fewer})."
        )
        said: dict[str, Value] = {
            "a": new,
            "years": count(last),
            "worse": _gain(row["effect_more"]),
            "better": _gain(row["effect_fewer"]),
            "most": share(row["share_more"]),
            "least": share(row["share_fewer"]),
            "more": str(row["more"]),
            "fewer": str(row["fewer"]),
        }
        sentences.append((row["effect_fewer"] - row["effect_more"], text, said))
    if not sentences:
        return ()
    _, text, said = max(sentences, key=lambda each: each[0])
    return (Sentence(text, said, "warning"),)


def _uncertain(run: Run) -> tuple[Sentence, ...]:
    found = run.get(budget_interval)
    if found is None:
        return ()
    last = found.iloc[-1]
    said: dict[str, Value] = {
        "years": count(last["year"]),
        "mean": _millions(last["mean"]),
        "low": _millions(last["interval_low"]),
        "high": _millions(last["interval_high"]),
    }
    text = (
        "Over the draws the net cost of year {years} is {mean} on average; 95 % are between {low} "
        "and {high}."
    )
    return (Sentence(text, said),)


def answers(run: Run) -> tuple[Sentence, ...]:
    """What the answer says of it: the net cost, who waits, and what limits."""
    if run.get(budget_study) is None:
        return ()
    frame, budget = run(budget_table), run(budget_study).budget
    assert budget is not None
    new = budget.definition.strategy
    return replace(_cost(frame, new), tone="plain"), *_queue(frame, new), *_limit(run)


def basis(run: Run) -> tuple[Sentence, ...]:
    """What the figures are, and what moves them most."""
    budget = run(budget_study).budget
    assert budget is not None
    text = "Undiscounted, in constant prices; places, uptake and what is displaced are assumptions."
    found = [Sentence(text, {}, "note")]
    if budget.definition.outside:
        outside = "Outside the payer's costs, shown and not added: {items}."
        found.append(Sentence(outside, {"items": Listing(budget.definition.outside)}, "note"))
    bars = run(budget_one_way)
    if len(bars):
        label = labeller(run(budget_study))
        most = Listing([label(name) for name in bars["parameter"].head(3)])
        text = "What moves the net cost of the last year most within its range: {inputs}."
        found.append(Sentence(text, {"inputs": most}))
    return tuple(found)


def section(run: Run) -> Section:
    """The budget impact; nothing for a study that describes none."""
    if run.get(budget_study) is None:
        return Section("budget_impact", TITLE)
    tables = [years_table(run), blocks_table(run), items_table(run), resources_table(run)]
    tables.append(quantities_table(run))
    if run.get(budget_interval) is not None:
        tables.append(interval_table(run))
    if len(run(budget_scenarios)):
        tables.append(scenarios_table(run))
    tables += [one_way_table(run), *two_way_tables(run), months_table(run), counted_table(run)]
    figures = (
        Figure("budget_net", partial(_net_picture, run)),
        Figure("budget_people", partial(_people_picture, run)),
    )
    sentences = (*conclusion(run), *basis(run))
    return Section("budget_impact", TITLE, sentences, tuple(tables), figures)


def _net_picture(run: Run) -> Drawn:
    from hecon.report.figures.budget import net_picture
    from hecon.report.figures.setting import run_setting

    return net_picture(run(budget_blocks), block_labels(run), run_setting(run))


def _people_picture(run: Run) -> Drawn:
    from hecon.report.figures.budget import people_picture

    budget = run(budget_study).budget
    assert budget is not None
    return people_picture(run(budget_table), budget.definition.strategy)


ANALYSIS = Analysis(
    section,
    """What a decision costs a payer year by year, for whom there are places, and who waits.

    \b
    Examples
      hecon budget-impact inputs/studies/ptsd --jurisdiction norway
    """,
    draws=True,
    answers=answers,
)
