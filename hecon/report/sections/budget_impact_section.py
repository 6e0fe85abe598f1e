"""Budget impact: what a payer pays year by year, for whom there are places, and who waits."""

from dataclasses import replace
from functools import partial

import pandas as pd

from hecon.analyses.budget_results import (
    budget_blocks,
    budget_numbers,
    budget_resources,
    budget_study,
    budget_table,
)
from hecon.analyses.budget_scenarios import budget_scenarios, waiting_rules
from hecon.analyses.budget_sensitivity import (
    budget_interval,
    budget_one_way,
    budget_places_by_uptake,
)
from hecon.analyses.run import Run
from hecon.report.content import (
    Amount,
    Listing,
    Section,
    Sentence,
    Value,
    count,
    share,
)
from hecon.report.pictured import pictured
from hecon.report.registry import DRAWN, Analysis, Option
from hecon.report.sections.budget_rules import rules_sentences
from hecon.report.sections.budget_tables import (
    block_labels,
    blocks_table,
    counted_table,
    interval_table,
    items_table,
    months_table,
    one_way_table,
    quantities_table,
    resources_table,
    scenario_tables,
    two_way_tables,
    years_table,
)
from hecon.report.things_called import labeller

TITLE = "Budget impact"


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
        *_health(frame),
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


def _least(run: Run) -> pd.Series | None:
    """The resource that allows least in the last year, if one limits and allows anything."""
    frame = run(budget_resources)
    if frame.empty:
        return None
    last = frame[frame["year"] == frame["year"].max()]
    least: pd.Series = last.loc[last["courses"].idxmin()]
    return least if 0 < least["courses"] < float("inf") else None


def _limit(run: Run) -> tuple[Sentence, ...]:
    """The resource that allows least in the last year, and how much of it all would need."""
    least = _least(run)
    if least is None:
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


def _health(frame: pd.DataFrame) -> tuple[Sentence, ...]:
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
        tables += scenario_tables(run)
    tables += [one_way_table(run), *two_way_tables(run), counted_table(run)]
    tables.append(months_table(run))
    budget, least = run(budget_study).budget, _least(run)
    assert budget is not None
    new, of, by = budget.definition.strategy, partial(pictured, run), "budget_plots."
    figures = [
        of("budget_net", by + "net_picture", budget_blocks, block_labels(run)),
        of("budget_people", by + "people_picture", budget_table, new),
        of("budget_places_uptake", by + "places_picture", budget_places_by_uptake),
    ]
    if least is not None:
        shown = by + "hours_picture", budget_resources, str(least["resource"])
        figures.insert(2, of("budget_hours", *shown))
    sentences = (*conclusion(run), *rules_sentences(run), *basis(run))
    return Section("budget_impact", TITLE, sentences, tuple(tables), tuple(figures))


ANALYSIS = Analysis(
    section,
    """What a decision costs a payer year by year, for whom there are places, and who waits.

    \b
    Examples
      hecon budget-impact inputs/studies/ptsd --jurisdiction norway
      hecon budget-impact inputs/studies/ptsd -j norway --by month
    """,
    (
        Option(
            "by", ("year", "month"), "Whether people, money and health also come by month.", "year"
        ),
    ),
    settings=DRAWN,
    answers=answers,
)
