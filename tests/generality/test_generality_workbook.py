"""Cycles of different length, and time in a state, in the workbook: replayed and typed over."""

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from openpyxl.utils import get_column_letter

from hecon.analyses.base_case import base_outcomes
from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.parameters.design import base_values, rows
from hecon.studies.load_study import load_study
from hecon.workbook.book import compose
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.proof import prove, replays
from hecon.workbook.sheets.model_settings import AGREES

HERE = Path(__file__).parent
CHOSEN = ("base case", "scenario S1", "scenario S2", "scenario S3", "horizon low", "short high")


@cache
def run_of(name):
    return Run(load_study(HERE / "studies" / name, HERE / "jurisdiction"), Settings(draws=20))


class Live:
    """A study's workbook, into which values can be typed."""

    def __init__(self, run, folder):
        self.study = run.study
        path = folder / "live.xlsx"
        self.plain = compose(run).workbook
        self.plain.save(path)
        self.engine = LiveWorkbook(path)
        self.values = self.engine.values()

    def row(self, sheet, label):
        """The first row whose label in column A begins so."""
        cells = self.plain[sheet]["A"]
        return next(c.row for c in cells if str(c.value or "").startswith(label))

    def type(self, name, value):
        """Type a base value on Inputs."""
        self.engine.set("Inputs", self.row("Inputs", name), 4, float(value))
        self.values = self.engine.values()

    def value(self, sheet, label, column):
        return self.values[sheet][f"{get_column_letter(column)}{self.row(sheet, label)}"]

    def totals(self):
        """Discounted cost, QALYs and life-years by strategy."""
        width = len(self.study.model.strategies)
        labels = ("Total cost", "Total QALYs", "Life-years, discounted")
        return np.array(
            [[self.value("Results", text, 2 + j) for j in range(width)] for text in labels]
        )

    def expected(self, **changes):
        """The same from Python."""
        changed = {(name, None): value for name, value in changes.items()}
        found = evaluate(self.study.model, rows(base_values(self.study.parameters), [changed]))
        parts = (found["cost"].sum("item"), found["qaly"].sum("source"), found["life_years"])
        return np.array([part.transpose("strategy", "draw").values[:, 0] for part in parts])

    def check(self, text):
        """The value of the check whose text holds `text`."""
        cells = self.plain["Checks"]["A"]
        (row,) = [c.row for c in cells if text in str(c.value or "")]
        return self.values["Checks"][f"B{row}"]


@pytest.mark.parametrize(
    "name", [pytest.param("two_lengths", marks=pytest.mark.long), "uneven_memory"]
)
def test_cycles_of_different_length_by_formualizer(name):
    listed = [r for r in replays(run_of(name)) if r.name in CHOSEN or "draw" in r.name]
    assert len(listed) == len(CHOSEN) + 20
    table = prove(run_of(name), listed, libreoffice=False)
    assert (table["difference"] <= AGREES).all()
    assert table["cells"].min() > 0


@pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="LibreOffice is missing: the second spreadsheet engine did not run",
)
def test_cycles_of_different_length_by_libreoffice():
    listed = [r for r in replays(run_of("two_lengths")) if r.name in CHOSEN]
    table = prove(run_of("two_lengths"), listed)
    assert table["against"].nunique() == 2
    assert (table["difference"] <= AGREES).all()


def test_a_horizon_that_is_typed(tmp_path):
    live = Live(run_of("two_lengths"), tmp_path)
    live.type("horizon", 4)
    np.testing.assert_allclose(live.totals(), live.expected(horizon=4.0), rtol=1e-12)
    assert live.value("Inputs", "cycles", 3) == 15
    live.type("start_age", 45)
    found = live.expected(horizon=4.0, start_age=45.0)
    np.testing.assert_allclose(live.totals(), found, rtol=1e-12)
    assert live.check("The cycles fill the horizon") is True
    # the fourth year would end after three and a half; 20 years need more rows than there are
    for horizon in (3.5, 20):
        live.type("horizon", horizon)
        assert live.check("The cycles fill the horizon") is False


@pytest.mark.parametrize("length", ["short", "short + 0 * cycle"])
def test_a_session_after_the_horizon(tmp_path, length):
    """Even cycles of a month: 1, 2 and 4 hours are within five years, the last 8 are after them."""
    folder = tmp_path / "even"
    shutil.copytree(HERE / "studies" / "two_lengths", folder)
    text = (folder / "variables.csv").read_text(encoding="utf-8")
    old = "short if cycle * short <= 12 else 12"
    assert old in text
    (folder / "variables.csv").write_text(text.replace(old, length), encoding="utf-8")
    study = load_study(folder, HERE / "jurisdiction")
    middles = (np.array([1, 7, 19]) - 0.5) / 12
    paid = 100 * (np.array([1, 2, 4]) * 1.04**-middles).sum()
    found = Run(study, Settings(draws=5))
    cost = found(base_outcomes)["cost"].isel(draw=0).sel(strategy="Treated", item="Therapist")
    assert float(cost) == pytest.approx(paid, rel=1e-12)
    live = Live(found, tmp_path)
    assert live.value("Sessions", "Therapist (EUR 2024, discounted", 3) == pytest.approx(paid)
    assert live.value("Sessions", "Therapist (EUR 2024, undiscounted", 3) == 700
    assert live.value("Sessions", "therapist_hours (h)", 3) == 7
    np.testing.assert_allclose(live.totals(), live.expected(), rtol=1e-12)
    # within six years the last session counts
    live.type("horizon", 6)
    np.testing.assert_allclose(live.totals(), live.expected(horizon=6.0), rtol=1e-12)
    assert live.value("Sessions", "Therapist (EUR 2024, undiscounted", 3) == 1500


@pytest.mark.long
def test_time_in_a_state_follows_the_cycle_that_is_typed(tmp_path):
    live = Live(run_of("tunnel"), tmp_path)
    for months in (1.0, 2.0, 4.0):
        live.type("cycle_months", months)
        np.testing.assert_allclose(live.totals(), live.expected(cycle_months=months), rtol=1e-12)
        assert live.check("Trace Treated: there are columns for all the time") is True


def test_a_cycle_too_short_to_remember_is_told_in_words(tmp_path):
    """Three years in cycles of six months need seven steps; the sheet has four."""
    folder = tmp_path / "short_memory"
    shutil.copytree(HERE.parent / "workbook/studies/memory", folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('cycle_months = "12"', 'cycle_months = "cycle_months"')
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with (folder / "parameters.csv").open("a", encoding="utf-8") as file:
        file.write("cycle_months,12,months,,,,,,,,example,assumption\n")
    live = Live(Run(load_study(folder), Settings(draws=5)), tmp_path)
    (row,) = [
        c.row for c in live.plain["Trace new"]["A"] if "is remembered as long" in str(c.value)
    ]
    assert live.check("Trace new: there are columns") is True
    assert live.values["Trace new"][f"A{row}"].startswith("Time in a state is remembered")
    np.testing.assert_allclose(live.totals(), live.expected(), rtol=1e-12)
    live.type("cycle_months", 24)
    np.testing.assert_allclose(live.totals(), live.expected(cycle_months=24.0), rtol=1e-12)
    live.type("cycle_months", 6)
    assert live.check("Trace new: there are columns") is False
    assert live.values["Trace new"][f"A{row}"].startswith("WRONG FIGURES")
    assert live.values["Checks"]["B3"] is False


@pytest.mark.parametrize(
    ("name", "cost", "qaly"),
    [
        ("three_lines", "half-cycle", "cycle-means"),
        ("three_lines", "cycle-means", "simpson"),
        ("uneven_memory", "end-of-cycle", "start-of-cycle"),
    ],
)
def test_costs_counted_by_a_rule_of_their_own(tmp_path, name, cost, qaly):
    folder = tmp_path / name
    shutil.copytree(HERE / "studies" / name, folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    rules = f'counting = {{ cost = "{cost}", qaly = "{qaly}" }}'
    (folder / "study.toml").write_text(
        text.replace('counting = "cycle-means"', rules), encoding="utf-8"
    )
    run = Run(load_study(folder, HERE / "jurisdiction"), Settings(draws=5))
    assert run.study.model.apart() is not None
    listed = [r for r in replays(run) if r.name in ("base case", "scenario S1", "draw 3")]
    table = prove(run, listed, libreoffice=False)
    assert (table["difference"] <= AGREES).all()
