"""Deliberately broken studies: each is caught by the check that should catch it."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from broken_copies import HEALTHY, Copy, ask

from hecon.analyses.verification import strategy_checks, uncertainty_checks
from hecon.analyses.verification.battery import CHECKS, answer, verify
from hecon.analyses.verification.case import ComputedStudy
from hecon.engine import timing
from hecon.engine.clock import Clock
from hecon.engine.expression import parse
from hecon.engine.model import CohortModel
from hecon.engine.payoffs import Credits
from hecon.parameters.distributions import Distribution

ACTS = "Every parameter acts or is named"
UNITS = "Units are consistent"

#: What is wrong; file, text and what it becomes (None adds a line); who must catch it, saying what.
FAULTS = [
    (
        "mortality ratio dropped",
        ("variables.csv", "(smr_ill * cycle_years)", "cycle_years"),
        (ACTS, "smr_ill is a ratio that no formula uses"),
    ),
    (
        "discount applied twice",
        (
            "payoffs.csv",
            "c_month_ill * months_per_year",
            "c_month_ill * months_per_year * (1 + d_first) ** -year",
        ),
        ("No discounting, undiscounted totals", "acts twice"),
    ),
    (
        "cost of a month entered as a year's",
        ("payoffs.csv", "c_month_ill * months_per_year", "c_month_ill"),
        (UNITS, "Care in Ill: gives EUR/month, needed is EUR/year"),
    ),
    (
        "utility above the norm",
        ("payoffs.csv", "m_well * norm.all(age)", "norm.all(age) / m_well"),
        ("No state above the population's utility", "Well (New) by 0.0"),
    ),
    (
        "utility above full health",
        ("payoffs.csv", "m_well * norm.all(age)", "1 + m_well * norm.all(age)"),
        ("QALYs at most life-years", "1.808"),
    ),
    (
        "rate used as a probability",
        ("variables.csv", "1 - exp(-rate_back * cycle_years)", "rate_back"),
        (UNITS, "variables.csv, row 8: p_back: gives per year, needed is probability"),
    ),
    (
        "probability added to a rate",
        ("variables.csv", "exp(-rate_back * cycle_years)", "exp(-(rate_back + p_well) * 0.25)"),
        (UNITS, "adds per year and probability"),
    ),
    (
        "years compared with months",
        ("payoffs.csv", "New,c_new_year", "New,c_new_year if year <= cycle_months else 0"),
        (UNITS, "compares years and months"),
    ),
    (
        "dropout ignored",
        ("study.toml", "1 - p_drop * (session - 1) / (n_sessions - 1)", "1"),
        (ACTS, "p_drop is drawn, but no formula uses it"),
    ),
    (
        "idle parameter",
        ("payoffs.csv", "all,c_crisis,event", "all,0 * c_crisis + 900,event"),
        (ACTS, "c_crisis is used but moves nothing"),
    ),
    (
        "a formula that leads nowhere",
        ("transitions.csv", "(1 - p_die_well) * p_back", "(1 - p_die_well) * 0.02"),
        (ACTS, "rate_back feeds a formula that no result uses"),
    ),
    (
        "price with the wrong sign",
        ("payoffs.csv", "New,c_new_year", "New,-c_new_year"),
        ("Higher price, no lower cost", "c_new_year (New -"),
    ),
    (
        "price that acts through another",
        ("payoffs.csv", "all,c_crisis,", "all,c_crisis * c_hour / 120,"),
        ("Costs are straight in prices", "double prices"),
    ),
    (
        "treatment effect on the wrong strategy",
        ("variables.csv", "rate_now,New,", "rate_now,Old,"),
        ("Parameters move the strategy they concern", "rr_new concerns New but moves Old"),
    ),
    (
        "rate times cycle length instead of the exponential",
        ("variables.csv", "1 - exp(-rate_back * cycle_years)", "rate_back * cycle_years"),
        ("Probabilities rescale with the cycle", "Well (Old)"),
    ),
    (
        "probability that ignores the cycle's length",
        ("variables.csv", "1 - exp(-rate_back * cycle_years)", "1 - exp(-rate_back * 0.25)"),
        ("Half the cycle, nearly the same result", "allowed"),
    ),
    (
        "cost of the dead",
        ("payoffs.csv", "Care,cost,Ill,", "Care,cost,Ill; Dead,"),
        ("Nothing is paid while dead", "Care in Dead"),
    ),
    (
        "item counted twice",
        ("payoffs.csv", None, "Hospital,cost,Ill,all,c_month_ill * months_per_year,year"),
        ("No amount under two names", "Hospital in Ill equals Care in Ill"),
    ),
    (
        "utility counted twice",
        ("payoffs.csv", None, "Quality,qaly,Well,all,m_well * norm.all(age),year"),
        ("No amount under two names", "Quality in Well equals Health in Well"),
    ),
    (
        "utility forgotten",
        ("payoffs.csv", "Health,qaly,Ill,all,m_ill * norm.all(age),year\n", ""),
        (
            "All utilities one: QALYs are life-years",
            "worth nothing, because no row of effects names Ill (New), Ill (Old)",
        ),
    ),
    (
        "life table ten years off",
        ("variables.csv", "life.all(age)", "life.all(age - 10)"),
        ("Tables are read at the right age", "life.all at -10 years"),
    ),
    (
        "mortality that stays at the age of the start",
        ("variables.csv", "1 - (1 - q_general) ** cycle_years", "1 - 0.999 ** cycle_years"),
        ("No more alive than in the population", "New by"),
    ),
    (
        "the dead come back",
        ("transitions.csv", "Dead,Dead,rest", "Dead,Ill,0.02\nDead,Dead,rest"),
        ("The dead stay dead", "2.0% leave Dead for Ill"),
    ),
    (
        "probability above one at the end of a range",
        ("transitions.csv", "(1 - p_die_well) * p_back", "(1 - p_die_well) * p_back * 30"),
        ("Extreme values stay legal", "rate_back = 0.2 (high)"),
    ),
]


@pytest.mark.parametrize(("change", "caught"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_fault_is_caught(copy, change, caught):
    file, old, new = change
    if old is None:
        copy.add(file, new)
    else:
        copy.change(file, old, new)
    name, said = caught
    finding = ask(copy.load(), name)
    assert finding.result == "fail", finding
    assert said in finding.detail


def test_the_healthy_study_passes_everything():
    found = verify(Copy(HEALTHY).load())
    assert len(found) == len(CHECKS)
    assert [(c.name, f) for c, f in found if f.result != "pass"] == []


def test_leaking_state_is_stopped_by_the_engine(copy):
    """Nothing can be measured then, but the units are still read."""
    copy.change("transitions.csv", "Ill,Ill,rest", "Ill,Ill,1 - p_die_ill - p_well")
    results = {c.name: f for c, f in verify(copy.load())}
    first = results.pop("Nobody is lost")
    assert first.result == "fail"
    assert "does not sum to one" in first.detail
    assert results.pop(UNITS).result == "pass"
    assert {f.result for f in results.values()} == {"not applicable"}


# -- faults of the program, not of the study -------------------------------------------------------


def test_discount_factor_that_drifted_from_the_steps():
    study = Copy(HEALTHY).load()
    flat = replace(study.model, discount_effect=parse("(1 + d_later) ** -discount_time"))
    finding = ask(replace(study, model=flat), "Year two discounted by hand")
    assert finding.result == "fail"


@pytest.mark.parametrize("name", ["One cycle by hand", "No mortality, everybody lives"])
def test_counting_rule_that_lost_weight(monkeypatch, name):
    """The wrong rule credits 0.4 of the start and 0.5 of the end of a cycle."""
    rule = timing.COUNTING["cycle-means"]
    monkeypatch.setitem(timing.COUNTING, "cycle-means", replace(rule, before_share=0.4))
    assert ask(Copy(HEALTHY).load(), name).result == "fail"


def test_a_range_that_is_not_its_distributions(copy):
    drawn = "estimate=2; ci_low=1.5; ci_high=2.667,,,,made up,assumption,"
    copy.change("parameters.csv", f"{drawn}plausible", drawn)
    finding = ask(copy.load(), "Ranges and distributions agree")
    assert finding.result == "fail"
    assert finding.detail.endswith("doesn't say so: smr_ill")


def test_draws_that_leave_their_unit(copy):
    """A normal share of 0.2 with a standard deviation of 0.1 is negative in 2.3 % of draws."""
    copy.change("parameters.csv", "beta,mean=0.2; se=0.04", "normal,mean=0.2; sd=0.1")
    finding = ask(copy.load(), "Draws keep to their units")
    assert finding.result == "fail"
    assert "p_drop: 2.28% of draws" in finding.detail


def test_every_check_has_a_fault_that_it_catches():
    """This file names each check at least once where it must fail."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [c.name for c in CHECKS if f'"{c.name}"' not in text] == []


def test_death_that_does_not_reach_everybody(monkeypatch):
    """Where death is certain, a tenth of those who are ill recover instead."""
    honest = CohortModel.transitions_of

    def kinder(self, strategy, source):
        rows = honest(self, strategy, source)
        if source == "Ill" and len(rows) == 1:
            (death,) = rows
            spared = replace(death, target="Well", probability=parse("0.1"))
            return [replace(death, probability=parse("0.9")), spared]
        return rows

    monkeypatch.setattr(CohortModel, "transitions_of", kinder)
    finding = ask(Copy(HEALTHY).load(), "Certain death kills everybody")
    assert finding.result == "fail"
    assert finding.figure == "0.1 alive after one cycle"


def test_discount_rate_that_forgets_time(monkeypatch):
    """All cycles are discounted at the moment of the first."""
    honest = Clock._regular_times

    def stopped(self):
        times = honest(self)
        return {**times, "discount_time": np.full_like(times["cycle"], times["discount_time"][0])}

    monkeypatch.setattr(Clock, "_regular_times", stopped)
    finding = ask(Copy(HEALTHY).load(), "Very high rate leaves the first cycle")
    assert finding.result == "fail"


def test_horizon_that_takes_life_away(monkeypatch):
    """The rule of counting subtracts what is lived after ten years."""
    rule = timing.COUNTING["cycle-means"]

    def after(cycles):
        weights = np.full(cycles + 1, 0.5)
        weights[0] = 0.0
        weights[41:] = -0.7
        return weights

    monkeypatch.setitem(timing.COUNTING, "cycle-means", replace(rule, weights=after))
    finding = ask(Copy(HEALTHY).load(), "Shorter horizon, no more life-years")
    assert finding.result == "fail"


def test_health_that_a_strategy_gets_without_transitions(monkeypatch):
    """The last strategy lives on a life table of its own, whatever its rows say."""
    honest = Credits._discount

    def favoured(self, kind, strategy, local=None):
        node = honest(self, kind, strategy, local)
        if kind == "life_years" and strategy == self.model.strategies[-1]:
            node = self.graph.add("mul", node, self.graph.constant(1.05))
        return node

    monkeypatch.setattr(Credits, "_discount", favoured)
    finding = ask(Copy(HEALTHY).load(), "No treatment effect, equal outcomes")
    assert finding.result == "fail"


@pytest.mark.parametrize(
    "name", ["Equal strategies, equal results", "Strategies swapped, results swapped"]
)
def test_strategy_treated_by_its_place(monkeypatch, name):
    """The last strategy loses its event costs."""
    honest = CohortModel.payoffs_of

    def forgetful(self, strategy):
        last = strategy == self.strategies[-1]
        return [p for p in honest(self, strategy) if not (last and p.on == "transition")]

    monkeypatch.setattr(CohortModel, "payoffs_of", forgetful)
    assert ask(Copy(HEALTHY).load(), name).result == "fail"


def test_without_a_shipped_part_it_is_not_applicable(copy):
    """A study without a population, an age or a length of cycle to change."""
    text = (copy.folder / "study.toml").read_text(encoding="utf-8")
    start = text.index("[general_population]")
    (copy.folder / "study.toml").write_text(text[:start], encoding="utf-8")
    copy.change("study.toml", 'cycle_months = "cycle_months"', 'cycle_months = "3"')
    study = copy.load()
    for name, reason in (
        ("No state above the population's utility", "no general population"),
        ("No more alive than in the population", "no general population"),
        ("Half the cycle, nearly the same result", "not a parameter"),
        ("Probabilities rescale with the cycle", "not a parameter"),
    ):
        finding = ask(study, name)
        assert finding.result == "not applicable"
        assert reason in finding.detail


def test_idle_parameter_with_a_note_is_named(copy):
    copy.change("study.toml", "1 - p_drop * (session - 1) / (n_sessions - 1)", "1")
    path = copy.folder / "parameters.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    noted = [
        f"{line},{'note' if i == 0 else 'kept for the reader' if 'p_drop' in line else ''}"
        for i, line in enumerate(lines)
    ]
    path.write_text("\n".join(noted) + "\n", encoding="utf-8")
    finding = ask(copy.load(), ACTS)
    assert finding.result == "pass"
    assert "idle, no formula uses them: p_drop" in finding.detail


def test_distribution_off_the_base_case():
    """The files can't say this: reading them refuses it."""
    study = Copy(HEALTHY).load()
    off = [
        replace(p, distribution=Distribution("normal", (300.0, 25.0)))
        if p.name == "c_month_ill"
        else p
        for p in study.parameters
    ]
    finding = ask(replace(study, parameters=off), "Base values are their distributions' centres")
    assert finding.result == "fail"
    assert "c_month_ill 250, mean 300 (2.0 standard deviations)" in finding.detail


def test_fault_48_a_base_value_that_is_no_mean_is_not_curvature():
    """Costs are a straight line in a price, so that nothing of the gap is curvature."""
    study = Copy(HEALTHY).load()
    off = [
        replace(p, distribution=Distribution("normal", (300.0, 25.0)))
        if p.name == "c_month_ill"
        else p
        for p in study.parameters
    ]
    detail = ask(replace(study, parameters=off), "Mean of draws near the base case").detail
    parts = re.findall(r"(means|curvature) ([-+.\de]+) \(most of it in (\w+)\)", detail)
    (_, moved, first), (_, curved, second) = parts
    assert first == "c_month_ill" != second
    assert abs(float(moved)) > 5 * abs(float(curved))


def test_fault_48_one_beside_a_narrow_beta(copy):
    """Mean 200/203: within a fiftieth of 1, but almost two standard deviations below it."""
    header = (copy.folder / "parameters.csv").read_text(encoding="utf-8").splitlines()[0]
    cells = {
        "name": "sure", "strategy": "all", "description": "a share", "unit": "share", "value": "1",
        "distribution": "beta", "distribution_parameters": "alpha=200; beta=3",
        "source": "invented", "status": "assumption", "note": "a test",
    }  # fmt: skip
    line = ",".join(cells.get(name, "") for name in header.split(","))
    copy.add("parameters.csv", line)
    finding = ask(copy.load(), "Base values are their distributions' centres")
    assert finding.result == "fail"
    assert "sure 1, mean 0.9852" in finding.detail


def test_draws_off_their_distributions(monkeypatch):
    class Off(uncertainty_checks.ProbabilisticDesign):
        def block(self, first, last):
            return {key: 1.2 * values for key, values in super().block(first, last).items()}

    monkeypatch.setattr(uncertainty_checks, "ProbabilisticDesign", Off)
    finding = ask(Copy(HEALTHY).load(), "Mean of draws near the base case")
    assert finding.result == "fail"


def test_fault_49_an_input_that_acts_only_beside_a_zero_is_no_leftover(copy):
    """Of a base case with no men: half and twice of none are none."""
    header = (copy.folder / "parameters.csv").read_text(encoding="utf-8").splitlines()[0]
    for name, value, unit in (("male", "0", "share"), ("c_male", "7", "EUR/year")):
        cells = {
            "name": name,
            "strategy": "all",
            "unit": unit,
            "value": value,
            "source": "invented",
        }
        cells |= {"status": "assumption"}
        if "EUR" in unit:
            cells |= {"currency": "EUR", "price_year": "2024"}
        copy.add("parameters.csv", ",".join(cells.get(n, "") for n in header.split(",")))
    copy.add("payoffs.csv", "Extra,cost,Ill,all,male * c_male,year")
    finding = ask(copy.load(), ACTS)
    assert finding.result == "pass", finding.detail
    assert "c_male together with male" in finding.detail


def test_fault_50_several_effects_on_one_state_add_up(copy):
    copy.add("payoffs.csv", "Side effects,qaly,Ill,all,0.01 * m_ill,year")
    finding = ask(copy.load(), "All utilities one: QALYs are life-years")
    assert finding.result == "pass"
    assert "Ill (New) has 2: Health, Side effects" in finding.detail


@pytest.mark.parametrize(
    ("name", "variable", "factor"),
    [
        ("Costs are the sum of their items", "cost", 1.01),
        ("QALYs are the sum of their sources", "qaly", 1.01),
        ("All costs zero: nothing is paid", "qaly", 1.01),
        ("All effects zero: no QALYs", "cost", 1.01),
        ("Discounting lowers", "life_years", 2.0),
        ("No discounting, undiscounted totals", "cost_undiscounted", 1.01),
    ],
)
def test_totals_that_are_a_little_off(name, variable, factor):
    """The base case is tampered with after it was computed."""
    case = ComputedStudy(Copy(HEALTHY).load())
    case.base = case.base.assign({variable: case.base[variable] * factor})
    (check,) = [c for c in CHECKS if c.name == name]
    assert answer(check, case).result == "fail"


@pytest.mark.parametrize(
    "name", ["Nobody is lost", "The dead stay dead", "Deaths counted by transitions"]
)
def test_trace_that_loses_somebody(name):
    case = ComputedStudy(Copy(HEALTHY).load())
    share = case.share.copy()
    share[:, -1, :] *= 0.9
    case.share = share
    (check,) = [c for c in CHECKS if c.name == name]
    assert answer(check, case).result == "fail"


def test_falling_icers_on_a_frontier(monkeypatch):
    """A frontier that forgot extended dominance: the second step is cheaper per QALY."""
    study = Copy(HEALTHY).load()
    wrong = pd.DataFrame(
        {
            "strategy": ["Old", "New"],
            "status": ["on the frontier"] * 2,
            "icer": [3000.0, 2000.0],
        }
    )
    monkeypatch.setattr(strategy_checks, "frontier", lambda *found: wrong)
    assert ask(study, "ICERs rise along the frontier").result == "fail"
