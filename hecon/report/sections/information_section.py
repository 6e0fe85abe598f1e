"""The value of information: perfect, for the population, and about inputs and sets of them."""

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
from hecon.report.certainty import fixed_in_draws
from hecon.report.content import (
    Amount,
    Column,
    Figure,
    Section,
    Sentence,
    Table,
    count,
    share,
    table,
)
from hecon.report.information_content import (
    EVPI,
    doubts,
    of_sets,
    of_singles,
    perfect_sentence,
    perfect_table,
    sets_table,
    singles_table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import DRAWN, THRESHOLDS, Analysis, Option
from hecon.report.things_called import inputs, labeller

TITLE = "Value of information"
POPULATION = (
    Column("eligible_per_year", "Eligible a year", "count"),
    Column("horizon_years", "Years", "number", meaning="how long the decision stays relevant"),
    Column("discount", "Discount rate", "share", meaning="a year"),
    Column("people", "Discounted people", "count", meaning="whom the decision reaches"),
    *EVPI,
)
UPTAKE = (
    Column("year", "Year", "count", meaning="from today; the last one goes on"),
    Column("uptake", "Uptake", "share", meaning="share of the eligible whom the decision reaches"),
)


def people(run: Run) -> float:
    """Discounted number of people whom the decision concerns; NaN if the study doesn't say."""
    found = run(population)
    return found.effective() if found is not None else float("nan")


def partial_table(run: Run) -> Table | None:
    """EVPPI of single inputs; None where it can't be estimated."""
    found = run.get(partial_information)
    if found is None or found.empty:
        return None
    return singles_table(found, people(run), labeller(run.study))


def groups_table(run: Run) -> Table | None:
    """EVPPI of sets of inputs; None where it can't be estimated."""
    found = run.get(group_information)
    return None if found is None or found.empty else sets_table(found, people(run))


def population_tables(run: Run) -> tuple[Table, ...]:
    """Whom the decision concerns, if the study says."""
    found = run(population)
    if found is None:
        return ()
    here = run(drawn_decision).sel(threshold=run(threshold))
    value, error = float(here["evpi"]), float(here["evpi_error"])
    frame = pd.DataFrame(
        [
            {
                "eligible_per_year": found.annual,
                "horizon_years": found.years,
                "discount": found.discount,
                "people": found.effective(),
                "evpi": value,
                "evpi_error": error,
                "population_evpi": value * found.effective(),
            }
        ]
    )
    years = pd.DataFrame({"year": np.arange(1, len(found.uptake) + 1), "uptake": found.uptake})
    return (
        table("population", "Whom the decision concerns", POPULATION, frame, ("people",)),
        table("uptake", "Uptake by year, the last one going on", UPTAKE, years, ("year",)),
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


def of_partial(run: Run) -> tuple[Sentence, ...]:
    """What the estimates say of inputs and of sets, and how they are to be read."""
    singles, groups = (_here(run, r) for r in (partial_information, group_information))
    said = (*of_singles(singles, partial(inputs, run.study)), *of_sets(groups), *left_out(run))
    both = [part for part in (singles, groups) if len(part)]
    if both:
        return (*said, *doubts(pd.concat(both, ignore_index=True)))
    missing = run.missing.get(partial_information.name)
    if missing is None:
        return said
    return (*said, Sentence("No value of single inputs: {why}.", {"why": missing}, "note"))


def section(run: Run) -> Section:
    """The value of information; why there is none, where nothing is uncertain or to choose."""
    if run.get(drawn_decision) is None:
        why = Sentence("Not worked out: {why}.", {"why": run.missing[drawn_design.name]})
        return Section("information", TITLE, (why,))
    if len(run.study.options) < 2:
        why = Sentence("Not worked out: there is only one alternative to choose.")
        return Section("information", TITLE, (why,))
    at = run(threshold)
    sentences = (
        perfect_sentence(run(drawn_decision), at),
        *for_all(run),
        *of_partial(run),
    )
    perfect = perfect_table(run(drawn_decision), at, people(run))
    tables = (perfect, groups_table(run), partial_table(run), *population_tables(run))
    return Section(
        "information",
        TITLE,
        sentences,
        tuple(t for t in tables if t is not None),
        _figures(run),
        live="Uncertainty",
    )


def _figures(run: Run) -> tuple[Figure, ...]:
    of, by = partial(pictured, run), "thresholds.perfect_information"
    figures = [of("evpi", by, drawn_decision)]
    if run(population) is not None:
        figures.append(of("evpi_population", by, drawn_decision, people=people(run)))
    if len(_here(run, partial_information)):
        by = "bars.partial_information"
        figures.append(of("evppi", by, partial_information, threshold=threshold))
    return tuple(figures)


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
    long=(group_information,),
)
