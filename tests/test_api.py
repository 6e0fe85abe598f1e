"""The public names: each has an example, and every example is run as it stands."""

import doctest
import inspect
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kendalltau

import hecon
from hecon import InputError, Report, compare, evaluate, load_study, run

ROOT = Path(__file__).resolve().parents[1]
HOW = doctest.NORMALIZE_WHITESPACE


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")


@pytest.fixture(scope="module")
def grid(study) -> Report:
    values = {"first_values": [0.4, 0.5], "second_values": [0.6, 0.7]}
    return run(
        study, ["two-way"], options={"first": "p_total_pe", "second": "p_total_mdma", **values}
    )


@pytest.mark.parametrize(
    "name", [n for n in hecon.__all__ if inspect.isfunction(getattr(hecon, n))]
)
def test_each_function_has_an_example_that_runs(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    (found,) = doctest.DocTestFinder(recurse=False).find(getattr(hecon, name), name, globs={})
    assert found.examples
    assert doctest.DocTestRunner(optionflags=HOW).run(found).failed == 0


def test_the_page(monkeypatch):
    monkeypatch.chdir(ROOT)
    result = doctest.testfile(str(ROOT / "docs/api.md"), module_relative=False, optionflags=HOW)
    assert result.attempted > 20
    assert result.failed == 0


def test_the_page_names_them_all():
    table = re.findall(r"^\| (`.*?) \|", (ROOT / "docs/api.md").read_text("utf-8"), re.M)
    named = set(re.findall(r"\w+", " ".join(table)))
    assert set(hecon.__all__) - {"Report", "Study"} <= named
    assert set(dir(hecon)) >= set(hecon.__all__)


def test_a_name_that_is_none_of_them():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        hecon.nothing  # noqa: B018


def test_draws_have_the_correlations_of_the_study(study):
    """By Kendall's tau, which a Gaussian copula gives whatever the distributions are."""
    said = next(c for c in study.correlations if c.second[0] == "lnor_mdma_v_pbo")
    drawn = study.probabilistic(draws=4000).block(0, 4000)
    tau = kendalltau(drawn[said.first], drawn[said.second]).statistic
    assert said.rho < -0.5
    assert tau == pytest.approx(2 / np.pi * np.arcsin(said.rho), abs=0.05)


def test_a_report_shows_itself(grid, study):
    (name,) = grid.tables
    table, figure = grid.tables[name], grid.figures[name]
    cells = re.findall(r'<td class="n">(.*?)</td>', table._repr_html_())
    benefit = []
    for pe in (0.4, 0.5):
        for mdma in (0.6, 0.7):
            one = replace(
                study.base_case(),
                numbers=study.base_case().numbers
                | {("p_total_pe", None): pe, ("p_total_mdma", None): mdma},
            )
            found = compare(evaluate(study.model, one), *study.compared)
            benefit.append(385_000 * found.qaly - found.cost)
    assert table.frame["nmb"].tolist() == pytest.approx(benefit, rel=1e-9)
    signs = {"\u2212": "-", "\u202f": ""}
    plain = [float("".join(signs.get(c, c) for c in cell)) for cell in cells]
    assert plain == pytest.approx(benefit, abs=0.5)
    assert figure.svg.startswith(b"<?xml")
    assert "data:image/svg+xml" in figure._repr_html_()
    whole = grid._repr_html_()
    assert table._repr_html_() in whole
    assert figure._repr_html_() in whole
    assert repr(table) in repr(grid)


def test_a_report_is_written_as_the_command_writes_it(grid, tmp_path):
    written = grid.write(tmp_path)
    assert written.page is None
    (name,) = grid.tables
    read = pd.read_csv(written.outputs / f"{name}.csv", dtype={"price_year": str})
    pd.testing.assert_frame_equal(read, grid.tables[name].frame, check_dtype=False)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda s, r: run(s, ["one-wy"]), "'one-wy' is no analysis; did you mean one-way"),
        (lambda s, r: run(s, ["two-way"], options={"frist": "a"}), "no option .* mean first"),
        (lambda s, r: r["voi"], "nothing on 'voi'; it has two_way"),
    ],
)
def test_what_there_is_not(study, grid, ask, said):
    with pytest.raises(InputError, match=said):
        ask(study, grid)
