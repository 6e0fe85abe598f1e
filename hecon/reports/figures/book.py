"""All figures that apply to a run, in the order in which a report shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hecon.analyses.scenario_draws import against_base
from hecon.reports.figures.bars import morris_picture, partial_information, sobol_picture
from hecon.reports.figures.convergence import convergence_picture
from hecon.reports.figures.frontier import frontier_picture
from hecon.reports.figures.material import Material
from hecon.reports.figures.picture import Picture
from hecon.reports.figures.plane import plane_picture
from hecon.reports.figures.ranking import ranking_picture
from hecon.reports.figures.sampling import net_benefit_of_sampling, sample_information
from hecon.reports.figures.scenarios import scenario_dots
from hecon.reports.figures.setting import study_setting
from hecon.reports.figures.thresholds import (
    acceptability,
    acceptability_frontier,
    expected_loss,
    net_benefit,
    perfect_information,
)
from hecon.reports.figures.tornado import tornado
from hecon.reports.figures.trace import occupancy
from hecon.reports.figures.two_way import heat_map

Draw = Callable[[], Picture]


def figure_book(found: Material, tell: Callable[[int, int], None] | None = None) -> list[Picture]:
    """Every figure that the results and extras allow.

    Parameters
    ----------
    tell
        Called with the figures done and the figures in all.
    """
    waiting = [*_deterministic(found), *_probabilistic(found), *_extras(found)]
    pictures = []
    for done, draw in enumerate(waiting):
        if tell is not None:
            tell(done, len(waiting))
        pictures.append(draw())
    return [*pictures, *found.extras.pictures]


def _deterministic(found: Material) -> list[Draw]:
    results = found.results
    study, setting = results.study, study_setting(results.study, results.threshold)
    names = {s.name: s.label for s in study.definition.states}
    waiting: list[Draw] = [
        lambda: occupancy(results.trace, setting, names),
        lambda: frontier_picture(results.frontier, setting),
    ]
    if len(results.one_way):
        waiting += [
            lambda: tornado(results.one_way, results.comparison, setting, "nmb"),
            lambda: tornado(results.one_way, results.comparison, setting, "qaly_difference"),
        ]
        if results.comparison.icer == results.comparison.icer:
            waiting.append(lambda: tornado(results.one_way, results.comparison, setting, "icer"))
    for position, grid in enumerate(found.grids):
        name = "two_way" if len(found.grids) == 1 else f"two_way_{position + 1}"
        waiting.append(
            lambda grid=grid, name=name: replace(  # type: ignore[misc]
                heat_map(grid, study.compared[0], setting), name=name
            )
        )
    if len(results.scenarios):
        others = against_base(results.scenarios, results.base_table)
        waiting.append(lambda: scenario_dots(others, study.compared, setting))
    return waiting


def _probabilistic(found: Material) -> list[Draw]:
    results, psa = found.results, found.results.probabilistic
    study, setting = results.study, study_setting(results.study, results.threshold)
    (a, b), decision = study.compared, psa.decision
    waiting: list[Draw] = []
    if not psa.design.varying:
        return waiting
    if (spread := found.plane) is not None:
        waiting.append(lambda: plane_picture(spread, a, b, setting))
    if len(study.options) < 2:
        return waiting
    waiting += [
        lambda: acceptability(decision, setting),
        lambda: acceptability_frontier(decision, setting),
        lambda: expected_loss(decision, setting),
    ]
    if b in study.options:
        waiting.append(lambda: net_benefit(decision, setting, b))
    if (places := found.ranking) is not None:
        waiting.append(lambda: ranking_picture(places, setting, results.threshold))
    if (running := found.convergence) is not None:
        waiting.append(lambda: convergence_picture(running, setting))
    waiting.append(lambda: perfect_information(decision, setting))
    if (people := found.extras.people) is not None:
        waiting.append(lambda: perfect_information(decision, setting, people))
    if len(psa.evppi):
        waiting.append(lambda: partial_information(psa.evppi, setting, results.threshold))
    return waiting


def _extras(found: Material) -> list[Draw]:
    """Global sensitivity, and the best planned trial over its sizes."""
    results, further = found.results, found.extras.further
    setting = study_setting(results.study, results.threshold)
    waiting: list[Draw] = []
    if further is None:
        return waiting
    if (indices := further.sobol) is not None:
        waiting.append(lambda: sobol_picture(indices, setting))
    if (effects := further.morris) is not None:
        waiting.append(lambda: morris_picture(effects, setting))
    if (trials := further.trials) is not None:
        sizes = trials.by_size
        sizes = sizes[sizes["trial"] == trials.best["trial"].iloc[0]]
        waiting += [
            lambda: sample_information(sizes, setting, results.threshold),
            lambda: net_benefit_of_sampling(sizes, setting, results.threshold),
        ]
    return waiting
