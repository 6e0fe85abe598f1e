"""The probabilistic analysis: means with their errors, acceptability, and how sure it all is."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from hecon.analyses.base_case import base_comparison, threshold
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
from hecon.report.certainty import best_on_average, means, often
from hecon.report.content import (
    Column,
    Figure,
    Listing,
    Section,
    Sentence,
    Table,
    Value,
    count,
    table,
)
from hecon.report.decision_content import (
    MEAN_COLUMNS,
    acceptability_tables,
    convergence_table,
    enough_sentence,
    frontier_table,
    means_table,
    named_figures,
    needed_table,
    ranking_table,
)
from hecon.report.information_content import perfect_sentence
from hecon.report.pictured import pictured
from hecon.report.registry import DRAWN, THRESHOLDS, Analysis, Idle, Option
from hecon.report.sections.information_section import left_out
from hecon.report.things_called import labeller, study_units
from hecon.report.vocabulary import (
    BASE,
    COMPARATOR,
    COST_DIFFERENCE,
    INTERVENTION,
    LABEL,
    PARAMETER,
    QALY_DIFFERENCE,
)

TITLE = "Uncertainty"
PAIR = (replace(INTERVENTION, shown=False), replace(COMPARATOR, shown=False), *MEAN_COLUMNS)
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


def means_tables(run: Run) -> tuple[Table, Table]:
    """Means over the draws by strategy, and of intervention less comparator."""
    a, b = run.study.compared
    frame = named_figures(run(drawn_summary), study_units(run.study))
    frame = frame.assign(intervention=a, comparator=b)
    pair = frame["strategy"] == f"{a} v {b}"
    return (
        means_table(frame[~pair]),
        table(
            "probabilistic_comparison",
            f"Means over the draws of {a} less {b}, and 95 % of the draws",
            PAIR,
            frame[pair],
            ("intervention", "comparator", "figure"),
        ),
    )


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
    draws, at = run(drawn_design).draws, run(threshold)
    sentences = (
        best_on_average(run),
        *([enough_sentence(run(needed_draws), draws)] if draws > 1 else []),
        often(run),
        means(run),
        *why_apart(run),
        replace(perfect_sentence(run(drawn_decision), at), tone="plain"),
        *left_out(run),
        *basis(run),
    )
    alternatives, curve = acceptability_tables(run(drawn_decision), at)
    tables = (
        *of_draws,
        frontier_table(run(drawn_frontier)),
        alternatives,
        departures_table(run),
        ranking_table(run(rank_probabilities), at),
        needed_table(run(needed_draws)),
        curve,
        convergence_table(run(running_results)),
        *files,
    )
    return Section("uncertainty", TITLE, sentences, tables, _figures(run))


def _figures(run: Run) -> tuple[Figure, ...]:
    of, (a, b) = partial(pictured, run), run.study.compared
    figures = []
    if run.get(drawn_plane) is not None:
        figures.append(of("plane", "plane_plot.plane_picture", drawn_plane, a, b))
    if len(run.study.options) < 2:
        return tuple(figures)
    for name in ("acceptability", "acceptability_frontier", "expected_loss"):
        figures.append(of(name, f"thresholds.{name}", drawn_decision))
    if b in run.study.options:
        figures.append(of("net_benefit", "thresholds.net_benefit", drawn_decision, reference=b))
    if run(drawn_design).draws > 2:
        by = "ranking_plot.ranking_picture"
        figures.append(of("ranking", by, rank_probabilities, threshold=threshold))
    if run(running_results)["draws"].nunique() > 1:
        by = "convergence_plot.convergence_picture"
        figures.append(of("convergence", by, running_results))
    return tuple(figures)


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
