"""Scenarios against the base case: what each sets, why, and what it does to the decision."""

from dataclasses import replace

import pandas as pd

from hecon.analyses.base_case import base_table
from hecon.analyses.run import Run
from hecon.analyses.scenario_draws import drawn_scenarios, scenario_rows
from hecon.report.content import (
    Column,
    Listing,
    Section,
    Sentence,
    Table,
    Value,
    count,
    table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import DRAWN, Analysis, Idle, Option
from hecon.report.switches import BY_SEVERITY, TURNS, by_severity, with_switches
from hecon.report.vocabulary import (
    COMPARATOR,
    COST_DIFFERENCE,
    INTERVENTION,
    NMB,
    QALY_DIFFERENCE,
    SOURCE,
    STATUS,
    STRATEGY,
    ratio_columns,
    with_savings,
)
from hecon.studies.study import BASE

TITLE = "Scenarios"
_SCENARIO = Column("scenario", "Scenario", "label")
_FIGURES = (
    NMB,
    Column("nmb_to_base", "Change in net benefit", "change", meaning="net benefit less the base's"),
    *ratio_columns(),
)
_STATUS = replace(STATUS, detail=True, meaning="how what the scenario sets is known")
_COMPARED = Column("compared", "Compared", "label", detail=True, meaning="the pair of strategies")
_PAIR = (replace(INTERVENTION, shown=False), replace(COMPARATOR, shown=False))
_EFFECTS = (
    replace(COST_DIFFERENCE, detail=True),
    replace(QALY_DIFFERENCE, detail=True),
    _COMPARED,
    TURNS,
    Column("cost_effective", "{cost_effective}", "flag", detail=True),
    Column("threshold", "Value of a {effect}", "money", detail=True),
)
_WHAT = (
    Column(
        "weakest_status",
        "Weakest status",
        "status",
        shown=False,
        meaning="weakest status of the scenario and of the estimates that it chooses",
    ),
    Column("changes", "What it sets", detail=True),
    Column("why", "Why", detail=True),
    SOURCE,
    Column("cost_to_base", "Change in cost", "change", shown=False),
    Column("qaly_to_base", "Change in {effects}", "gain", shown=False),
    Column("shortfall", "Absolute shortfall", "effect", shown=False),
    Column("weight", "Severity weight", "number", shown=False),
)
_DRAWN = (
    Column("draws", "Draws", "count", shown=False),
    Column("cost_mean", "Mean cost", "change", detail=True),
    Column("qaly_mean", "Mean {effects}", "gain", detail=True),
    *(replace(c, detail=True) for c in ratio_columns(" of means", "_mean")),
    Column("nmb_mean", "Mean net benefit", "change", meaning="mean over the draws"),
    Column("nmb_error", "Standard error", "money", detail=True, meaning="Monte Carlo, of the mean"),
    Column("nmb_interval_low", "95 % from", "change", detail=True),
    Column("nmb_interval_high", "to", "change", detail=True),
    Column("probability_cost_effective", "{cost_effective} in draws", "share"),
)
TOTALS = (
    _SCENARIO,
    STRATEGY,
    Column("cost", "Cost", "money"),
    Column("qaly", "{effects}", "effect"),
    Column("life_years", "Life-years", "effect"),
)


def columns(drawn: bool, pairs: bool) -> tuple[Column, ...]:
    """Columns with the results of draws or without, the pair where it is not always the same."""
    effects = [replace(c, shown=pairs) if c is _COMPARED else c for c in _EFFECTS]
    figures = (*_FIGURES, *(_DRAWN if drawn else ()))
    return (
        _SCENARIO,
        Column("title", "Title"),
        _STATUS,
        *figures,
        *effects,
        *_WHAT,
        *_PAIR,
        BY_SEVERITY,
    )


def scenarios_table(run: Run) -> Table:
    """The base case, then every scenario, the largest change in net benefit first."""
    found, base = run(scenario_rows), run(base_table)
    first = base.assign(
        scenario=BASE,
        title="Base case",
        same_pair=True,
        turns=False,
        nmb_to_base=0.0,
        cost_to_base=0.0,
        qaly_to_base=0.0,
        compared=" v ".join(run.study.compared),
    )
    known = {s.id: s for s in run.study.scenarios}
    frame = pd.concat([first, found], ignore_index=True)
    for key in ("status", "weakest_status"):
        frame[key] = frame[key].fillna("")
    of = [known.get(s) for s in frame["scenario"]]
    frame = frame.assign(
        changes=[s.text if s else "" for s in of],
        why=[s.why if s else "" for s in of],
        source=[s.source if s else "" for s in of],
        cost_effective=frame["nmb"] >= 0,
    )
    if "shortfall" not in frame:
        frame["shortfall"] = float("nan")
    frame = with_savings(with_switches(frame))
    drawn = run.get(drawn_scenarios) if _asked(run) else None
    if drawn is not None:
        names = {"probability": "probability_cost_effective"}
        names |= {f"nmb_{end}": f"nmb_interval_{end}" for end in ("low", "high")}
        frame = frame.merge(
            with_savings(drawn.rename(columns=names), "_mean"), on="scenario", how="left"
        )
    caption = "The base case, then all scenarios, the largest change in net benefit first"
    made = columns(drawn is not None, not bool(frame["same_pair"].all()))
    return table("scenarios", caption, made, frame, ("scenario",))


def _asked(run: Run) -> bool:
    return run.option("probabilistic", False)


def totals_table(run: Run) -> Table:
    """Totals of every strategy in every scenario, in the order of the file."""
    order = {s.id: i for i, s in enumerate(run.study.scenarios)}
    found = run(scenario_rows)
    rows = [
        {
            "scenario": row["scenario"],
            "strategy": strategy,
            **{what: row[f"{what} {strategy}"] for what in ("cost", "qaly", "life_years")},
        }
        for row in found.iloc[found["scenario"].map(order).argsort()].to_dict("records")
        for strategy in run.study.model.strategies
    ]
    frame = pd.DataFrame(rows, columns=[c.key for c in TOTALS])
    keys = ("scenario", "strategy")
    return table("scenario_totals", "Totals by scenario", TOTALS, frame, keys, shown=False)


def conclusion(run: Run) -> tuple[Sentence, ...]:
    """How many scenarios turn the decision, which moves it most, and which compare others."""
    found = run(scenario_rows)
    a, b = run.study.compared
    same = found[found["same_pair"]]
    if same.empty:
        return (Sentence("No scenario compares {a} with {b}.", {"a": a, "b": b}, "verdict"),)
    turning = same.loc[same["turns"].astype(bool), "scenario"].tolist()
    values: dict[str, Value] = {"turning": count(len(turning)), "all": count(len(same))}
    values |= {"a": a, "b": b}
    opening = "{turning} of the {all} scenarios that compare {a} with {b} "
    words = opening + (
        "turns the base case's decision" if len(turning) == 1 else "turn the base case's decision"
    )
    if turning:
        turned = Sentence(
            words + ": {names}.", {**values, "names": Listing(turning, 15)}, "verdict"
        )
    else:
        turned = Sentence(words + ".", values, "verdict")
    most = same.iloc[0]
    largest = Sentence(
        "{scenario} has the largest effect on net benefit: {title}.",
        {"scenario": str(most["scenario"]), "title": str(most["title"])},
    )
    return turned, largest


def apart(run: Run) -> tuple[Sentence, ...]:
    """Which scenarios have no difference to the base case."""
    found = run(scenario_rows)
    others = found.loc[~found["same_pair"], "scenario"].tolist()
    if not others:
        return ()
    one = (
        "{names} compares another pair of strategies, so that there is no difference to the base "
        "case; it stands at the end."
    )
    several = (
        "{names} compare another pair of strategies, so that there is no difference to the base "
        "case; they stand at the end."
    )
    return (Sentence(one if len(others) == 1 else several, {"names": Listing(others, 10)}),)


def of_draws(run: Run) -> tuple[Sentence, ...]:
    """Whether draws and base values agree, where scenarios were drawn."""
    if not _asked(run):
        return ()
    drawn = run.get(drawn_scenarios)
    if drawn is None:
        why = run.missing[drawn_scenarios.name]
        return (Sentence("Not drawn: {why}.", {"why": why}, "warning"),)
    found = run(scenario_rows).merge(drawn, on="scenario")
    other = found.loc[(found["nmb"] >= 0) != (found["nmb_mean"] >= 0), "scenario"].tolist()
    if not other:
        return (Sentence("Draws and base values agree on the decision in every scenario."),)
    return (
        Sentence(
            "In {names} the draws decide otherwise than the base values.",
            {"names": Listing(other, 10)},
            "warning",
        ),
    )


def section(run: Run) -> Section:
    """All scenarios."""
    if run(scenario_rows).empty:
        return Section("scenarios", TITLE)
    sentences = (
        *conclusion(run),
        *by_severity(run(scenario_rows), "scenario"),
        *apart(run),
        *of_draws(run),
    )
    tables = (scenarios_table(run), totals_table(run))
    pair = run.study.compared
    figures = (pictured(run, "scenarios", "scenario_plot.scenario_dots", scenario_rows, pair),)
    return Section("scenarios", TITLE, sentences, tables, figures, live="Scenarios")


ANALYSIS = Analysis(
    section,
    """Every scenario against the base case, the largest effect on net benefit first.

    A scenario that compares another pair of strategies has no difference to the base case and
    comes last. With --probabilistic each scenario's draws stand beside its base values; an input
    that a scenario fixes is not drawn.

    \b
    Examples
      hecon scenarios inputs/studies/ptsd --jurisdiction norway
      hecon scenarios inputs/studies/ptsd -j norway --probabilistic --draws 2000
    """,
    (Option("probabilistic", bool, "Also draw every scenario.", False),),
    settings=DRAWN,
    draws=1_000,
    idle=(Idle(DRAWN, "probabilistic", False, "only with --probabilistic"),),
    lacking="the study has no scenarios",
)
