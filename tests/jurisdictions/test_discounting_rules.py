"""Rates of a country's own: steps under its own names, another rate for effects than for costs."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from countries import INPUTS, country

from hecon.analyses.flows import base_flows
from hecon.analyses.run import Run
from hecon.errors import InputError
from hecon.studies.load_study import load_study

ENGLAND = INPUTS / "jurisdictions/england"
ONE = 'steps = [{ cost = "discount_rate", effect = "discount_rate" }]'


def ruled(folder: Path, steps: str, rows: str) -> Run:
    """England's run with other steps, their rates as rows of its own."""
    copy = folder / "england"
    shutil.copytree(ENGLAND, copy)
    for name, old, new in (
        ("jurisdiction.toml", ONE, steps),
        ("parameters.csv", "P008,population,discount_rate", rows + "P008,population,unused_rate"),
    ):
        text = (copy / name).read_text(encoding="utf-8")
        assert old in text
        (copy / name).write_text(text.replace(old, new), encoding="utf-8")
    return Run(load_study(INPUTS / "studies/ptsd", copy))


def row(name: str, value: float) -> str:
    cells = ["", "population", name, "rate", "all", "all", str(value), "", "per year", "", ""]
    return ",".join([*cells, "fixed", "", "", "", "", "an assumption", "", "assumption", ""]) + "\n"


def factors(run: Run, kind: str) -> np.ndarray:
    """The discount factor of each cycle after the treatment."""
    flows = run(base_flows).isel(draw=0).sel(strategy="PE")
    sums = [flows[name] for name in (kind, f"{kind}_undiscounted")]
    parts = [s.sum([d for d in s.dims if d != "cycle"]) for s in sums]
    return (parts[0] / parts[1]).values[12:]


def test_dutch_rates_for_costs_and_effects(tmp_path: Path) -> None:
    dutch = 'steps = [{ cost = "rate_of_costs", effect = "rate_of_effects" }]'
    run = ruled(tmp_path, dutch, row("rate_of_costs", 0.03) + row("rate_of_effects", 0.015))
    ratio = np.log(factors(run, "life_years")) / np.log(factors(country("england"), "life_years"))
    np.testing.assert_allclose(ratio, np.log(1.015) / np.log(1.035), rtol=1e-9)
    ratio = np.log(factors(run, "cost")) / np.log(factors(country("england"), "cost"))
    np.testing.assert_allclose(ratio, np.log(1.03) / np.log(1.035), rtol=1e-9)


def test_danish_steps(tmp_path: Path) -> None:
    danish = """steps = [
        { cost = "rate_first", effect = "rate_first" },
        { start = "35", cost = "rate_second", effect = "rate_second" },
        { start = "70", cost = "rate_third", effect = "rate_third" },
    ]"""
    rows = row("rate_first", 0.035) + row("rate_second", 0.025) + row("rate_third", 0.015)
    run = ruled(tmp_path, danish, rows)
    years = -np.log(factors(country("england"), "cost")) / np.log(1.035)
    expected = 1.035 ** -np.minimum(years, 35) * 1.025 ** -np.maximum(years - 35, 0)
    assert years.max() > 59
    np.testing.assert_allclose(factors(run, "cost"), expected, rtol=1e-9)
    (undiscounted,) = [s for s in run.study.scenarios if s.id == "S39"]
    assert [name for name, _ in undiscounted.changes] == ["rate_first", "rate_second", "rate_third"]


def test_a_rate_without_a_name_can_not_be_set_by_a_scenario(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rates are no inputs of their own; give each a name"):
        ruled(tmp_path, 'steps = [{ cost = "0.03", effect = "0.03" }]', "")
