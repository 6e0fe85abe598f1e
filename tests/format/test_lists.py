"""One row for several strategies, states or transitions; a shared quantity is drawn once."""

import numpy as np
import pytest
from tiny import FILES, faults, study

from hecon.analyses.evaluate import evaluate
from hecon.analyses.one_way import ranges
from hecon.analyses.preflight import notes
from hecon.parameters.design import ProbabilisticDesign, base_case

THIRD = ("study.toml", 'name = "B"\n', 'name = "B"\n[[strategies]]\nname = "C"\n')
HEADER = (
    "name,strategy,value,unit,low,high,distribution,distribution_parameters,currency,price_year,"
    "source,status\nextra,A,0,EUR/year,,,,,EUR,2024,invented,assumption\n"
)
EFFECT = "10,EUR/year,5,20,gamma,mean = 10; se = 4,EUR,2024,invented,assumption\n"


def totals(loaded, design=None):
    found = evaluate(loaded.model, design or base_case(loaded.parameters))
    return found["cost"].sum("item"), found["qaly"].sum("source")


def test_a_quantity_of_two_strategies_is_drawn_once(tmp_path):
    loaded = study(tmp_path, THIRD, parameters=HEADER + f"extra,B; C,{EFFECT}")
    cost, _ = totals(loaded, ProbabilisticDesign(loaded.parameters, 40, 1))
    np.testing.assert_array_equal(cost.sel(strategy="B"), cost.sel(strategy="C"))
    assert cost.sel(strategy="B").std() > 0
    assert [r.parameter.text for r in ranges(loaded)] == ["extra[B]"]
    assert notes(loaded) == []


def test_equal_rows_that_are_drawn_apart_are_told_with_the_remedy(tmp_path):
    rows = HEADER + f"extra,B,{EFFECT}" + f"extra,C,{EFFECT}"
    (found,) = notes(study(tmp_path, THIRD, parameters=rows))
    assert found.startswith(f"{tmp_path.name}/parameters.csv, row 3: extra has the same value")
    assert "write one row with the strategy 'B; C'" in found


def test_a_scenario_moves_all_strategies_that_share_a_quantity(tmp_path):
    loaded = study(
        tmp_path,
        THIRD,
        parameters=HEADER + f"extra,B; C,{EFFECT}",
        scenarios="id,title,changes,currency,price_year\nS1,t,extra[B] = 30,EUR,2024\n",
    )
    from hecon.analyses.scenarios import scenario_table

    row = scenario_table(loaded).iloc[0]
    assert row["cost C"] == pytest.approx(row["cost B"], rel=1e-14)
    assert row["cost B"] > float(totals(loaded)[0].sel(strategy="B")[0]) + 30


def test_lists_of_strategies_states_and_transitions_are_rows_of_their_own(tmp_path):
    states = (
        "study.toml",
        '[[states]]\nname = "Dead"',
        '[[states]]\nname = "Ill"\n\n[[states]]\nname = "Dead"',
    )
    long = study(
        tmp_path / "long",
        states,
        transitions="from,to,strategy,probability\nWell,Ill,all,0.1\nWell,Dead,A,0.2\n"
        "Well,Dead,B,0.2\nWell,Well,all,rest\nIll,Dead,A,0.2\nIll,Dead,B,0.2\nIll,Ill,all,rest\n"
        "Dead,Dead,all,rest\n",
        payoffs=FILES["payoffs.csv"]
        + "Burial,cost,Well -> Dead,50,event\nBurial,cost,Ill -> Dead,50,event\n",
    )
    short = study(
        tmp_path / "short",
        states,
        transitions="from,to,strategy,probability\nWell,Ill,all,0.1\nWell; Ill,Dead,A; B,0.2\n"
        "Well,Well,all,rest\nIll,Ill,all,rest\nDead,Dead,all,rest\n",
        payoffs=FILES["payoffs.csv"] + "Burial,cost,Well -> Dead; Ill -> Dead,50,event\n",
    )
    for one, other in zip(totals(long), totals(short), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_name_in_a_list_must_be_one(tmp_path):
    transitions = (
        "from,to,strategy,probability\nWell,Dead,A; D,0.2\nWell,Well,all,rest\nDead,Dead,all,rest\n"
    )
    (found,) = faults(tmp_path, transitions=transitions)
    assert "row 2, column strategy: 'D' is not a strategy" in found
