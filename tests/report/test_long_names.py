"""Figures of many options with long names, and of many at once: room for data, and every text."""

import itertools
import warnings

import numpy as np
import pytest
import xarray as xr
from looking import lightness, misplaced, texts
from matplotlib.colors import to_hex

from hecon.analyses.decided import decided
from hecon.analyses.draws_table import DrawsTable
from hecon.report.decision_report import pictures
from hecon.report.figures.forest_plots import Link, network_graph
from hecon.report.figures.heat_map import COLOURS, heat_map
from hecon.report.figures.picture import Picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.trace_plot import occupancy
from hecon.report.figures.writing import distinct
from hecon.report.numbers import Units

LONG = (
    "Usual care",
    "Prolonged exposure, individual (8-15 sessions)",
    "MDMA-assisted therapy with two therapists & overnight stay",
    "PROLONGED EXPOSURE, INDIVIDUAL AND WEEKLY (8-15 SESSIONS)",
    "Onewordwithoutanyspaceinitthatgoesonforfiftyletters",
    "CPT group",
)
MANY = tuple(f"Option {i} of a family with names that are alike" for i in range(12))
#: What the axes keep of the figure at the least.
SHARE = 0.22


def drawn(names: tuple[str, ...], apart: float) -> list[Picture]:
    rng = np.random.default_rng(2)
    p = rng.normal(0, 1, (2, 600))
    steps = np.arange(len(names))[:, None]
    cost = 1000 * apart * steps**2 + 10_000 + rng.normal(0, 900, (len(names), 600))
    effect = 1 + 0.1 * apart * steps + 0.05 * steps * p[0] + 0.02 * p[1]
    names_of = ("a parameter whose name goes on for more than fifty letters", "x" * 60)
    table = DrawsTable(names, cost, effect, dict(zip(names_of, p, strict=True)))
    found = decided(table, np.linspace(0, 1e5, 21), 50_000.0, {})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return [draw() for draw in pictures(found, Units("NOK")).values()]


@pytest.mark.parametrize("apart", [pytest.param(1.0, marks=pytest.mark.long), 0.02])
@pytest.mark.parametrize("names", [LONG, MANY], ids=["long", "many"])
def test_texts_stay_apart_and_axes_keep_their_room(names: tuple[str, ...], apart: float) -> None:
    for each in drawn(names, apart):
        assert misplaced(each.figure) == [], each.name
        box = each.figure.axes[0].get_position()
        assert box.width * box.height > SHARE, each.name
        assert min(box.width, box.height) > 0.35, each.name
        if each.name in ("frontier", "acceptability", "expected_loss", "ranking"):
            shown = "".join(t.get_text() for t in texts(each.figure)).replace("\n", "")
            for name in names:
                assert name.replace(" ", "") in shown.replace(" ", ""), each.name
        assert each.alt.endswith(".")


def test_places_differ_in_shade() -> None:
    (picture,) = (p for p in drawn(LONG, 1.0) if p.name == "ranking")
    bars = picture.figure.axes[0].containers
    shades = [lightness(to_hex(bar[0].get_facecolor())) for bar in bars]  # type: ignore[index]
    assert min(np.diff(shades)) > 7


def test_names_that_would_look_the_same_are_numbered() -> None:
    names = ["a" * 90, "a" * 90 + "b", "c"]
    found = distinct(names, 20, 2)
    assert found["c"] == "c"
    assert len(set(found.values())) == 3
    assert [text[:2] for text in list(found.values())[:2]] == ["1:", "2:"]


@pytest.mark.parametrize("strategies", [2, 3])
def test_strategies_above_panels_are_broken(strategies: int) -> None:
    shares = np.full((1, strategies, 3, 2), 0.5)
    trace = xr.Dataset(
        {"share": (("draw", "strategy", "cycle", "state"), shares)},
        coords={
            "strategy": list(LONG[2 : 2 + strategies]),
            "year": ("cycle", [0.0, 1.0, 2.0]),
            "state": ["ill", "well"],
        },
    )
    assert misplaced(occupancy(trace, {}).figure) == []


def test_numbers_on_crossing_lines_stay_apart() -> None:
    names = "ABCDEFG"
    links = [Link(a, b, 12) for a, b in itertools.combinations(names, 2)]
    figure = network_graph(dict.fromkeys(names, 100), links).figure
    assert misplaced(figure) == []


def test_a_heat_map_can_be_read_in_grey() -> None:
    """Ever lighter from loss to gain; what is cost-effective has dots that stand out."""
    shades = [lightness(to_hex(COLOURS(x))) for x in np.linspace(0, 1, 101)]
    assert min(np.diff(shades)) > 0
    assert shades[-1] - shades[0] > 50
    grid = xr.Dataset(
        {"nmb": (("p", "q"), np.subtract.outer(np.arange(5.0), np.arange(5.0)) * 1000)},
        coords={"p": np.arange(5.0), "q": np.arange(5.0)},
    )
    figure = heat_map(grid, "New", Setting(("New", "Old"))).figure
    (dots,) = (d for d in figure.axes[0].lines if d.get_label() == "cost-effective")
    assert shades[50] - lightness(to_hex(dots.get_color())) > 40
    assert misplaced(figure) == []
