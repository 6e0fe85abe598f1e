"""What payoffs, thresholds and shares come to once their formulas are worked out."""

import pytest
import tiny

from hecon.analyses.dry_run import dry_run
from hecon.analyses.preflight import notes
from hecon.analyses.verification.case import ComputedStudy
from hecon.analyses.verification.finding import PASS
from hecon.analyses.verification.horizon_checks import one_cycle
from hecon.engine.timing import COUNTING
from hecon.errors import InputError


def refused(folder, *changes, **files):
    """The one fault that a dry run finds."""
    with pytest.raises(InputError) as caught:
        dry_run(tiny.study(folder, *changes, **files))
    (fault,) = caught.value.faults
    return str(fault).partition("/")[2]


def payoff(old, new):
    return ("payoffs.csv", old, new)


@pytest.mark.parametrize("amount", ["2 + 3", "0.5 + 0.001 * 600", "year + 1"])
def test_fault_85_a_formula_gives_no_utility_above_one(tmp_path, amount):
    found = refused(tmp_path, payoff("Health,qaly,Well,1", f"Health,qaly,Well,{amount}"))
    assert found.startswith("payoffs.csv, row 3, column amount")
    lived = (1 + 0.8) / 2 * (1 + 0.8 + 0.8**2 + 0.8**3)
    assert f"QALYs in {lived:g} years in Well" in found


def test_fault_85_utilities_of_one_state_add_up_to_one_at_most(tmp_path):
    rows = "Health,qaly,Well,0.6,year\nMore,qaly,Well,0.5,year"
    assert "years in Well" in refused(tmp_path, payoff("Health,qaly,Well,1,year", rows))


def test_fault_85_a_row_of_a_strategy_takes_the_place_of_the_general_one(tmp_path):
    """A general row that no strategy uses is never looked at."""
    rows = (
        "item,kind,on,strategy,amount,per\nCare,cost,Well,all,100 + extra - 999,year\n"
        "Care,cost,Well,A,5 + extra,year\nCare,cost,Well,B,5 + extra,year\n"
        "Health,qaly,Well,all,1 + 0.5,year\n"
        "Health,qaly,Well,A,1,year\nHealth,qaly,Well,B,0.5,year\n"
    )
    dry_run(tiny.study(tmp_path, payoffs=rows))


@pytest.mark.parametrize(
    ("amount", "comes_to"), [("extra - 100", "in A; a cost can't be negative"), ("1e200", "1e+15")]
)
def test_fault_85_a_formula_gives_no_cost_below_zero_or_beyond_sums(tmp_path, amount, comes_to):
    found = refused(tmp_path, payoff("100 + extra", f"{amount} + extra * 0"))
    assert found.startswith("payoffs.csv, row 2, column amount: 'Care' comes to")
    assert comes_to in found


@pytest.mark.parametrize("cost", ["-1", "1/0", "0/0", "1e308", "-extra_cost"])
def test_fault_78_what_a_qaly_may_cost_is_a_figure(tmp_path, cost):
    row = "\nextra_cost,all,5,EUR,,,,,EUR,2024,s,assumption\nextra,A"
    found = refused(
        tmp_path,
        ("jurisdiction.toml", '"20000"', f'"{cost}"'),
        ("parameters.csv", "\nextra,A", row),
    )
    assert ", column opportunity_cost: found" in f", {found}"


def test_fault_85_shares_of_one_whole_still_add_up_in_a_scenario(tmp_path):
    shares = (
        "parameters.csv",
        "\nextra,A",
        "\np_a,all,0.25,share,,,dirichlet,alpha=10; group=mix,,,s,assumption"
        "\np_b,all,0.75,share,,,dirichlet,alpha=30; group=mix,,,s,assumption\nextra,A",
    )
    used = payoff("100 + extra", "100 * p_a + 50 * p_b + extra")
    header = "id,title,why,changes,source,status\n"
    found = refused(
        tmp_path / "one", shares, used, scenarios=header + "S,s,w,p_a = 0.9,s,assumption\n"
    )
    assert "scenarios.csv, row 2, column changes" in found
    assert "add up to 1.65" in found
    both = header + "S,s,w,p_a = 0.9; p_b = 0.1,s,assumption\n"
    dry_run(tiny.study(tmp_path / "both", shares, used, scenarios=both))


def test_fault_85_a_study_in_which_nobody_has_qalys_is_noted(tmp_path):
    found = tiny.study(tmp_path, payoff("Health,qaly,Well,1,year\n", ""))
    assert any("nobody has QALYs" in note for note in notes(found))


@pytest.mark.parametrize("rule", [n for n in COUNTING if n != "simpson"])
def test_fault_55_the_battery_counts_an_event_once(tmp_path, rule):
    """A sound model passes the check by hand under every rule that counts one cycle."""
    found = tiny.study(
        tmp_path,
        ("study.toml", "cycle-means", rule),
        payoff("Care,cost,Well,100 + extra,year", "Death,cost,Well -> Dead,1000 + extra,event"),
    )
    assert one_cycle(ComputedStudy(found)).result == PASS
