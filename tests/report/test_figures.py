"""Figures: complete, legible, the same every time."""

import hashlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from looking import lightness, misplaced, texts

from hecon.analyses.base_case import base_comparison
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run
from hecon.report.content import Section
from hecon.report.figures.forest_plots import ForestLine, Link, forest, network_graph
from hecon.report.figures.label_positions import spread
from hecon.report.figures.picture import Picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.style import COLOURS, HIGH, LOW, looks
from hecon.report.figures.writing import money, number, share, short
from hecon.report.whole import write_drawings

EXPECTED = {
    *("occupancy", "frontier", "tornado_nmb", "tornado_qaly", "tornado_icer"),
    *("two_way_shrink_mdma_unit_mdma_session", "time_horizon"),
    *(
        "scenarios",
        "subgroups",
        "plane",
        "acceptability",
        "acceptability_frontier",
        "expected_loss",
    ),
    *("net_benefit", "ranking", "convergence", "evpi", "evpi_population", "evppi"),
    *("sobol", "morris", "evsi", "enbs", "syntheses", "network", "budget_net", "budget_people"),
    *("budget_hours", "budget_places_uptake", "states"),
}
NO_MONEY = {
    *("occupancy", "ranking", "tornado_qaly", "sobol", "syntheses", "network", "states"),
    *("budget_people", "budget_hours"),
}
#: Lines, bars, points and areas, also written as PNG: painting all takes long.
PAINTED = ("occupancy", "tornado_nmb", "plane", "two_way_shrink_mdma_unit_mdma_session")
EFFECTS = [
    ForestLine("First trial, a long name that has to be broken", 1.43, 0.5, 2.36, 0.45),
    ForestLine("Second trial", 1.0, 0.1, 1.9, 0.5),
    ForestLine("Withdrawn trial", 2.0, 0.2, 3.8, 0.05, marked="retracted"),
    ForestLine("Together", 1.19, 0.56, 1.82, pooled=True),
]
NODES = {"A": 99, "B": 95, "C": 600, "D": 300, "Waiting list": 700}
LINKS = [Link("A", "B", 2), Link("B", "C", 5), Link("C", "D", 9), Link("A", "Waiting list", 1)]


def evidence() -> list[Picture]:
    return [
        forest(EFFECTS, "Loss of diagnosis", "log odds ratio"),
        network_graph(NODES, LINKS),
    ]


def test_all_that_apply_are_there(book: dict[str, Picture]) -> None:
    assert set(book) == EXPECTED | {n for n in book if n.startswith("forest_")}
    assert any(n.startswith("forest_") for n in book)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_texts_stay_inside_and_apart(book: dict[str, Picture], name: str) -> None:
    assert misplaced(book[name].figure) == []


def test_texts_of_evidence_stay_inside_and_apart() -> None:
    for each in evidence():
        assert misplaced(each.figure) == []


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_axes_are_named_with_units(book: dict[str, Picture], name: str) -> None:
    words = " ".join(t.get_text() for t in texts(book[name].figure))
    money_shown = name not in NO_MONEY
    assert ("NOK" in words and "2024" in words) or not money_shown
    # thousands are grouped by a narrow space, never by a comma
    assert not re.search(r"\d,\d{3}", words)
    assert not re.search(r"(?<![\d.])\d{5,}", words)


@pytest.mark.parametrize("name", sorted(EXPECTED - {"states"}))
def test_the_alt_text_has_figures_and_ends_like_a_sentence(
    book: dict[str, Picture], name: str
) -> None:
    alt = book[name].alt
    assert re.search(r"\d", alt)
    assert alt.endswith(".")
    assert "nan" not in alt.split()
    assert "\n" not in alt


@pytest.mark.long
def test_bytes_are_the_same_when_drawn_again(
    ptsd: Run, sections: list[Section], book: dict[str, Picture]
) -> None:
    again = {f.name: f.draw() for s in sections for f in s.figures}
    assert list(again) == list(book)
    assert [n for n, each in again.items() if each.svg != book[n].svg] == []
    assert [n for n in PAINTED if again[n].png != book[n].png] == []


@pytest.mark.long
def test_bytes_do_not_depend_on_the_process() -> None:
    program = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]);"
        "from test_figures import evidence;"
        "print([hashlib.sha256(x).hexdigest() for e in evidence() for x in (e.svg, e.png)])"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parent)]
    there = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    here = [hashlib.sha256(x).hexdigest() for e in evidence() for x in (e.svg, e.png)]
    assert there == f"{here}\n"


def test_svg_fetches_nothing_and_carries_no_clock(book: dict[str, Picture]) -> None:
    for each in book.values():
        root = ET.fromstring(each.svg)
        links = [
            value
            for element in root.iter()
            for key, value in element.attrib.items()
            if key.endswith("href")
        ]
        assert all(link.startswith(("#", "data:")) for link in links)
        assert b"<dc:date>" not in each.svg


def test_a_folder_holds_both_formats_and_the_captions(
    book: dict[str, Picture], tmp_path: Path
) -> None:
    some = {name: book[name] for name in PAINTED}
    write_drawings(some, tmp_path / "figures", png=True)
    files = {p.name for p in (tmp_path / "figures").iterdir()}
    assert files == {f"{name}.{e}" for name in some for e in ("svg", "png")} | {"captions.txt"}
    captions = (tmp_path / "figures" / "captions.txt").read_text(encoding="utf-8")
    assert all(p.alt in captions for p in some.values())


def test_signs_of_mathematics_in_names_are_only_text(setting: Setting) -> None:
    effect = ForestLine("cost in $ and more $x_{", 1.0, 0.5, 1.5)
    drawn = forest([effect], "A $ title", "in \u7d50\u679c $")
    assert "cost in $ and more $x_{" in [t.get_text() for t in texts(drawn.figure)]
    assert drawn.png


def test_strategies_differ_without_colour() -> None:
    names = [f"strategy {i}" for i in range(8)]
    found = looks(names)
    signs = {(str(look.dash), look.marker) for look in found.values()}
    assert len(signs) == len(names)
    assert abs(lightness(LOW) - lightness(HIGH)) > 20
    assert len(set(COLOURS)) == len(COLOURS)


def test_labels_are_pushed_apart_no_further_than_needed() -> None:
    assert spread([0.2, 0.8], [0.1, 0.1]) == [0.2, 0.8]
    places = spread([0.5, 0.5, 0.52], [0.1] * 3)
    assert places[0] < places[1] < places[2]
    assert np.diff(places) == pytest.approx([0.1, 0.1])
    crowded = spread([1.0, 1.0, 0.99], [0.2] * 3)
    assert max(crowded) <= 0.9 + 1e-12
    assert np.diff(sorted(crowded)) == pytest.approx([0.2, 0.2])


def test_numbers_in_words() -> None:
    assert number(-1234567.0) == "\u22121\u202f234\u202f567"
    assert number(-0.2) == "0"
    assert number(float("nan")) == "n/a"
    assert money(12.345) == "12.35"
    assert money(1234.5, sign=True) == "+1\u202f234"
    assert share(0.999) == "more than 99\u202f%"
    assert share(0.144) == "14\u202f%"
    assert short(0.0149) == "0.0149"
    assert short(129000.0) == "129\u202f000"


def test_an_empty_tornado_does_not_fail(ptsd: Run, setting: Setting) -> None:
    from hecon.report.figures.tornado import tornado

    empty = ptsd(one_way_ends).iloc[:0]
    assert isinstance(empty, pd.DataFrame)
    drawn = tornado(empty, ptsd(base_comparison), setting)
    assert misplaced(drawn.figure) == []
