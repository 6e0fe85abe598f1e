"""Commands on a study's draws: what is uncertain, what knowing more is worth, which trial."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    DesignName,
    DesignOption,
    Draws,
    JurisdictionName,
    MethodOption,
    Out,
    RegressionMethod,
    Seed,
    Sets,
    StudyFolder,
    Thresholds,
    Workers,
    named_sets,
    numbers,
    read_study,
)

if TYPE_CHECKING:
    import xarray as xr

    from hecon.analyses.draws_table import DrawsTable
    from hecon.parameters.design import ProbabilisticDesign
    from hecon.reports.progress import ProgressBar
    from hecon.studies.study import Study


def psa(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    draws: Draws = 10_000,
    seed: Seed = 1,
    design: DesignOption = DesignName.MONTE_CARLO,
    thresholds: Thresholds = "",
    workers: Workers = 1,
    out: Out = Path(),
) -> None:
    """The probabilistic analysis: means with their error, acceptability, and how sure it is.

    Writes psa_means.csv, psa_frontier.csv, psa_acceptability.csv, psa_information.csv,
    psa_ranking.csv, psa_convergence.csv, psa_draws_needed.csv, and psa_plane.csv (the credible
    ellipse of intervention against comparator).

    \b
    Examples
      hecon psa inputs/studies/ptsd --jurisdiction norway
      hecon psa inputs/studies/ptsd -j norway --draws 2000 --design sobol
      hecon psa inputs/studies/ptsd -j norway --thresholds 0:1000000:25000
    """  # noqa: D301
    with messages():
        from hecon.analyses.decision_tables import decision_tables
        from hecon.analyses.plane import plane
        from hecon.analyses.results import base_threshold, threshold_grid
        from hecon.reports.answers.psa import print_decision
        from hecon.reports.answers.tables import title, write_tables
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar

        study = read_study(folder, jurisdiction)
        grid = numbers(thresholds, "--thresholds") if thresholds else threshold_grid(study)
        with ProgressBar() as tell:
            _, _, table = _drawn(study, draws, seed, design, workers, tell)
        at = base_threshold(study)
        found = decision_tables(table, grid, at)
        title(study, f"Probabilistic analysis, {draws:,} draws, seed {seed}", stdout())
        currency = study.jurisdiction.definition.currency
        print_decision(found, draws, at, currency, "QALY", stdout())
        named = {f"psa_{name}": frame for name, frame in found.items()}
        if draws > 2 and {*study.compared} <= {*table.strategies}:
            named["psa_plane"] = plane(table, *study.compared).ellipse
        write_tables(study, named, out, stdout())


def price(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    parameter: Annotated[
        str, typer.Option(metavar="NAME", help="The price; without it the study's own.")
    ] = "",
    thresholds: Thresholds = "",
    draws: Draws = 10_000,
    seed: Seed = 1,
    design: DesignOption = DesignName.MONTE_CARLO,
    workers: Workers = 1,
    out: Out = Path(),
) -> None:
    """The price at which intervention and comparator are equal, with its interval.

    Writes price.csv.

    \b
    Examples
      hecon price inputs/studies/ptsd --jurisdiction norway
      hecon price inputs/studies/ptsd -j norway --thresholds 275000,385000,500000
      hecon price inputs/studies/ptsd -j norway --parameter unit_psychologist_hour
    """  # noqa: D301
    with messages():
        from hecon.analyses.draws_table import checked_thresholds
        from hecon.analyses.pair import find_parameter
        from hecon.analyses.price import threshold_price
        from hecon.analyses.results import base_threshold
        from hecon.errors import Fault, InputError
        from hecon.reports.answers.price import print_price
        from hecon.reports.answers.tables import write_tables
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar

        study = read_study(folder, jurisdiction)
        own = study.definition.price
        if not parameter and own is None:
            text = "the study names no price; name one with --parameter"
            raise InputError([Fault(study.name, None, "price", text)])
        name = parameter or (own.parameter if own else "")
        at = numbers(thresholds, "--thresholds") if thresholds else [base_threshold(study)]
        checked_thresholds(at, "--thresholds")
        base = find_parameter(study, name).value
        drawn = study.probabilistic(draws, seed, design.value)
        with ProgressBar() as tell:
            found = threshold_price(
                study,
                name,
                at,
                drawn,
                workers=workers,
                progress=lambda done, total: tell("Threshold price", done, total),
            )
        print_price(study, found, base or 0.0, draws, stdout())
        write_tables(study, {"price": found}, out, stdout())


def voi(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    sets: Sets = None,
    method: MethodOption = RegressionMethod.AUTO,
    thresholds: Thresholds = "",
    draws: Draws = 10_000,
    seed: Seed = 1,
    design: DesignOption = DesignName.MONTE_CARLO,
    workers: Workers = 1,
    out: Out = Path(),
) -> None:
    """What knowing more is worth: about everything, and about parameters and sets of them.

    Perfect information (EVPI) per person and, where the study has a population.toml, for all
    whom the decision concerns; partial information (EVPPI) for every parameter and for the
    study's groups, or for the sets named. An EVPPI is estimated by regression: it is never below
    zero and biased upwards where it is small, so that its standard error stands beside it. Shown
    is the study's own threshold or, of those given, the nearest to it. Writes evpi.csv and
    evppi.csv.

    \b
    Examples
      hecon voi inputs/studies/ptsd --jurisdiction norway
      hecon voi inputs/studies/ptsd -j norway --thresholds 275000,385000,500000
      hecon voi inputs/studies/ptsd -j norway --set durability=rate_relapse,hr_relapse_mdma
    """  # noqa: D301
    with messages():
        from hecon.analyses.decision_tables import decision_tables, information_tables
        from hecon.analyses.information import checked_sets, parameter_groups
        from hecon.analyses.population import study_population
        from hecon.analyses.results import LEAST_DRAWS, base_threshold, threshold_grid
        from hecon.reports.answers.tables import descriptions, title, write_tables
        from hecon.reports.answers.voi import print_information, with_population
        from hecon.reports.console import amount, stdout
        from hecon.reports.progress import ProgressBar

        study = read_study(folder, jurisdiction)
        at = base_threshold(study)
        given = numbers(thresholds, "--thresholds") if thresholds else []
        focus = min(given, key=lambda value: abs(value - at)) if given else at
        population = study_population(study)
        named = named_sets(sets)
        with ProgressBar() as tell:
            _, _, table = _drawn(study, draws, seed, design, workers, tell, LEAST_DRAWS)
            groups = named or parameter_groups(study, table)
            checked_sets(table, groups)
            perfect = decision_tables(table, given or threshold_grid(study), focus)["information"]
            partial = information_tables(
                table,
                given or [focus],
                groups,
                method.value,
                progress=lambda done, total: tell("Value of information", done, total),
            )
        title(study, f"Value of information, {draws:,} draws", stdout())
        currency = study.jurisdiction.definition.currency
        if abs(focus - at) > 1e-9:
            stdout().print(
                f"The study's own threshold, {amount(currency, at)} per QALY, is not among those "
                f"given; shown is the nearest to it, the others are in the tables.\n"
            )
        known = descriptions(study)
        print_information(perfect, partial, focus, population, currency, "QALY", stdout(), known)
        people = population.effective() if population else float("nan")
        tables = {"evpi": perfect, "evppi": partial}
        tables = {name: with_population(frame, people) for name, frame in tables.items()}
        write_tables(study, tables, out, stdout())


def trial(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    file: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A trial's file; without any, all of trials/."),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Value of a QALY; without it the study's own.")
    ] = None,
    draws: Draws = 10_000,
    seed: Seed = 1,
    workers: Workers = 1,
    out: Out = Path(),
) -> None:
    """What planned trials are worth, which to do at what size, and whether funding should wait.

    Trials are described in STUDY/trials/*.toml and whom the decision concerns in
    STUDY/population.toml. Writes trial_sizes.csv (EVSI by two methods and net benefit of
    sampling), trial_best.csv, trial_choices.csv and trial_ranges.csv.

    \b
    Examples
      hecon trial inputs/studies/ptsd --jurisdiction norway
      hecon trial inputs/studies/ptsd -j norway \\
          --file inputs/studies/ptsd/trials/head_to_head.toml
      hecon trial inputs/studies/ptsd -j norway --threshold 500000
    """  # noqa: D301
    with messages():
        from hecon.analyses.draws_table import checked_thresholds
        from hecon.analyses.population import study_population
        from hecon.analyses.results import LEAST_DRAWS, base_threshold
        from hecon.analyses.trial_report import planned_trials, trial_report
        from hecon.reports.answers.tables import write_tables
        from hecon.reports.answers.trial import print_trials
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar
        from hecon.studies.trials import read_trials

        study = read_study(folder, jurisdiction)
        at = base_threshold(study) if threshold is None else threshold
        checked_thresholds([at], "--threshold")
        place = study.jurisdiction.definition
        definitions = read_trials(file, place) if file else planned_trials(study)
        with ProgressBar() as tell:
            method = DesignName.MONTE_CARLO
            drawn, _, table = _drawn(study, draws, seed, method, workers, tell, LEAST_DRAWS)
            found = trial_report(study, definitions, drawn, table, at, seed, tell)
        people = study_population(study)
        assert people is not None
        print_trials(study, found, definitions, people, stdout())
        tables = {f"trial_{name}": frame for name, frame in vars(found).items()}
        write_tables(study, tables, out, stdout())


def _drawn(
    study: Study,
    draws: int,
    seed: int,
    design: DesignName,
    workers: int,
    tell: ProgressBar,
    least: int = 1,
) -> tuple[ProbabilisticDesign, xr.Dataset, DrawsTable]:
    """A study's draws evaluated: the design, the outcomes and the table of the options."""
    from hecon.analyses.cube import uncertain_or_refused
    from hecon.analyses.draws_table import study_draws
    from hecon.analyses.evaluate import evaluate
    from hecon.errors import Fault, InputError

    if len(study.options) < 2:
        text = "found one strategy that can be chosen, a decision needs at least two"
        raise InputError([Fault(study.name, None, "option", text)])
    uncertain_or_refused(study)
    if draws < least:
        text = f"found {draws}, needed are {least} to learn from by regression"
        raise InputError([Fault("--draws", None, None, text)])
    drawn = study.probabilistic(draws, seed, design.value)
    outcomes = evaluate(
        study.model,
        drawn,
        workers=workers,
        progress=lambda done, total: tell("Probabilistic analysis", done, total),
    )
    return drawn, outcomes, study_draws(study, drawn, outcomes)
