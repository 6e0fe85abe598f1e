"""A boundary is met alike by every face, and events are counted as events."""

import numpy as np
import pytest
import tiny

from hecon.analyses.evaluate import evaluate
from hecon.engine.model import LookupTable
from hecon.engine.timing import COUNTING
from hecon.parameters.design import base_case

MONTHLY = ("study.toml", 'cycle_months = "12"', 'cycle_months = "1"')


def totals(found, kind="qaly", **changes):
    outcomes = evaluate(found.model, base_case(found.parameters))
    return outcomes[kind].sel(strategy="A").values.sum()


def test_fault_51_a_step_of_a_table_is_met_at_its_month(tmp_path):
    """Nobody dies before month 14, half do in it: (13 + 11 x 0.5) / 12 life-years by the end."""
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "km.csv").write_text("month,surv\n0,1\n14,0.5\n")
    chance = "1 - km.surv((year + cycle_years) * months_per_year) / km.surv(year * months_per_year)"
    found = tiny.study(
        tmp_path / "study",
        MONTHLY,
        ("study.toml", 'horizon_years = "4"', 'horizon_years = "2"'),
        ("study.toml", '"cycle-means"', '"end-of-cycle"'),
        (
            "study.toml",
            '[[strategies]]\nname = "A"',
            '[tables.km]\nfile = "km.csv"\nsource = "s"\nstatus = "assumption"\n'
            '[[strategies]]\nname = "A"',
        ),
        ("transitions.csv", "0.2", chance),
    )
    assert totals(found) == pytest.approx((13 + 11 * 0.5) / 12, rel=1e-12)


def test_fault_51_a_stopping_rule_pays_its_last_month(tmp_path):
    rule = "100 if year + cycle_years <= 29 / 12 else 0"
    found = tiny.study(
        tmp_path,
        MONTHLY,
        ("transitions.csv", "0.2", "0"),
        ("payoffs.csv", "100 + extra,year", f"{rule},cycle"),
        ("payoffs.csv", "Health", "Extra,cost,Dead,extra,year\nHealth"),
    )
    assert totals(found, "cost") == pytest.approx(2900, rel=1e-12)


@pytest.mark.parametrize("months", [1, 2, 0.5, 0.25, 12, 7])
def test_fault_51_every_boundary_of_every_cycle_is_met(months):
    """Times reached by fractions fall on the multiples of a month that they mean."""
    cycle = np.arange(1.0, 400.0)
    year = (cycle - 1) * months / 12
    reached = (year + months / 12) * 12
    wanted = cycle * months
    table = LookupTable("t", np.concatenate([[-1.0], wanted]), {"v": np.arange(400.0)})
    np.testing.assert_array_equal(table.look_up("v", reached), cycle)


@pytest.mark.parametrize("rule", [n for n in COUNTING if n != "darth-simpson"])
def test_fault_55_deaths_are_counted_once_under_any_rule(tmp_path, rule):
    """1,000 for each death; 1 - 0.8 ** 4 die."""
    found = tiny.study(
        tmp_path,
        ("study.toml", "cycle-means", rule),
        ("payoffs.csv", "Care,cost,Well,100 + extra,year", "Death,cost,Well -> Dead,1000,event"),
        ("payoffs.csv", "Health", "Extra,cost,Well,extra,year\nHealth"),
    )
    assert totals(found, "cost") == pytest.approx(1000 * (1 - 0.8**4), rel=1e-12)
