"""Loading: what is read, and how fast."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from hecon.engine.expression import Expr
from hecon.errors import InputError
from hecon.parameters.design import Correlation, ProbabilisticDesign
from hecon.studies.load_study import load_study

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "bad_input" / "small"


@pytest.fixture
def small(tmp_path):
    shutil.copytree(SMALL, tmp_path / "small")
    return tmp_path / "small"


def test_correlations():
    study = load_study(SMALL)
    assert study.correlations == [
        Correlation(("u_ill", None), ("u_well", None), 0.5),
        Correlation(("u_ill", None), ("c_ill", None), -0.3),
    ]
    design = ProbabilisticDesign(study.parameters, 20_000, 3, correlations=study.correlations)
    drawn = design.block(0, 20_000)
    ranks = [np.argsort(np.argsort(drawn[(name, None)])) for name in ("u_ill", "u_well", "c_ill")]
    found = np.corrcoef(ranks)
    # a normal copula's rank correlation is 6 / pi * asin(rho / 2)
    assert found[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.02)
    assert found[0, 2] == pytest.approx(6 / np.pi * np.arcsin(-0.15), abs=0.02)
    assert found[1, 2] == pytest.approx(0.0, abs=0.02)


def test_correlation_by_strategy(small):
    path = small / "correlations.csv"
    path.write_text("first,second,rho\nrate_well[New],rate_well[Old],0.8\n")
    (found,) = load_study(small).correlations
    assert found == Correlation(("rate_well", "New"), ("rate_well", "Old"), 0.8)


def test_without_correlations_scenarios_evidence_and_course(small):
    path = small / "study.toml"
    text = path.read_text().replace('scenarios = "scenarios.csv"\n', "")
    text = text.replace('correlations = "correlations.csv"\n', "")
    text = text.replace('[evidence]\ntrials = "trials.csv"\n', "").partition("[course]")[0]
    path.write_text(text)
    study = load_study(small)
    assert (study.course, study.scenarios, study.correlations) == (None, [], [])


def test_scenario_of_the_general_row(small):
    """A name with a general row and rows by strategy needs [all] to say which is meant."""
    with (small / "variables.csv").open("a") as file:
        file.write("p_well,New,0.5,probability,\n")
    with (small / "parameters.csv").open("a") as file:
        file.write("hr,all,1,,hazard ratio,,,fixed,,,,made up,assumption\n")
        file.write("hr,New,0.5,,hazard ratio,,,fixed,,,,made up,assumption\n")
    path = small / "scenarios.csv"
    path.write_text("id,title,changes\nA,general,hr[all] = 2\nB,own,hr[New] = 3\n")
    general, own = load_study(small).scenarios
    assert general.changes == {("hr", None): Expr("const", value=2.0)}
    assert own.changes == {("hr", "New"): Expr("const", value=3.0)}
    path.write_text("id,title,changes\nA,general,hr = 2\n")
    with pytest.raises(InputError) as caught:
        load_study(small)
    assert str(caught.value) == (
        "small/scenarios.csv, row 2, column changes: 'hr' differs by strategy; "
        "name one of hr[all], hr[New]"
    )


def test_general_population_has_no_strategy(small):
    with (small / "study.toml").open("a") as file:
        file.write('\n[general_population]\nannual_mortality = "q_death"\nutility = "rate_well"\n')
    with pytest.raises(InputError) as caught:
        load_study(small)
    assert str(caught.value) == (
        "small/study.toml, column general_population.utility: "
        "'rate_well' has no row for strategy General population"
    )
