"""Results by subgroup, their mix, and what deciding by subgroup is worth."""

from hecon.analyses.drawn import drawn_design
from hecon.analyses.run import Run
from hecon.analyses.subgroups import (
    DRAWS,
    base_cells,
    drawn_cells,
    heterogeneity,
    mix_acceptability,
    subgroup_results,
)
from hecon.report.content import (
    Column,
    Listing,
    Section,
    Sentence,
    Table,
    Value,
    count,
    money,
    table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import DRAWN, THRESHOLD, Analysis
from hecon.report.things_called import at_threshold
from hecon.report.vocabulary import (
    COST_DIFFERENCE,
    NMB,
    QALY_DIFFERENCE,
    STRATEGY,
    ratio_columns,
    with_savings,
)
from hecon.report.vocabulary import THRESHOLD as AT

TITLE = "Subgroups"
COLUMNS = (
    Column("subgroup", "Subgroup", "label"),
    Column("title", "Who", detail=True),
    Column("dimension", "Dimension", "label", meaning="what its members have in common"),
    Column("share", "Share", "share", meaning="of everybody"),
    COST_DIFFERENCE,
    QALY_DIFFERENCE,
    *ratio_columns(),
    NMB,
    Column("best", "Best", "name", meaning="highest net benefit of the alternatives"),
    Column("shortfall", "Absolute shortfall", "effect", shown=False),
    Column("own_threshold", "Threshold by its own severity", "money", shown=False),
)
DRAWN_COLUMNS = (
    Column("nmb_mean", "Mean net benefit", "change", meaning="over the draws"),
    Column("nmb_low", "95 % from", "change", meaning="2.5 % of the draws are below"),
    Column("nmb_high", "to", "change", meaning="97.5 % of the draws are below"),
    Column("probability", "{cost_effective} in draws", "share"),
    Column("best_mean", "Best on average", "name", detail=True),
)
VALUE = (
    Column("dimension", "Decided by", "label", meaning="what subgroups are told apart by"),
    Column("subgroups", "Subgroups", "count"),
    Column("one_decision", "One decision", "money", meaning="its highest mean net benefit"),
    Column("by_subgroup", "By subgroup", "money", meaning="the same, decided in each subgroup"),
    Column("value", "Value of heterogeneity", "money", meaning="per person"),
)
PERFECT = (
    Column(
        "perfect_one",
        "One decision, perfect information",
        "money",
        meaning="mean of the highest net benefit in each draw",
        detail=True,
    ),
    Column("perfect_by_subgroup", "By subgroup, perfect information", "money", detail=True),
    Column("perfect_value", "Value of heterogeneity, perfect information", "money"),
)
ACCEPTABILITY = (AT, STRATEGY, Column("probability", "Probability of being the best", "share"))


def subgroups_table(run: Run) -> Table:
    """Everybody, levels and combinations."""
    frame = with_savings(run(subgroup_results))
    a, b = run.study.compared
    drawn = DRAWN_COLUMNS if "nmb_mean" in frame else ()
    caption = f"{a} against {b} by subgroup"
    return table("subgroups", caption, (*COLUMNS, *drawn), frame, ("subgroup",))


def value_table(run: Run) -> Table:
    """What deciding by subgroup is worth."""
    frame = run(heterogeneity)
    columns = (*VALUE, *(PERFECT if "perfect_value" in frame else ()))
    caption = "What deciding by subgroup is worth against one decision for all, per person"
    return table("heterogeneity", caption, columns, frame, ("dimension",))


def conclusion(run: Run) -> tuple[Sentence, ...]:
    """Where the best alternative is another one than for everybody, and what that is worth."""
    found = run(subgroup_results)
    column = "best_mean" if "best_mean" in found else "best"
    everybody = str(found[column].iloc[0])
    others = found.loc[found[column] != everybody, "subgroup"].tolist()
    worth = run(heterogeneity).iloc[-1]
    values: dict[str, Value] = {"best": everybody, **at_threshold(run)}
    if not others:
        text = "At {threshold} per {effect} {best} is the best for everybody and in each subgroup"
        return (Sentence(f"{text}: deciding by subgroup is worth nothing.", values, "verdict"),)
    return (
        Sentence(
            "At {threshold} per {effect} {best} is the best for everybody taken together, another "
            "alternative in {names}; deciding by subgroup is worth {value} per person.",
            {**values, "names": Listing(others), "value": money(worth["value"])},
            "verdict",
        ),
    )


def notes(run: Run) -> tuple[Sentence, ...]:
    """How the figures were made."""
    said = [
        Sentence(
            "Everybody, and each level of a dimension, is the mean over {number} combinations "
            "weighted by their shares, which are taken as independent; a ratio is that of the "
            "means. One threshold holds for all: what severity would make of each subgroup's own "
            "is in the file.",
            {"number": count(len(run(base_cells).subgroups))},
            "note",
        )
    ]
    if run.get(drawn_cells) is not None:
        draws = min(run(drawn_design).draws, DRAWS)
        text = "All subgroups are run in the same {draws} draws."
        said.append(Sentence(text, {"draws": count(draws)}, "note"))
    return tuple(said)


def section(run: Run) -> Section:
    """Subgroups; nothing where the study has none."""
    if run.get(base_cells) is None:
        return Section("subgroups", TITLE)
    tables = [subgroups_table(run), value_table(run)]
    if run.get(drawn_cells) is not None:
        frame = run(mix_acceptability)
        caption = "Acceptability for everybody, by value of a {effect}"
        keys = ("threshold", "strategy")
        tables.append(
            table("subgroup_acceptability", caption, ACCEPTABILITY, frame, keys, spread="strategy")
        )
    by = "subgroup_plot.subgroup_forest"
    figures = (pictured(run, "subgroups", by, subgroup_results, run.study.compared),)
    said = (*conclusion(run), *notes(run))
    return Section("subgroups", TITLE, said, tuple(tables), figures, live="Scenarios")


ANALYSIS = Analysis(
    section,
    """Results by subgroup, weighted over the mix, and what deciding by subgroup is worth.

    \b
    Examples
      hecon subgroups inputs/studies/ptsd --jurisdiction norway
      hecon subgroups inputs/studies/ptsd -j norway --threshold 500000
    """,
    (THRESHOLD,),
    settings=DRAWN,
    draws=1_000,
    rests_on=(base_cells,),
    lacking="the study has no subgroups",
)
