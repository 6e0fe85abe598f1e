"""What figures draw, read back from their axes, against figures computed without them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle

from hecon.analyses.base_case import base_table, threshold
from hecon.analyses.comparison import comparison
from hecon.analyses.drawn import drawn_outcomes, running_results
from hecon.analyses.flows import base_trace
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.population import population
from hecon.analyses.run import Run
from hecon.analyses.scenarios import scenario_results
from hecon.report.figures.bars import partial_information, sobol_picture
from hecon.report.figures.convergence_plot import convergence_picture
from hecon.report.figures.forest_plots import ForestLine, forest
from hecon.report.figures.heat_map import heat_map
from hecon.report.figures.picture import Picture
from hecon.report.figures.plane_plot import SHOWN
from hecon.report.figures.sampling import net_benefit_of_sampling, sample_information
from hecon.report.figures.setting import Setting
from hecon.report.figures.tornado import tornado


def lines(picture: Picture) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    (area, *_) = picture.figure.axes
    return {
        str(line.get_label()): (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
        for line in area.get_lines()
    }


def bars(area: Axes) -> list[Rectangle]:
    return [p for p in area.patches if isinstance(p, Rectangle) and p.get_width() != 0]


def draws(ptsd: Run, kind: str, strategies: list[str]) -> np.ndarray:
    dim = {"cost": "item", "qaly": "source"}[kind]
    outcomes = ptsd(drawn_outcomes)[kind].sel(strategy=strategies)
    return np.asarray(outcomes.sum(dim).transpose("strategy", "draw").values)


def test_acceptability_is_the_share_of_draws(ptsd: Run, book: dict[str, Picture]) -> None:
    options = list(ptsd.study.options)
    cost, effect = draws(ptsd, "cost", options), draws(ptsd, "qaly", options)
    drawn = lines(book["acceptability"])
    for worth in (100_000.0, 1_000_000.0):
        winner = (worth * effect - cost).argmax(axis=0)
        for row, name in enumerate(options):
            x, y = drawn[name]
            assert y[np.flatnonzero(x == worth)[0]] == pytest.approx((winner == row).mean())


def test_loss_and_net_benefit_follow_from_the_draws(ptsd: Run, book: dict[str, Picture]) -> None:
    options = list(ptsd.study.options)
    cost, effect = draws(ptsd, "cost", options), draws(ptsd, "qaly", options)
    at = 500_000.0
    benefit = at * effect - cost
    loss, nmb = lines(book["expected_loss"]), lines(book["net_benefit"])
    reference = benefit[options.index(ptsd.study.compared[1])].mean()
    for row, name in enumerate(options):
        x, y = loss[name]
        expected = (benefit.max(axis=0) - benefit[row]).mean()
        assert y[np.flatnonzero(x == at)[0]] == pytest.approx(expected)
        x, y = nmb[name]
        assert y[np.flatnonzero(x == at)[0]] == pytest.approx(benefit[row].mean() - reference)


def test_population_information_is_people_times_each(ptsd: Run, book: dict[str, Picture]) -> None:
    people = ptsd(population)
    assert people is not None
    one, all_ = lines(book["evpi"])["EVPI"], lines(book["evpi_population"])["EVPI"]
    assert all_[1] == pytest.approx(one[1] * people.effective() / 1e6)


def test_the_plane_holds_the_increments(ptsd: Run, book: dict[str, Picture]) -> None:
    pair = list(ptsd.study.compared)
    cost, effect = draws(ptsd, "cost", pair), draws(ptsd, "qaly", pair)
    (area,) = book["plane"].figure.axes
    shown = np.asarray(area.collections[0].get_offsets())
    assert len(shown) == min(SHOWN, cost.shape[1])
    assert shown[:, 0] == pytest.approx(effect[0] - effect[1])
    assert shown[:, 1] == pytest.approx(cost[0] - cost[1])
    edge = np.c_[lines(book["plane"])["_ellipse"]]
    centre = np.array([(effect[0] - effect[1]).mean(), (cost[0] - cost[1]).mean()])
    inverse = np.linalg.inv(np.cov(effect[0] - effect[1], cost[0] - cost[1]))
    distance = np.einsum("ni,ij,nj->n", edge - centre, inverse, edge - centre)
    assert distance == pytest.approx(5.991464547, rel=1e-6)


def test_tornado_bars_run_from_the_base_to_both_ends(
    ptsd: Run, setting: Setting, book: dict[str, Picture]
) -> None:
    base = float(ptsd(base_table)["nmb"][0])
    (area,) = book["tornado_nmb"].figure.axes
    found = {tuple(sorted((b.get_x(), b.get_x() + b.get_width()))) for b in bars(area)}
    widest = ptsd(one_way_ends)[
        ptsd(one_way_ends)["parameter"] == ptsd(one_way_ends)["parameter"][0]
    ]
    for value in widest["nmb"]:
        wanted = tuple(sorted((base, float(value))))
        assert any(pair == pytest.approx(wanted) for pair in found)
    first = area.get_yticklabels()[0].get_text().replace("\n", " ")
    assert first.startswith(setting.label(str(ptsd(one_way_ends)["parameter"][0]), 38, 1)[:20])


def test_dominated_ends_have_a_word_and_no_bar(setting: Setting) -> None:
    rows = []
    for name, low, high in (("a", (100.0, 1.0), (300.0, -1.0)), ("b", (50.0, 1.0), (150.0, 1.0))):
        for end, (cost, qaly) in (("low", low), ("high", high)):
            one = comparison("MDMA-AT", "PE", cost, qaly, 0.0)
            rows.append(
                {
                    "parameter": name,
                    "end": end,
                    "value": 0.0,
                    "icer": one.icer,
                    "verdict": one.verdict,
                }
            )
    base = comparison("MDMA-AT", "PE", 80.0, 1.0, 0.0)
    drawn = tornado(pd.DataFrame(rows), base, setting, "icer")
    (area,) = drawn.figure.axes
    ends = sorted(80.0 + b.get_width() for b in bars(area))
    assert ends == pytest.approx([50.0, 100.0, 150.0])
    words = [t.get_text().strip() for t in area.texts]
    assert words == ["high: dominated"]
    assert area.get_yticklabels()[0].get_text().startswith("a")


def test_scenario_dots_are_changes_from_the_base(ptsd: Run, book: dict[str, Picture]) -> None:
    base = float(ptsd(base_table)["nmb"][0])
    table = ptsd(scenario_results)
    same = (table["intervention"] == ptsd.study.compared[0]) & (
        table["comparator"] == ptsd.study.compared[1]
    )
    wanted = (table["nmb"] - base)[same]
    wanted = wanted.reindex(wanted.abs().sort_values(ascending=False).index).head(20)
    (area,) = book["scenarios"].figure.axes
    dots = [line for line in area.get_lines() if line.get_label() == "_dot"]
    assert [float(np.ravel(d.get_xdata())[0]) for d in dots] == pytest.approx(list(wanted))
    retracted = [d.get_marker() for d in dots if d.get_marker() == "s"]
    doubtful = table.loc[wanted.index, "status"].isin(["assumption", "retracted"])
    assert len(retracted) == doubtful.sum()


def test_the_heat_map_puts_each_value_where_it_belongs(setting: Setting) -> None:
    values = np.array([[-30.0, -20.0, 50.0], [-10.0, 5.0, 60.0]])
    grid = xr.Dataset(
        {"nmb": (("first", "second"), values)},
        coords={"first": [0.0, 1.0], "second": [1.0, 2.0, 3.0]},
    )
    drawn = heat_map(grid, "A", setting)
    mesh = next(c for c in drawn.figure.axes[0].collections if isinstance(c, QuadMesh))
    assert np.asarray(mesh.get_array()) == pytest.approx(values.T)
    x, y = lines(drawn)["cost-effective"]
    assert set(zip(x, y, strict=True)) == {(0.0, 3.0), (1.0, 2.0), (1.0, 3.0)}
    assert "in 3 of 6 combinations" in drawn.alt


def test_ranking_bars_are_shares_of_draws(ptsd: Run, book: dict[str, Picture]) -> None:
    options = list(ptsd.study.options)
    cost, effect = draws(ptsd, "cost", options), draws(ptsd, "qaly", options)
    order = np.argsort(-(ptsd(threshold) * effect - cost), axis=0)
    (area,) = book["ranking"].figure.axes
    widths = [[p.get_width() for p in c.patches] for c in area.containers]
    expected = [[(order[place] == row).mean() for row in range(3)] for place in range(3)]
    assert np.array(widths) == pytest.approx(np.array(expected))


def test_occupancy_areas_add_up_to_everyone(ptsd: Run, book: dict[str, Picture]) -> None:
    panels = book["occupancy"].figure.axes
    assert [p.get_title("left") for p in panels] == list(ptsd.study.model.strategies)
    share = ptsd(base_trace)["share"].isel(draw=0)
    top = panels[1].collections[1].get_paths()[0].vertices
    drawn = np.unique(top[:, 0])
    rows = [top[top[:, 0] == x, 1] for x in drawn]
    edges = share.sel(strategy="PE", state=["PTSD", "Remission"]).values.cumsum(axis=-1)
    years = share["year"].values
    for position, pick in enumerate((min, max)):
        found = np.interp(years, drawn, [pick(ys) for ys in rows])
        # what is left out between two points is straight to the eye
        assert found == pytest.approx(edges[..., position].ravel(), abs=0.0021)


def test_convergence_ends_where_the_analysis_does(ptsd: Run) -> None:
    options = list(ptsd.study.options)
    cost, effect = draws(ptsd, "cost", options), draws(ptsd, "qaly", options)
    benefit = (ptsd(threshold) * effect - cost).mean(axis=1)
    drawn = lines(convergence_picture(ptsd(running_results), Setting(options)))
    best = int(benefit.argmax())
    for row, name in enumerate(options):
        if row != best:
            assert drawn[name][1][-1] == pytest.approx(benefit[row] - benefit[best])


def test_partial_information_is_drawn_below_zero_where_it_fell_there(setting: Setting) -> None:
    table = pd.DataFrame(
        {
            "set": ["a", "b", "c"],
            "threshold": 100.0,
            "evppi": [5.0, -1.0, 0.0],
            "standard_error": [1.0, 0.5, 0.0],
            "evpi": 9.0,
        }
    )
    drawn = partial_information(table, setting, 100.0)
    (area,) = drawn.figure.axes
    assert [b.get_width() for b in bars(area)] == [5.0, -1.0]
    assert lines(drawn)["_low"][0] == pytest.approx([5 - 1.96, -1 - 0.98])
    assert "1 others, each less, are not shown" in drawn.alt


def test_indices_have_their_intervals(setting: Setting) -> None:
    table = pd.DataFrame(
        {
            "parameter": ["a", "b"],
            "first_order": [0.5, 0.2],
            "first_order_low": [0.4, 0.1],
            "first_order_high": [0.6, 0.3],
            "total": [0.7, 0.3],
            "total_low": [0.6, 0.2],
            "total_high": [0.8, 0.4],
            "idle": [False, True],
        }
    )
    (area,) = sobol_picture(table, setting).figure.axes
    assert [b.get_width() for b in bars(area)] == [0.5, 0.7]


def test_sampling_marks_the_best_size(setting: Setting) -> None:
    table = pd.DataFrame(
        {
            "trial": "t",
            "follow_up_weeks": 18.0,
            "method": "regression",
            "threshold": 1.0,
            "patients": [100, 200, 400],
            "evsi": [1.0, 2.0, 2.5],
            "standard_error": 0.1,
            "evppi": 3.0,
            "enbs": [1e6, 3e6, 2e6],
            "enbs_error": 1e5,
            "optimal": [False, True, False],
        }
    )
    drawn = lines(net_benefit_of_sampling(table, setting, 1.0))
    assert drawn["best size"][0] == pytest.approx([200])
    assert drawn["regression"][1] == pytest.approx([1.0, 3.0, 2.0])
    value = lines(sample_information(table, setting, 1.0))
    assert value["regression"][1] == pytest.approx([1.0, 2.0, 2.5])


def test_a_forest_plot_shows_estimates_and_diamonds() -> None:
    effects = [ForestLine("x", 1.0, 0.5, 1.5, 2.0), ForestLine("all", 1.2, 0.9, 1.5, pooled=True)]
    drawn = forest(effects, "t", "log odds ratio")
    (area,) = drawn.figure.axes
    assert lines(drawn)["_interval"][0] == pytest.approx([0.5, 1.5])
    diamond = area.patches[0].get_xy()
    assert (diamond[:, 0].min(), diamond[:, 0].max()) == pytest.approx((0.9, 1.5))
