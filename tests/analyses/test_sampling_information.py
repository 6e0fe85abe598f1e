"""EVSI against closed forms, its limits, and the net benefit of sampling by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hecon.analyses.approval import approval_choices
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.net_benefit_of_sampling import expected_net_benefit
from hecon.analyses.sampling_information import evsi, simulated_data
from hecon.analyses.trial_plan import Measured, Trial, plan
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign
from hecon.studies.load_study import load_study
from hecon.studies.trials import TrialDefinition, read_trial, read_trials

FILE = """
name = "test"
title = "A trial"
sizes = [40, 400]
follow_up_weeks = [52]
fixed_cost = "start"
cost_per_patient = "2 * visit"
years_to_report = "1 + patients / 400"

[[arms]]
strategy = "New"
share = 1

[[outcomes]]
name = "QALYs"
kind = "normal"
sd = "0.8"
values = {{ New = "{formula}" }}

[assumptions.start]
value = 3000
low = 1000
high = 5000
unit = "EUR"
price_year = "2024"
source = "invented"
status = "assumption"

[assumptions.visit]
value = 5
low = 1
high = 20
unit = "EUR/patient"
price_year = "2024"
source = "invented"
status = "assumption"
"""


def definition(tmp_path, text):
    path = tmp_path / "trial.toml"
    path.write_text(text)
    return read_trial(path)


@pytest.fixture
def planned(tmp_path, algebra):
    design = ProbabilisticDesign(algebra.parameters, 50, 1)
    (trial,) = plan(definition(tmp_path, FILE.format(formula="gain")), algebra, design)
    return trial


def trial_of(planned: Trial, *measured: Measured) -> Trial:
    return Trial(planned.definition, 52.0, measured, ("x",), planned.population, planned.number)


def loss(mean, sd):
    z = mean / sd
    return sd * stats.norm.pdf(z) + mean * stats.norm.cdf(z) - max(mean, 0.0)


@pytest.mark.parametrize("method", ["regression", "importance"])
def test_normal_linear(linear, planned, method):
    """Prior sd 1 on a, outcome sd 4: a trial of n halves the doubt at n = 16."""
    z = []
    for seed in range(6):
        table = linear(3000, seed)
        trial = trial_of(planned, Measured("a", table.parameters["a"], 0.5, 0.2, 4.0, None))
        found = evsi(table, trial, [1.0], [40, 200], [method], seed=seed)
        observed = np.array([16, 80])
        exact = [loss(-50, 100 * np.sqrt(n / (n + 16))) for n in observed]
        z.append((found["evsi"] - exact) / found["standard_error"])
    assert np.abs(np.mean(z, axis=0)).max() < 2 / np.sqrt(6)
    assert np.abs(z).max() < 3.5


def test_binomial_conjugate(planned):
    """Net benefit 1000 p - 400 with p ~ Beta(4, 6): the sum over the beta-binomial."""
    n, rng = 30, np.random.default_rng(4)
    p = rng.beta(4, 6, 8000)
    gain = 1000 * p - 400 + rng.normal(0, 100, 8000)
    zero = np.zeros(8000)
    table = DrawsTable(("Old", "New"), np.stack([zero, zero]), np.stack([zero, gain]), {"p": p})
    k = np.arange(n + 1)
    chance = stats.betabinom.pmf(k, n, 4, 6)
    exact = chance @ np.maximum(1000 * (4 + k) / (10 + n) - 400, 0)
    trial = trial_of(planned, Measured("p", p, 1.0, 0.0, 0.0, None))
    for row in evsi(table, trial, [1.0], [n]).to_dict("records"):
        assert row["evsi"] == pytest.approx(exact, abs=3 * row["standard_error"]), row["method"]


def test_it_rises_towards_the_limit_and_the_methods_agree(linear, planned):
    table = linear(4000, 9)
    trial = trial_of(
        planned,
        Measured("a", table.parameters["a"], 0.5, 0.0, 3.0, None),
        Measured("b", stats.norm.cdf(table.parameters["b"]), 0.5, 0.0, 0.0, None),
    )
    found = evsi(table, trial, [1.0], [10, 40, 160, 640, 20_000])
    one, two = (
        found[found["method"] == m].reset_index(drop=True) for m in ("regression", "importance")
    )
    error = np.hypot(one["standard_error"], two["standard_error"])
    small = slice(0, 4)
    assert ((one["evsi"] - two["evsi"]).abs()[small] < 2.5 * error[small]).all()
    assert (np.diff(one["evsi"]) > 0).all()
    assert one["evsi"].iloc[-1] == pytest.approx(one["evppi"].iloc[-1], rel=0.02)
    assert (two["effective_draws"].diff().dropna() < 0).all()


def test_later_outcomes_follow_only_those_who_had_the_first(planned):
    p = np.linspace(0.2, 0.8, 2000)
    q = np.full(2000, 0.5) + np.linspace(-0.1, 0.1, 2000)
    zero = np.zeros(2000)
    table = DrawsTable(("Old", "New"), np.stack([zero, zero]), np.stack([zero, q - 0.5]))
    first, second = Measured("p", p, 1.0, 0.0, 0.0, None), Measured("q", q, 1.0, 0.0, 0.0, 0)
    alone = Measured("q", q, 1.0, 0.0, 0.0, None)
    followed = evsi(table, trial_of(planned, first, second), [1.0], [50], ["importance"])
    everyone = evsi(table, trial_of(planned, first, alone), [1.0], [50], ["importance"])
    # p and q rise together here, so both know q from p; what differs is the number followed
    assert followed["effective_draws"].iloc[0] > everyone["effective_draws"].iloc[0]


def test_draws_weigh_as_much_as_they_make_the_data_likely(planned):
    """Likelihoods by SciPy, a data set at a time: of counts, counts among them, and means."""
    p, q, mean = (
        np.random.default_rng(seed).uniform(*ends, 300)
        for seed, ends in enumerate([(0.1, 0.9), (0.2, 0.6), (5.0, 9.0)])
    )
    measured = (
        Measured("p", p, 0.5, 0.1, 0.0, None),
        Measured("q", q, 0.5, 0.0, 0.0, 0),
        Measured("mean", mean, 0.5, 0.0, 12.0, None),
    )
    (k, n), (j, m), (y, people) = simulated_data(measured, 80, seed=3)
    weights = stats.binom.pmf(k[:, None], n[:, None], p) * stats.binom.pmf(
        j[:, None], m[:, None], q
    )
    weights *= stats.norm.pdf(y[:, None], mean, 12 / np.sqrt(people[:, None]))
    worth = weights.sum(axis=1) ** 2 / (weights**2).sum(axis=1)
    zero = np.zeros((2, 300))
    table = DrawsTable(("Old", "New"), zero, zero + [[0.0], [1.0]] * p)
    found = evsi(table, trial_of(planned, *measured), [1.0], [80], ["importance"], seed=3)
    assert found["effective_draws"].iloc[0] == pytest.approx(np.median(worth), rel=1e-9)


def test_net_benefit_of_sampling_by_hand(planned, linear):
    alike = {"trial": "test", "follow_up_weeks": 52.0, "threshold": 1.0, "method": "regression"}
    rows = [
        alike | {"patients": 40, "evsi": 20.0, "standard_error": 1.0},
        alike | {"patients": 400, "evsi": 60.0, "standard_error": 2.0},
    ]
    found = pd.DataFrame(expected_net_benefit(rows, planned))
    # reports after 1.1 and 2 years of 4; uptake is half in the first year, all later
    assert found["people_after"].tolist() == pytest.approx([290, 200])
    assert found["cost"].tolist() == [3000 + 40 * 10, 3000 + 400 * 10]
    assert found["enbs"].tolist() == pytest.approx([20 * 290 - 3400, 60 * 200 - 7000])
    assert found["optimal"].tolist() == [False, True]
    table = linear(4000, 1)
    gain = float(table.effect[1].mean())
    choices = approval_choices(found, table, planned, "New").query("patients == 400")
    values = choices.set_index("choice")["value"]
    assert values["adopt now, no trial"] == pytest.approx(350 * gain)
    assert values["adopt now, with the trial"] == pytest.approx(150 * gain + 60 * 200 - 7000)
    assert values["wait for the trial"] == pytest.approx(60 * 200 - 7000)
    assert choices.set_index("choice")["best"].to_dict()["wait for the trial"]


def test_a_plan_knows_what_it_informs(tmp_path, algebra):
    design = ProbabilisticDesign(algebra.parameters, 50, 1)
    (trial,) = plan(definition(tmp_path, FILE.format(formula="gain * units")), algebra, design)
    assert trial.informs == ("units", "gain")
    columns = design.block(0, 50)
    expected = columns[("gain", None)] * columns[("units", None)]
    np.testing.assert_allclose(trial.measured[0].truth, expected)


def test_a_plan_follows_computed_rows():
    inputs = Path(__file__).parents[2] / "inputs"
    study = load_study(inputs / "studies" / "ptsd", inputs / "jurisdictions" / "norway")
    design = ProbabilisticDesign(study.parameters, 20, 1)
    trials = plan(
        read_trial(inputs / "studies" / "ptsd" / "trials" / "head_to_head.toml"), study, design
    )
    outcome = {"p_lod_comp_pbo", "lnor_mdma_v_pbo", "lnor_pe_v_supportive", "p_dropout_outcome"}
    outcome |= {"d_mdma", "d_pbo", "rr_dropout_pe"}
    assert set(trials[0].informs) == outcome
    assert set(trials[1].informs) == outcome | {"rate_relapse", "hr_relapse_mdma"}
    years = (104 - 18) / (365.25 / 7)
    assert trials[2].measured[2].dropout == pytest.approx(1 - 0.9**years)
    assert trials[2].number("follow_up_weeks * 2", 1) == 208


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("price", "informs no uncertain parameter"),
        ("gian", "'gian' is not known; did you mean gain"),
        ("gain *", "gain"),
        ("gain * cycle", "cycle"),
    ],
)
def test_formulas_that_cannot_be(tmp_path, algebra, formula, message):
    design = ProbabilisticDesign(algebra.parameters, 50, 1)
    found = definition(tmp_path, FILE.format(formula=formula))
    with pytest.raises(InputError, match=message):
        plan(found, algebra, design)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("share = 1", "share = 0.5", "shares of the arms must add up to 1"),
        ('sd = "0.8"', "", "sd: is needed for a normal outcome"),
        ("{ New =", "{ Nwe =", "needs one formula an arm: New"),
        ("sizes = [40, 400]", "sizes = [1]", "found 1, allowed is 2 or more"),
        ("sizes = [40, 400]", "sizes = [2000000000]", "found 2000000000, allowed is 1e.09 or less"),
        ('status = "assumption"', 'status = "guess"', "found 'guess', allowed is"),
        ("value = 3000", "value = 6000", "found 6000, allowed is 1000 to 5000"),
        ('kind = "normal"', 'kind = "normal"\namong = "x"', "'x' is no earlier binomial outcome"),
    ],
)
def test_files_that_cannot_be(tmp_path, old, new, message):
    with pytest.raises(InputError, match=message):
        definition(tmp_path, FILE.format(formula="gain").replace(old, new, 1))


@pytest.mark.parametrize(
    ("formula", "found"), [("0 - start", "-3000"), ("1 / 0", "inf"), ("0 / 0", "nan")]
)
def test_costs_and_times_that_cannot_be(planned, formula, found):
    with pytest.raises(InputError, match=f"found {found}, allowed is a finite number from 0 up"):
        planned.number(formula, 40)


def test_nobody_would_be_left(tmp_path, algebra):
    text = FILE.format(formula="gain").replace('sd = "0.8"', 'sd = "0.8"\ndropout = "1.2"')
    with pytest.raises(InputError, match=r"dropout: found 1\.2, allowed is a share from 0 to less"):
        plan(definition(tmp_path, text), algebra, ProbabilisticDesign(algebra.parameters, 50, 1))


def test_two_trials_need_two_names(tmp_path, algebra):
    paths = [tmp_path / "first.toml", tmp_path / "second.toml"]
    for path in paths:
        path.write_text(FILE.format(formula="gain"))
    with pytest.raises(InputError, match=r"second.toml.*'test' is the trial of first.toml already"):
        read_trials(paths, algebra.jurisdiction.definition)


def test_the_trials_of_the_study_are_complete():
    folder = Path(__file__).parents[2] / "inputs" / "studies" / "ptsd" / "trials"
    found = [read_trial(path) for path in sorted(folder.glob("*.toml"))]
    assert [f.name for f in found] == ["against-placebo", "head-to-head"]
    for trial in found:
        assert isinstance(trial, TrialDefinition)
        assert trial.follow_up_weeks == [18, 52, 104]
        for name, entry in trial.assumptions.items():
            assert entry.low <= entry.value <= entry.high, name
            assert entry.low < entry.high, name
