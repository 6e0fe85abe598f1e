"""The value of information: perfect, for the population, and about inputs and sets of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from hecon.analyses.base_case import threshold
from hecon.analyses.drawn import (
    drawn_decision,
    drawn_design,
    drawn_outcomes,
    group_information,
    partial_information,
)
from hecon.analyses.information import METHODS
from hecon.analyses.population import population
from hecon.analyses.run import Result, Run
from hecon.report.conclusions import fixed_in_draws
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
    money,
    share,
    table,
)
from hecon.report.labels import at_threshold, inputs, labeller
from hecon.report.registry import DRAWN, THRESHOLDS, Analysis, Option
from hecon.report.vocabulary import LABEL, PARAMETER, STANDARD_ERROR, THRESHOLD

TITLE = "Value of information"
#: An estimate within so many standard errors of zero can't be told from it.
TOLD = 2

_EVPI = (
    Column("evpi", "EVPI per person", "money", meaning="expected value of perfect information"),
    Column("evpi_error", "Standard error", "money", meaning="Monte Carlo, of the EVPI"),
    Column("population_evpi", "EVPI, all people", "millions"),
)
PERFECT = (THRESHOLD, Column("best", "Best on average", "name"), *_EVPI)
POPULATION = (
    Column("eligible_per_year", "Eligible a year", "count"),
    Column("horizon_years", "Years", "number", meaning="how long the decision stays relevant"),
    Column("discount", "Discount rate", "share", meaning="a year"),
    Column("people", "Discounted people", "count", meaning="whom the decision reaches"),
    *_EVPI,
)
UPTAKE = (
    Column("year", "Year", "count", meaning="from today; the last one goes on"),
    Column("uptake", "Uptake", "share", meaning="share of the eligible whom the decision reaches"),
)
_ESTIMATE = (
    THRESHOLD,
    Column("evppi", "EVPPI per person", "money", meaning="of partial perfect information"),
    replace(STANDARD_ERROR, detail=False),
    Column("share", "Share of EVPI", "share"),
    Column(
        "explained", "Explained", "share", detail=True, meaning="of the variance of net benefit"
    ),
    Column("suspect", "Suspect fit", "flag", detail=True, meaning="residuals keep a pattern"),
    Column("method", "Method", "name", detail=True),
    Column("population_evppi", "EVPPI, all people", "millions", detail=True),
    Column("evpi", "EVPI per person", "money", shown=False),
)
SINGLES = (LABEL, PARAMETER, *_ESTIMATE)
SETS = (Column("set", "Set", "name"), *_ESTIMATE, Column("parameters", "Inputs", detail=True))
_UNSETTLED = ("standard_error",)


def people(run: Run) -> float:
    """Discounted number of people whom the decision concerns; NaN if the study doesn't say."""
    found = run(population)
    return found.effective() if found is not None else float("nan")


def perfect_table(run: Run) -> Table:
    """EVPI by threshold; people see it at the run's own."""
    found = run(drawn_decision)[["best", "evpi", "evpi_error"]].to_dataframe().reset_index()
    frame = found.assign(population_evpi=found["evpi"] * people(run))
    caption = "Expected value of perfect information"
    only = {"threshold": run(threshold)}
    return table("evpi", caption, PERFECT, frame, ("threshold",), only=only)


def partial_table(run: Run) -> Table | None:
    """EVPPI of single inputs; None where it can't be estimated."""
    found = run.get(partial_information)
    if found is None or found.empty:
        return None
    label = labeller(run.study)
    frame = _for_all(run, found.rename(columns={"set": "parameter"}))
    frame = frame.assign(label=[label(name) for name in frame["parameter"]])
    caption = "Value of perfect information on one input, all others uncertain (EVPPI)"
    keys = ("parameter", "threshold")
    made = _columns(SINGLES, frame)
    return table("evppi", caption, made, frame, keys, unsettled=_UNSETTLED)


def groups_table(run: Run) -> Table | None:
    """EVPPI of sets of inputs; None where it can't be estimated."""
    found = run.get(group_information)
    if found is None or found.empty:
        return None
    frame = _for_all(run, found)
    caption = "Value of perfect information on a set of inputs (EVPPI)"
    keys = ("set", "threshold")
    made = _columns(SETS, frame)
    return table("evppi_groups", caption, made, frame, keys, unsettled=_UNSETTLED)


def _columns(columns: tuple[Column, ...], frame: pd.DataFrame) -> tuple[Column, ...]:
    """People see the threshold only where there are several."""
    several = frame["threshold"].nunique() > 1
    return tuple(replace(c, shown=several) if c is THRESHOLD else c for c in columns)


def _for_all(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(population_evppi=frame["evppi"] * people(run))


def population_tables(run: Run) -> tuple[Table, ...]:
    """Whom the decision concerns, if the study says."""
    found = run(population)
    if found is None:
        return ()
    perfect = perfect_table(run).frame
    here = perfect[perfect["threshold"] == run(threshold)].iloc[0]
    frame = pd.DataFrame(
        [
            {
                "eligible_per_year": found.annual,
                "horizon_years": found.years,
                "discount": found.discount,
                "people": found.effective(),
                **{c.key: here[c.key] for c in _EVPI},
            }
        ]
    )
    years = pd.DataFrame({"year": np.arange(1, len(found.uptake) + 1), "uptake": found.uptake})
    return (
        table("population", "Whom the decision concerns", POPULATION, frame, ("people",)),
        table("uptake", "Uptake by year, the last one going on", UPTAKE, years, ("year",)),
    )


def perfect(run: Run) -> Sentence:
    """What perfect information is worth per person, with its Monte Carlo error."""
    here = run(drawn_decision).sel(threshold=run(threshold))
    value, error = float(here["evpi"]), float(here["evpi_error"])
    if error != error:
        text = "What perfect information is worth can't be told from one draw."
        return Sentence(text, {}, "warning")
    return Sentence(
        "Perfect information on everything would be worth {evpi} per person at {threshold} per "
        "{effect} (Monte Carlo standard error {error}).",
        {"evpi": money(value), "error": money(error), **at_threshold(run)},
        "verdict",
    )


def for_all(run: Run) -> tuple[Sentence, ...]:
    """The same for all whom the decision reaches, if the study says."""
    found = run(population)
    if found is None:
        return ()
    value = float(run(drawn_decision)["evpi"].sel(threshold=run(threshold))) * found.effective()
    return (
        Sentence(
            "For the {people} discounted people whom the decision reaches ({annual} eligible a "
            "year over {years} years, discounted at {rate} a year) that is {all}.",
            {
                "people": count(found.effective()),
                "annual": count(found.annual),
                "years": Amount(found.years),
                "rate": share(found.discount),
                "all": Amount(value, "millions"),
            },
        ),
    )


def left_out(run: Run) -> tuple[Sentence, ...]:
    """What the draws leave out, if anything."""
    fixed = fixed_in_draws(run)
    return (fixed,) if fixed else ()


def _here(run: Run, wanted: Result[pd.DataFrame]) -> pd.DataFrame:
    """Estimates at the run's own threshold; no rows where there are none."""
    found = run.get(wanted)
    if found is None:
        return pd.DataFrame(columns=["set", "evppi", "standard_error", "share", "suspect"])
    return found[found["threshold"] == run(threshold)]


def of_singles(run: Run) -> tuple[Sentence, ...]:
    """What the estimates say of single inputs, and no more."""
    singles = _here(run, partial_information)
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
        {"names": inputs(run.study, told)},
    )
    if len(told) == len(singles):
        return (some,)
    return some, Sentence("For no other can that value be told from zero with these draws.")


def of_groups(run: Run) -> tuple[Sentence, ...]:
    """The set that is worth most, if any can be told from zero."""
    groups = _here(run, group_information)
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


def doubts(run: Run) -> tuple[Sentence, ...]:
    """Where the regressions may be wrong, and how estimates are to be read."""
    both = [_here(run, r) for r in (partial_information, group_information)]
    here = pd.concat([b for b in both if len(b)] or both[:1], ignore_index=True)
    if here.empty:
        missing = run.missing.get(partial_information.name)
        if missing is None:
            return ()
        return (Sentence("No value of single inputs: {why}.", {"why": missing}, "note"),)
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


def section(run: Run) -> Section:
    """The value of information; why there is none, where nothing is uncertain or to choose."""
    if run.get(drawn_decision) is None:
        why = Sentence("Not worked out: {why}.", {"why": run.missing[drawn_design.name]})
        return Section("information", TITLE, (why,))
    if len(run.study.options) < 2:
        why = Sentence("Not worked out: there is only one alternative to choose.")
        return Section("information", TITLE, (why,))
    sentences = (
        perfect(run),
        *for_all(run),
        *of_singles(run),
        *of_groups(run),
        *left_out(run),
        *doubts(run),
    )
    tables = (perfect_table(run), groups_table(run), partial_table(run), *population_tables(run))
    return Section(
        "information",
        TITLE,
        sentences,
        tuple(t for t in tables if t is not None),
        _figures(run),
        live="Value of information",
    )


def _figures(run: Run) -> tuple[Figure, ...]:
    figures = [Figure("evpi", partial(_evpi_picture, run, False))]
    if run(population) is not None:
        figures.append(Figure("evpi_population", partial(_evpi_picture, run, True)))
    if len(_here(run, partial_information)):
        figures.append(Figure("evppi", partial(_evppi_picture, run)))
    return tuple(figures)


def _evpi_picture(run: Run, for_population: bool) -> Drawn:
    from hecon.report.figures.setting import run_setting
    from hecon.report.figures.thresholds import perfect_information

    whom = people(run) if for_population else None
    return perfect_information(run(drawn_decision), run_setting(run), whom)


def _evppi_picture(run: Run) -> Drawn:
    from hecon.report.figures.bars import partial_information as picture
    from hecon.report.figures.setting import run_setting

    return picture(run(partial_information), run_setting(run), run(threshold))


ANALYSIS = Analysis(
    section,
    """What knowing more is worth: about everything, and about inputs and sets of them.

    Perfect information (EVPI) per person and, where the study has a population.toml, for all
    whom the decision concerns; partial information (EVPPI) for every input and for the study's
    groups, or for the sets named. An EVPPI is estimated by regression: it is never below zero
    and biased upwards where it is small, so that its standard error stands beside it.

    \b
    Examples
      hecon voi inputs/studies/ptsd --jurisdiction norway
      hecon voi inputs/studies/ptsd -j norway --thresholds 275000,385000,500000
      hecon voi inputs/studies/ptsd -j norway --set durability=rate_relapse,hr_relapse_mdma
    """,
    (
        Option(
            "set",
            str,
            "A set of inputs to learn about together; may be given again, sets may not overlap.",
            many=True,
            metavar="NAME=A,B",
        ),
        Option("method", METHODS, "How partial information is estimated.", METHODS[0]),
        THRESHOLDS,
    ),
    settings=DRAWN,
    rests_on=(drawn_outcomes, group_information),
    late=True,
)
