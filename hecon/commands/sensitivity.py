"""Commands that vary inputs one by one, in pairs, in scenarios and all together."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    DesignName,
    DesignOption,
    JurisdictionName,
    Out,
    Seed,
    StudyFolder,
    Workers,
    numbers,
    read_study,
)


class Figure(StrEnum):
    """What a tornado is drawn of."""

    NMB = "nmb"
    ICER = "icer"
    QALY = "qaly"


class Method(StrEnum):
    """How sensitivity is shared out among all parameters."""

    SOBOL = "sobol"
    MORRIS = "morris"


def one_way(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    by: Annotated[Figure, typer.Option(help="The figure whose span orders the rows.")] = Figure.NMB,
    out: Out = Path(),
) -> None:
    """Each input at the low and the high end of its range, all others at base.

    Ranges are the stated intervals, else the 2.5 and 97.5 percentiles of the distribution; an
    input with neither is left out. Writes one_way.csv (both ends of every input) and tornado.csv
    (one row an input, in order).

    \b
    Examples
      hecon one-way inputs/studies/ptsd --jurisdiction norway
      hecon one-way inputs/studies/ptsd -j norway --by icer
    """  # noqa: D301
    with messages():
        from hecon.analyses.one_way import one_way, tornado
        from hecon.analyses.results import base_row
        from hecon.reports.answers.one_parameter import print_tornado
        from hecon.reports.answers.tables import write_tables
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar

        study = read_study(folder, jurisdiction)
        base = base_row(study).iloc[0]
        with ProgressBar() as tell:
            tell("One-way sensitivity", 0, 1)
            table = one_way(study)
        found = tornado(table, base, by.value)
        print_tornado(study, found, by.value, float(base["threshold"]), stdout())
        write_tables(study, {"one_way": table, "tornado": found}, out, stdout())


def two_way(
    folder: StudyFolder,
    first: Annotated[str, typer.Argument(metavar="FIRST", help="An input.")],
    second: Annotated[str, typer.Argument(metavar="SECOND", help="Another input.")],
    jurisdiction: JurisdictionName = "",
    first_values: Annotated[
        str, typer.Option(metavar="LIST", help="Its values, as 1,2,3 or first:last:step.")
    ] = "",
    second_values: Annotated[
        str, typer.Option(metavar="LIST", help="Its values, as 1,2,3 or first:last:step.")
    ] = "",
    steps: Annotated[int, typer.Option(min=2, help="Values of each, where none are given.")] = 11,
    out: Out = Path(),
) -> None:
    """Two inputs together: the decision over a grid of their values.

    Without values an input goes over the range that one-way sensitivity uses. Writes
    two_way_FIRST_SECOND.csv, one row a combination, and a heat map of it as .svg and .png where
    both inputs have two values or more.

    \b
    Examples
      hecon two-way inputs/studies/ptsd drug_price_session hr_relapse_mdma -j norway
      hecon two-way inputs/studies/ptsd drug_price_session hr_relapse_mdma -j norway \\
          --first-values 0:20000:2000
    """  # noqa: D301
    with messages():
        from dataclasses import replace

        from hecon.analyses.results import base_threshold
        from hecon.analyses.two_way import two_way
        from hecon.reports.answers.one_parameter import grid_table, print_grid
        from hecon.reports.answers.tables import write_tables
        from hecon.reports.console import stdout
        from hecon.reports.figures.setting import study_setting
        from hecon.reports.figures.two_way import heat_map
        from hecon.reports.names import file_name
        from hecon.reports.progress import ProgressBar

        study = read_study(folder, jurisdiction)
        across = numbers(first_values, "--first-values") if first_values else None
        down = numbers(second_values, "--second-values") if second_values else None
        with ProgressBar() as tell:
            tell("Grid", 0, 1)
            found = two_way(
                study, first, second, first_values=across, second_values=down, steps=steps
            )
        print_grid(study, found, stdout())
        name = file_name(f"two_way_{first}_{second}")
        pictures = []
        if min(found["nmb"].shape) > 1:
            setting = study_setting(study, base_threshold(study))
            pictures = [replace(heat_map(found, study.compared[0], setting), name=name)]
        write_tables(study, {name: grid_table(found)}, out, stdout(), pictures)


def break_even(
    folder: StudyFolder,
    parameters: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PARAMETER]...", help="Inputs; without any, all with a range."),
    ] = None,
    jurisdiction: JurisdictionName = "",
    low: Annotated[float | None, typer.Option(help="Where the search begins (one input).")] = None,
    high: Annotated[float | None, typer.Option(help="Where the search ends (one input).")] = None,
    out: Out = Path(),
) -> None:
    """The value of an input at which the decision turns, or that there is none in its range.

    Writes break_even.csv.

    \b
    Examples
      hecon break-even inputs/studies/ptsd --jurisdiction norway
      hecon break-even inputs/studies/ptsd hr_relapse_mdma -j norway
      hecon break-even inputs/studies/ptsd u_gain -j norway --low 0 --high 0.6
    """  # noqa: D301
    with messages():
        from hecon.analyses.break_even import break_even, search_bounds
        from hecon.reports.answers.one_parameter import print_break_even
        from hecon.reports.answers.tables import write_tables
        from hecon.reports.console import stdout

        study = read_study(folder, jurisdiction)
        found = break_even(study, search_bounds(study, parameters or [], low, high))
        print_break_even(study, found, stdout())
        write_tables(study, {"break_even": found}, out, stdout())


def scenarios(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    probabilistic: Annotated[
        bool, typer.Option("--probabilistic", help="Also draw every scenario.")
    ] = False,
    draws: Annotated[int, typer.Option(min=1, help="Draws of each scenario.")] = 1_000,
    seed: Seed = 1,
    design: DesignOption = DesignName.MONTE_CARLO,
    workers: Workers = 1,
    out: Out = Path(),
) -> None:
    """Every scenario against the base case, the largest effect on net benefit first.

    A scenario that compares another pair of strategies has no difference to the base case and
    comes last. With --probabilistic each scenario's draws stand beside its base values; an input
    that a scenario fixes is not drawn. Writes scenario_effects.csv.

    \b
    Examples
      hecon scenarios inputs/studies/ptsd --jurisdiction norway
      hecon scenarios inputs/studies/ptsd -j norway --probabilistic --draws 2000
    """  # noqa: D301
    with messages():
        from hecon.analyses.results import base_row
        from hecon.analyses.scenario_draws import scenario_draws, scenario_effects
        from hecon.errors import Fault, InputError
        from hecon.reports.answers.scenarios import print_scenarios
        from hecon.reports.answers.tables import write_tables
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar

        study = read_study(folder, jurisdiction)
        table = scenario_effects(study, base_row(study))
        if table.empty:
            raise InputError([Fault(study.name, None, None, "the study has no scenarios")])
        if probabilistic:
            with ProgressBar() as tell:
                drawn = scenario_draws(
                    study,
                    table,
                    draws,
                    seed,
                    design.value,
                    workers,
                    lambda done, total: tell("Scenarios", done, total),
                )
            table = table.merge(drawn, on="scenario")
        print_scenarios(study, table, stdout())
        write_tables(study, {"scenario_effects": table}, out, stdout())


def sensitivity(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    method: Annotated[Method, typer.Option(help="Shares of variance, or screening.")] = (
        Method.SOBOL
    ),
    threshold: Annotated[
        float | None, typer.Option(help="Value of a QALY; without it the study's own.")
    ] = None,
    samples: Annotated[int, typer.Option(help="Base samples of sobol, a power of two.")] = 2**13,
    trajectories: Annotated[int, typer.Option(help="Trajectories of morris.")] = 50,
    seed: Seed = 1,
    workers: Workers = 1,
    out: Out = Path(),
) -> None:
    """Which uncertain inputs the result depends on when all of them move at once.

    Sobol' first-order and total indices, or Morris elementary effects, of incremental net
    monetary benefit, with 95 % intervals; correlated inputs are sampled as one. Writes sobol.csv
    or morris.csv.

    \b
    Examples
      hecon sensitivity inputs/studies/ptsd --jurisdiction norway
      hecon sensitivity inputs/studies/ptsd -j norway --method morris
      hecon sensitivity inputs/studies/ptsd -j norway --samples 1024 --threshold 275000
    """  # noqa: D301
    with messages():
        from hecon.analyses.draws_table import checked_thresholds
        from hecon.analyses.global_sensitivity import morris, sobol
        from hecon.analyses.results import base_threshold
        from hecon.reports.answers.sensitivity import print_morris, print_sobol
        from hecon.reports.answers.tables import write_tables
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar

        study = read_study(folder, jurisdiction)
        at = base_threshold(study) if threshold is None else threshold
        checked_thresholds([at], "--threshold")
        with ProgressBar() as bar:

            def tell(done: int, total: int) -> None:
                bar("Samples", done, total)

            if method is Method.SOBOL:
                found = sobol(study, at, samples, seed, workers, tell)
            else:
                found = morris(study, at, trajectories, seed, workers, tell)
        (print_sobol if method is Method.SOBOL else print_morris)(study, found, stdout())
        write_tables(study, {method.value: found}, out, stdout())
