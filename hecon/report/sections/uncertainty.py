"""The probabilistic analysis: means with their errors, acceptability, and how sure it all is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from hecon.analyses.base_case import base_comparison, threshold
from hecon.analyses.convergence import FEWEST
from hecon.analyses.departures import apart, mean_departures
from hecon.analyses.drawn import (
    drawn_comparison,
    drawn_decision,
    drawn_design,
    drawn_frontier,
    drawn_outcomes,
    drawn_plane,
    drawn_summary,
    drawn_table,
    needed_draws,
    rank_probabilities,
    running_results,
    thresholds,
)
from hecon.analyses.exports import write_exports
from hecon.analyses.own_draws import OwnDraws
from hecon.analyses.run import Run
from hecon.parameters.design import ProbabilisticDesign
from hecon.report.conclusions import best_on_average, means, often
from hecon.report.content import (
    Column,
    Drawn,
    Figure,
    Kind,
    Listing,
    Section,
    Sentence,
    Table,
    Value,
    count,
    table,
)
from hecon.report.labels import labeller, study_units
from hecon.report.registry import DRAWN, THRESHOLDS, Analysis, Idle, Option
from hecon.report.sections.information import left_out, perfect
from hecon.report.vocabulary import (
    BASE,
    COMPARATOR,
    COST_DIFFERENCE,
    INTERVAL_HIGH,
    INTERVAL_LOW,
    INTERVENTION,
    LABEL,
    NMB,
    PARAMETER,
    QALY_DIFFERENCE,
    STANDARD_ERROR,
    STRATEGY,
    THRESHOLD,
    UNIT,
)

TITLE = "Uncertainty"
#: Needed draws beyond which no number tells two strategies apart.
ENDLESS = 1e12

_MEANS = (
    Column("figure", "Figure", "name", shown=False, meaning="cost, qaly, nmb or life_years"),
    Column("label", "Figure", "name", meaning="what the figure is"),
    replace(UNIT, shown=False),
    Column("mean", "Mean", "number", meaning="over the draws"),
    Column("standard_error", "Standard error", "number", meaning="Monte Carlo, of the mean"),
    INTERVAL_LOW,
    INTERVAL_HIGH,
)
MEANS = (STRATEGY, *_MEANS)
PAIR = (replace(INTERVENTION, shown=False), replace(COMPARATOR, shown=False), *_MEANS)
_BEST = Column(
    "probability_best", "Probability best", "share", meaning="of draws, at the threshold"
)
ACCEPTABILITY = (
    THRESHOLD,
    STRATEGY,
    _BEST,
    Column("nmb", "Net benefit", "money", meaning="the strategy's mean net monetary benefit"),
    Column("nhb", "Net health benefit", "effect", meaning="in units of effect", detail=True),
    Column("expected_loss", "Expected loss", "money", meaning="forgone on average by choosing it"),
)
CURVE = (
    THRESHOLD,
    Column("best", "Best on average", "name"),
    replace(_BEST, key="probability_frontier", meaning="of the best on average"),
)
RANKING = (
    THRESHOLD,
    STRATEGY,
    Column("rank", "Rank", "count", meaning="by net benefit, 1 is the best"),
    Column("probability", "Probability", "share"),
)
NEEDED = (
    STRATEGY,
    Column("best", "Best", "name"),
    Column("difference", "Difference in net benefit", "money", meaning="of the best, on average"),
    replace(STANDARD_ERROR, detail=False),
    Column(
        "needed",
        "Draws needed",
        "count",
        infinite="any number is too few",
        meaning="to tell the best from the strategy with 95 % confidence",
    ),
    Column("draws", "Draws made", "count"),
    Column("enough", "Enough", "flag"),
)
CONVERGENCE = (
    Column("draws", "Draws", "count"),
    STRATEGY,
    Column("against", "Against", "name"),
    replace(NMB, meaning="running mean"),
    STANDARD_ERROR,
    replace(INTERVAL_LOW, kind="change", meaning="95 % interval of the mean"),
    replace(INTERVAL_HIGH, kind="change", meaning="95 % interval of the mean"),
    _BEST,
    Column("evpi", "EVPI per person", "money"),
)
FRONTIER = (
    STRATEGY,
    Column("place", "Place", meaning="on the frontier, or how it is dominated"),
    Column("cost", "Cost", "money"),
    Column("qaly", "{effects}", "effect"),
    Column("against", "Against", "name", meaning="the next alternative on the frontier"),
    Column("icer", "ICER", "money"),
)
ELLIPSE = (
    Column("point", "Point", "count", meaning="along the boundary"),
    QALY_DIFFERENCE,
    COST_DIFFERENCE,
)
DEPARTURES = (
    PARAMETER,
    replace(LABEL, detail=False),
    replace(BASE, detail=False),
    Column("mean", "Mean", "number", meaning="of its distribution; of the draws for a formula"),
    Column(
        "other_side",
        "Draws on another side of its limit",
        "share",
        meaning="than the base case, where it is a formula with a limit",
    ),
)
#: Figures in reading order: what each is called and counted in.
_FIGURES: dict[str, tuple[str, Kind]] = {
    "cost": ("Cost", "money"),
    "qaly": ("{effects}", "effect"),
    "nmb": ("Net benefit", "money"),
    "life_years": ("Life-years", "years"),
}


def means_tables(run: Run) -> tuple[Table, Table]:
    """Means over the draws by strategy, and of intervention less comparator."""
    units, (a, b) = study_units(run.study), run.study.compared
    found = run(drawn_summary).rename(columns={"low": "interval_low", "high": "interval_high"})
    rank = {name: i for i, name in enumerate(_FIGURES)}
    found = found.iloc[found["figure"].map(rank).argsort(kind="stable")]
    columns = {name: Column(name, heading, kind) for name, (heading, kind) in _FIGURES.items()}
    frame = found.assign(
        unit=[units.of(columns[f]) for f in found["figure"]],
        label=[units.heading(columns[f]) for f in found["figure"]],
        intervention=a,
        comparator=b,
    )
    pair = frame["strategy"] == f"{a} v {b}"
    caption = "Means over the draws, their Monte Carlo errors, and 95 % of the draws"
    return (
        table("probabilistic", caption, MEANS, frame[~pair], ("strategy", "figure")),
        table(
            "probabilistic_comparison",
            f"Means over the draws of {a} less {b}, and 95 % of the draws",
            PAIR,
            frame[pair],
            ("intervention", "comparator", "figure"),
        ),
    )


def acceptability_tables(run: Run) -> tuple[Table, Table]:
    """Every alternative and the best on average, by threshold; people see the run's own."""
    found = run(drawn_decision)
    both = found[["probability_best", "nmb", "nhb", "expected_loss"]]
    frame = both.to_dataframe(dim_order=["threshold", "strategy"]).reset_index()
    curve = found[["best", "probability_frontier"]].to_dataframe().reset_index()
    only = {"threshold": run(threshold)}
    return (
        table(
            "acceptability",
            "The alternatives: how often each is best, and what choosing it forgoes",
            ACCEPTABILITY,
            frame,
            ("threshold", "strategy"),
            only=only,
        ),
        table(
            "acceptability_frontier",
            "How likely the best on average is best",
            CURVE,
            curve,
            ("threshold",),
            shown=False,
        ),
    )


def ranking_table(run: Run) -> Table:
    """How often each alternative takes each rank; people see the run's own threshold."""
    found = run(rank_probabilities)["probability"]
    frame = found.to_dataframe(dim_order=["threshold", "strategy", "place"]).reset_index()
    return table(
        "ranking",
        "Probability of each rank by net benefit",
        RANKING,
        frame.rename(columns={"place": "rank"}),
        ("threshold", "strategy", "rank"),
        spread="rank",
        only={"threshold": run(threshold)},
    )


def frontier_table(run: Run) -> Table:
    """The frontier of the means."""
    frame = run(drawn_frontier).rename(columns={"status": "place", "effect": "qaly"})
    caption = "Cost-effectiveness frontier of the means, in order of cost"
    return table("probabilistic_frontier", caption, FRONTIER, frame, ("strategy",))


def needed_table(run: Run) -> Table:
    """The draws that the decision needs."""
    found = run(needed_draws)
    endless = found["needed"] > ENDLESS
    frame = found.assign(needed=found["needed"].where(~endless, np.inf))
    caption = "Draws that show which strategy is best, with 95 % confidence"
    return table("draws_needed", caption, NEEDED, frame, ("strategy",))


def convergence_table(run: Run) -> Table:
    """Running results, for files and for the figure."""
    frame = run(running_results).rename(columns={"low": "interval_low", "high": "interval_high"})
    caption = "Results as draws are added"
    return table("convergence", caption, CONVERGENCE, frame, ("draws", "strategy"), shown=False)


def ellipse_table(run: Run) -> Table | None:
    """The boundary of the 95 % ellipse on the plane, for files."""
    found = run.get(drawn_plane)
    if found is None:
        return None
    frame = found.ellipse.rename(columns={"effect": "qaly_difference", "cost": "cost_difference"})
    frame = frame.assign(point=np.arange(1, len(frame) + 1))
    return table("plane", "Ellipse of 95 % of the draws", ELLIPSE, frame, ("point",), shown=False)


def departures_table(run: Run) -> Table:
    """What sets the means apart from the base case, where they are apart; else no rows."""
    frame = run(mean_departures)
    if not apart(run(base_comparison), run(drawn_comparison)):
        frame = frame.head(0)
    label = labeller(run.study)
    frame = frame.assign(label=[label(name) for name in frame["parameter"]])
    caption = "Means of the draws that are not the base value, and limits that draws meet"
    return table("departures", caption, DEPARTURES, frame, ("parameter",))


_DESIGNS = {
    "monte-carlo": "{draws} draws, Monte Carlo, seed {seed}.",
    "latin-hypercube": "{draws} draws, Latin hypercube, seed {seed}.",
    "sobol": "{draws} draws, randomised Sobol', seed {seed}.",
}


def basis(run: Run) -> tuple[Sentence, ...]:
    """What was drawn, and how the figures are to be read."""
    return (
        _origin(run(drawn_design)),
        Sentence(
            "The standard error says how far a mean may be off because draws are limited in "
            "number; the interval says how uncertain the result is.",
            {},
            "note",
        ),
    )


def _origin(design: ProbabilisticDesign | OwnDraws) -> Sentence:
    """Where the draws come from."""
    drawn: dict[str, Value] = {"draws": count(design.draws)}
    if isinstance(design, ProbabilisticDesign):
        return Sentence(_DESIGNS[design.method], drawn | {"seed": str(design.seed)}, "note")
    drawn["file"] = design.source
    if not design.filled:
        return Sentence("{draws} draws of {file}.", drawn, "note")
    text = "{draws} draws of {file}; held at their base values are {names}."
    return Sentence(text, drawn | {"names": Listing(design.filled, 20)}, "warning")


def enough(run: Run) -> Sentence:
    """Whether the draws tell the best from every other strategy."""
    needed = run(needed_draws)
    if bool(needed["enough"].all()):
        return Sentence("These draws are enough to say which strategy is best.")
    short = needed[~needed["enough"]]
    values: dict[str, Value] = {
        "best": str(short["best"].iloc[0]),
        "others": Listing(short["strategy"].tolist()),
    }
    draws = run(drawn_design).draws
    if draws < FEWEST:
        few = "So few draws don't show how sure that is; {fewest} are the least."
        return Sentence(few, {"fewest": count(FEWEST)}, "warning")
    opening = "These draws are not enough to tell {best} from {others} with 95 % confidence: "
    most = float(short["needed"].max())
    if most > ENDLESS:
        return Sentence(opening + "no number of draws tells them apart.", values, "warning")
    text = opening + "about {needed} are needed."
    return Sentence(text, {**values, "needed": count(most)}, "warning")


def why_apart(run: Run) -> tuple[Sentence, ...]:
    """That the means are not the base case, and where the reasons stand; nothing if they are."""
    if not apart(run(base_comparison), run(drawn_comparison)):
        return ()
    if run(mean_departures).empty:
        why = (
            "The means differ from the base case although every distribution's mean is near its "
            "base value: the model is not a straight line in its inputs."
        )
    else:
        why = (
            "The means differ from the base case because of inputs whose mean is not their base "
            "value and of limits that draws meet (table of both); the rest is that the model is "
            "not a straight line in its inputs."
        )
    return (Sentence(why),)


def section(run: Run) -> Section:
    """The probabilistic analysis; why there is none, where nothing is uncertain."""
    if run.get(drawn_outcomes) is None:
        why = Sentence("Not worked out: {why}.", {"why": run.missing[drawn_design.name]})
        return Section("uncertainty", TITLE, (why,))
    of_draws = means_tables(run)
    ellipse = ellipse_table(run)
    files = (ellipse,) if ellipse is not None else ()
    if len(run.study.options) < 2:
        sentences = (often(run), means(run), *why_apart(run), *left_out(run), *basis(run))
        tables = (*of_draws, departures_table(run), *files)
        return Section("uncertainty", TITLE, sentences, tables, _figures(run))
    sentences = (
        best_on_average(run),
        *([enough(run)] if run(drawn_design).draws > 1 else []),
        often(run),
        means(run),
        *why_apart(run),
        replace(perfect(run), tone="plain"),
        *left_out(run),
        *basis(run),
    )
    alternatives, curve = acceptability_tables(run)
    tables = (
        *of_draws,
        frontier_table(run),
        alternatives,
        departures_table(run),
        ranking_table(run),
        needed_table(run),
        curve,
        convergence_table(run),
        *files,
    )
    return Section("uncertainty", TITLE, sentences, tables, _figures(run))


def _figures(run: Run) -> tuple[Figure, ...]:
    names = ["plane"] if run.get(drawn_plane) is not None else []
    options = run.study.options
    if len(options) > 1:
        names += ["acceptability", "acceptability_frontier", "expected_loss"]
        names += ["net_benefit"] if run.study.compared[1] in options else []
        names += ["ranking"] if run(drawn_design).draws > 2 else []
        names += ["convergence"] if run(running_results)["draws"].nunique() > 1 else []
    return tuple(Figure(name, partial(_PICTURES[name], run)) for name in names)


def _plane(run: Run) -> Drawn:
    from hecon.report.figures.plane import plane_picture
    from hecon.report.figures.setting import run_setting

    return plane_picture(run(drawn_plane), *run.study.compared, run_setting(run))


def _by_threshold(name: str, run: Run) -> Drawn:
    from hecon.report.figures import thresholds
    from hecon.report.figures.setting import run_setting

    found: Drawn = getattr(thresholds, name)(run(drawn_decision), run_setting(run))
    return found


def _net_benefit(run: Run) -> Drawn:
    from hecon.report.figures.setting import run_setting
    from hecon.report.figures.thresholds import net_benefit

    return net_benefit(run(drawn_decision), run_setting(run), run.study.compared[1])


def _ranking(run: Run) -> Drawn:
    from hecon.report.figures.ranking import ranking_picture
    from hecon.report.figures.setting import run_setting

    return ranking_picture(run(rank_probabilities), run_setting(run), run(threshold))


def _convergence(run: Run) -> Drawn:
    from hecon.report.figures.convergence import convergence_picture
    from hecon.report.figures.setting import run_setting

    return convergence_picture(run(running_results), run_setting(run))


_PICTURES: dict[str, Callable[[Run], Drawn]] = {
    "plane": _plane,
    "acceptability": partial(_by_threshold, "acceptability"),
    "acceptability_frontier": partial(_by_threshold, "acceptability_frontier"),
    "expected_loss": partial(_by_threshold, "expected_loss"),
    "net_benefit": _net_benefit,
    "ranking": _ranking,
    "convergence": _convergence,
}


def exports(run: Run, folder: Path) -> None:
    """Files that packages of R read, if they were asked for."""
    if run.option("exports", False):
        currency = run.study.jurisdiction.definition.currency
        at = run(threshold)
        write_exports(run(drawn_table), run(thresholds), folder / "exports", currency, at)


ANALYSIS = Analysis(
    section,
    """The probabilistic analysis: means with their error, acceptability, and how sure it is.

    \b
    Examples
      hecon psa inputs/studies/ptsd --jurisdiction norway
      hecon psa inputs/studies/ptsd -j norway --exports
      hecon psa inputs/studies/ptsd -j norway --draws 2000 --design sobol
      hecon psa inputs/studies/ptsd -j norway --thresholds 0:1000000:25000
      hecon psa inputs/studies/ptsd -j norway --draws-from draws.csv --missing base
    """,
    (
        THRESHOLDS,
        Option("exports", bool, "Also write the draws for BCEA, dampack and voi.", False),
        Option(
            "draws_from",
            str,
            "Take the draws from this table: a row a draw, a column an input (name or "
            "name[strategy]).",
            metavar="FILE",
        ),
        Option(
            "missing",
            ("refuse", "base"),
            "Inputs with a distribution that the table has no column for: refuse the table, or "
            "hold them at their base values.",
            "refuse",
        ),
    ),
    settings=DRAWN,
    idle=(
        Idle(("missing",), "draws_from", None, "only with --draws-from"),
        Idle(("draws", "seed", "design"), "draws_from", None, "not with --draws-from", other=True),
    ),
    rests_on=(drawn_outcomes,),
    files=exports,
)
