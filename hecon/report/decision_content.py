"""What draws say of a decision, as content: a study's own draws and anybody's table alike."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from hecon.analyses.convergence import FEWEST
from hecon.report.content import (
    Column,
    Kind,
    Listing,
    Sentence,
    Table,
    Value,
    count,
    money,
    share,
    table,
)
from hecon.report.numbers import Units
from hecon.report.vocabulary import (
    INTERVAL_HIGH,
    INTERVAL_LOW,
    NMB,
    STANDARD_ERROR,
    STRATEGY,
    THRESHOLD,
    UNIT,
)

#: Needed draws beyond which no number tells two strategies apart.
ENDLESS = 1e12

MEAN_COLUMNS = (
    Column("figure", "Figure", "name", shown=False, meaning="cost, qaly, nmb or life_years"),
    Column("label", "Figure", "label", meaning="what the figure is"),
    replace(UNIT, shown=False),
    Column("mean", "Mean", "number", meaning="over the draws"),
    Column("standard_error", "Standard error", "number", meaning="Monte Carlo, of the mean"),
    INTERVAL_LOW,
    INTERVAL_HIGH,
)
MEANS = (STRATEGY, *MEAN_COLUMNS)
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
#: Figures in reading order: what each is called and counted in.
FIGURES: dict[str, tuple[str, Kind]] = {
    "cost": ("Cost", "money"),
    "qaly": ("{effects}", "effect"),
    "effect": ("{effects}", "effect"),
    "nmb": ("Net benefit", "money"),
    "life_years": ("Life-years", "years"),
}


def named_figures(found: pd.DataFrame, units: Units) -> pd.DataFrame:
    """The rows of `summary` in reading order, each figure with its name and unit."""
    found = found.rename(columns={"low": "interval_low", "high": "interval_high"})
    position = {name: i for i, name in enumerate(FIGURES)}
    found = found.iloc[found["figure"].map(position).argsort(kind="stable")]
    columns = {name: Column(name, heading, kind) for name, (heading, kind) in FIGURES.items()}
    return found.assign(
        unit=[units.of(columns[f]) for f in found["figure"]],
        label=[units.heading(columns[f]) for f in found["figure"]],
    )


def means_table(frame: pd.DataFrame) -> Table:
    """Means over the draws by strategy: rows of `named_figures`."""
    caption = "Means over the draws, their Monte Carlo errors, and 95 % of the draws"
    return table("probabilistic", caption, MEANS, frame, ("strategy", "figure"))


def acceptability_tables(
    found: xr.Dataset, threshold: float, order: Sequence[str] = ()
) -> tuple[Table, Table]:
    """Every alternative and the best on average, by threshold; people see one threshold.

    Args:
        found: Of `decision`.
        order: Of strategies, where it is not theirs.
    """
    both = found[["probability_best", "nmb", "nhb", "expected_loss"]]
    both = both.sel(strategy=list(order)) if order else both
    frame = both.to_dataframe(dim_order=["threshold", "strategy"]).reset_index()
    curve = found[["best", "probability_frontier"]].to_dataframe().reset_index()
    return (
        table(
            "acceptability",
            "The alternatives: how often each is best, and what choosing it forgoes",
            ACCEPTABILITY,
            frame,
            ("threshold", "strategy"),
            only={"threshold": threshold},
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


def ranking_table(found: xr.Dataset, threshold: float, order: Sequence[str] = ()) -> Table:
    """How often each alternative takes each rank; people see one threshold."""
    shares = found["probability"]
    shares = shares.sel(strategy=list(order)) if order else shares
    frame = shares.to_dataframe(dim_order=["threshold", "strategy", "place"]).reset_index()
    return table(
        "ranking",
        "Probability of each rank by net benefit",
        RANKING,
        frame.rename(columns={"place": "rank"}),
        ("threshold", "strategy", "rank"),
        spread="rank",
        only={"threshold": threshold},
    )


def frontier_table(found: pd.DataFrame, effect: str = "qaly") -> Table:
    """The frontier of the means, from the rows of `frontier`.

    Args:
        effect: Name of the column of effects.
    """
    frame = found.rename(columns={"status": "place", "effect": effect})
    columns = tuple(replace(c, key=effect) if c.key == "qaly" else c for c in FRONTIER)
    caption = "Cost-effectiveness frontier of the means, in order of cost"
    return table("probabilistic_frontier", caption, columns, frame, ("strategy",))


def needed_table(found: pd.DataFrame) -> Table:
    """The draws that the decision needs."""
    endless = found["needed"] > ENDLESS
    frame = found.assign(needed=found["needed"].where(~endless, np.inf))
    caption = "Draws that show which strategy is best, with 95 % confidence"
    return table("draws_needed", caption, NEEDED, frame, ("strategy",))


def convergence_table(found: pd.DataFrame) -> Table:
    """Running results, for files and for the figure."""
    frame = found.rename(columns={"low": "interval_low", "high": "interval_high"})
    caption = "Results as draws are added"
    return table("convergence", caption, CONVERGENCE, frame, ("draws", "strategy"), shown=False)


def best_sentence(found: xr.Dataset, threshold: float, draws: int) -> Sentence:
    """The alternative with the highest mean net benefit, and how often it is the best."""
    here = found.sel(threshold=threshold)
    values: dict[str, Value] = {"best": str(here["best"].values), "threshold": money(threshold)}
    opening = "At {threshold} per {effect}, {best} has the highest expected net benefit "
    if draws < 2:
        text = opening + "in the one draw there is, which says nothing of how sure that is."
        return Sentence(text, values, "verdict")
    values |= {"share": share(float(here["probability_frontier"])), "draws": count(draws)}
    text = opening + "and is the best in {share} of {draws} draws."
    return Sentence(text, values, "verdict")


def enough_sentence(needed: pd.DataFrame, draws: int) -> Sentence:
    """Whether the draws tell the best from every other strategy."""
    if bool(needed["enough"].all()):
        return Sentence("These draws are enough to say which strategy is best.")
    short = needed[~needed["enough"]]
    values: dict[str, Value] = {
        "best": str(short["best"].iloc[0]),
        "others": Listing(short["strategy"].tolist()),
    }
    if draws < FEWEST:
        few = "So few draws don't show how sure that is; {fewest} are the least."
        return Sentence(few, {"fewest": count(FEWEST)}, "warning")
    opening = "These draws are not enough to tell {best} from {others} with 95 % confidence: "
    most = float(short["needed"].max())
    if most > ENDLESS:
        return Sentence(opening + "no number of draws tells them apart.", values, "warning")
    text = opening + "about {needed} are needed."
    return Sentence(text, {**values, "needed": count(most)}, "warning")
