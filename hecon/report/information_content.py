"""The value of information as content: from a study's own draws and anybody's table alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import xarray as xr

from hecon.report.content import Column, Listing, Sentence, Table, Value, money, share, table
from hecon.report.vocabulary import LABEL, PARAMETER, STANDARD_ERROR, THRESHOLD

#: An estimate within so many standard errors of zero can't be told from it.
TOLD = 2

EVPI = (
    Column("evpi", "EVPI per person", "money", meaning="expected value of perfect information"),
    Column("evpi_error", "Standard error", "money", meaning="Monte Carlo, of the EVPI"),
    Column("population_evpi", "EVPI, all people", "millions"),
)
PERFECT = (THRESHOLD, Column("best", "Best on average", "name"), *EVPI)
_ESTIMATE = (
    THRESHOLD,
    Column("evppi", "EVPPI per person", "money", meaning="of partial perfect information"),
    replace(STANDARD_ERROR, detail=False),
    Column("share", "Share of EVPI", "share"),
    Column(
        "explained", "Explained", "share", detail=True, meaning="of the variance of net benefit"
    ),
    Column("suspect", "Suspect fit", "flag", detail=True, meaning="residuals keep a pattern"),
    Column("method", "Method", "label", detail=True),
    Column("population_evppi", "EVPPI, all people", "millions", detail=True),
    Column("evpi", "EVPI per person", "money", shown=False),
)
SINGLES = (LABEL, PARAMETER, *_ESTIMATE)
SETS = (Column("set", "Set", "label"), *_ESTIMATE, Column("parameters", "Inputs", detail=True))
_UNSETTLED = ("standard_error",)


def perfect_table(found: xr.Dataset, threshold: float, people: float) -> Table:
    """EVPI by threshold, from `decision`; people see it at one.

    Args:
        people: Discounted number of those whom the decision concerns; NaN if nobody says.
    """
    frame = found[["best", "evpi", "evpi_error"]].to_dataframe().reset_index()
    frame = frame.assign(population_evpi=frame["evpi"] * people)
    caption = "Expected value of perfect information"
    only = {"threshold": threshold}
    return table("evpi", caption, PERFECT, frame, ("threshold",), only=only)


def singles_table(
    found: pd.DataFrame,
    people: float,
    label: Callable[[str], str],
    only: Mapping[str, object] | None = None,
) -> Table:
    """EVPPI of single inputs, from the rows of `evppi`.

    Args:
        label: What an input is.
        only: Rows that people see; all without it.
    """
    frame = found.rename(columns={"set": "parameter"})
    frame = frame.assign(
        population_evppi=frame["evppi"] * people, label=[label(n) for n in frame["parameter"]]
    )
    caption = "Value of perfect information on one input, all others uncertain (EVPPI)"
    columns = _columns(SINGLES, frame, only)
    keys = ("parameter", "threshold")
    return table("evppi", caption, columns, frame, keys, unsettled=_UNSETTLED, only=only)


def sets_table(
    found: pd.DataFrame, people: float, only: Mapping[str, object] | None = None
) -> Table:
    """EVPPI of sets of inputs, from the rows of `evppi`."""
    frame = found.assign(population_evppi=found["evppi"] * people)
    caption = "Value of perfect information on a set of inputs (EVPPI)"
    columns = _columns(SETS, frame, only)
    keys = ("set", "threshold")
    return table("evppi_groups", caption, columns, frame, keys, unsettled=_UNSETTLED, only=only)


def _columns(
    columns: tuple[Column, ...], frame: pd.DataFrame, only: Mapping[str, object] | None
) -> tuple[Column, ...]:
    """People see the threshold only where there are several."""
    several = frame["threshold"].nunique() > 1 and not only
    return tuple(replace(c, shown=several) if c is THRESHOLD else c for c in columns)


def perfect_sentence(found: xr.Dataset, threshold: float) -> Sentence:
    """What perfect information is worth per person, with its Monte Carlo error."""
    here = found.sel(threshold=threshold)
    value, error = float(here["evpi"]), float(here["evpi_error"])
    if error != error:
        text = "What perfect information is worth can't be told from one draw."
        return Sentence(text, {}, "warning")
    return Sentence(
        "Perfect information on everything would be worth {evpi} per person at {threshold} per "
        "{effect} (Monte Carlo standard error {error}).",
        {"evpi": money(value), "error": money(error), "threshold": money(threshold)},
        "verdict",
    )


def of_singles(
    singles: pd.DataFrame, named: Callable[[Sequence[str]], Listing]
) -> tuple[Sentence, ...]:
    """What the estimates at one threshold say of single inputs, and no more."""
    if singles.empty:
        return ()
    told = singles.loc[singles["evppi"] > TOLD * singles["standard_error"], "set"]
    if told.empty:
        return (
            Sentence(
                "For no single input can the value of learning about it alone be told from zero "
                "with these draws."
            ),
        )
    some = Sentence(
        "Learning about one input alone is worth something (more than two standard errors) for "
        "{names}.",
        {"names": named(list(told))},
    )
    if len(told) == len(singles):
        return (some,)
    return some, Sentence("For no other can that value be told from zero with these draws.")


def of_sets(groups: pd.DataFrame) -> tuple[Sentence, ...]:
    """The set that is worth most, if any can be told from zero."""
    if groups.empty:
        return ()
    first = groups.iloc[0]
    if not first["evppi"] > TOLD * first["standard_error"]:
        return ()
    values: dict[str, Value] = {"set": str(first["set"]), "evppi": money(first["evppi"])}
    opening = "The set worth most is {set}, {evppi} per person"
    if not first["share"] <= 1:
        all_of_it = ", all of perfect information (the estimate is above it, by noise)."
        return (Sentence(opening + all_of_it, values),)
    part = {**values, "share": share(first["share"])}
    return (Sentence(opening + ", {share} of perfect information.", part),)


def doubts(here: pd.DataFrame) -> tuple[Sentence, ...]:
    """Where the regressions may be wrong, and how estimates are to be read."""
    said = [
        Sentence(
            "Explained is the share of the variance of net benefit, the best option's less the "
            "next best one's. An estimate is never below zero and biased upwards where it is "
            "small: read it beside its standard error. One within two standard errors of zero "
            "can't be told from zero, which does not mean that the input can't turn the decision.",
            {},
            "note",
        )
    ]
    if (here["share"] > 1).any():
        text = "A share of more than all of the EVPI is noise of the regression."
        said.append(Sentence(text, {}, "note"))
    suspect = here.loc[here["suspect"].astype(bool), "set"].tolist()
    if suspect:
        said.append(
            Sentence(
                "Residuals keep a pattern for {names}: the regression may be too stiff there, and "
                "the value another.",
                {"names": Listing(suspect)},
                "warning",
            )
        )
    return tuple(said)
