"""Content of the PTSD study: joined inputs, ranges that act, severity, money, retracted work."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.article import plain_number
from hecon.analyses.cycle_length import cycle_length
from hecon.analyses.dry_run import dry_run
from hecon.analyses.evaluate import evaluate
from hecon.analyses.one_way import one_way, tornado
from hecon.analyses.pair import base_value, changed_rows, find_parameter
from hecon.analyses.probabilistic import decision
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.scenario_draws import against_base
from hecon.analyses.scenarios import probabilistic_scenario, scenario_design
from hecon.engine.expression import parse
from hecon.engine.values import formula_values
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign, base_case
from hecon.parameters.distributions import Distribution
from hecon.parameters.written_money import amounts
from hecon.studies.load_study import load_study
from hecon.studies.trials import read_trials

INPUTS = Path(__file__).parents[2] / "inputs"
REFERENCE = INPUTS.parent / "reference/ptsd_norway"
NORWAY = INPUTS / "jurisdictions" / "norway"

#: Inputs of the independent program, rounded to four digits, which the expected figures rest on.
ROUNDED = {
    **{"p_lod_comp_pbo": 0.4051, "lnor_mdma_v_pbo": 1.1915, "lnor_pe_v_supportive": 0.5878},
    **{"p_dropout_outcome": 0.1367, "p_uc_outcome": 0.1367, "d_mdma": 0.0505, "d_pbo": 0.1684},
    "rr_dropout_pe": 1.724,
}


@pytest.fixture(scope="module")
def study():
    return load_study(INPUTS / "studies" / "ptsd", NORWAY)


@pytest.fixture(scope="module")
def rounded(study):
    parameters = [
        replace(p, value=ROUNDED[p.name]) if p.name in ROUNDED else p for p in study.parameters
    ]
    return replace(study, parameters=parameters)


def rows_of(study, *ids):
    chosen = [next(s for s in study.scenarios if s.id == i) for i in ids]
    design = scenario_design(study, chosen)
    table = evaluated_table(study, design, [s.compare for s in chosen])
    return {i: row for i, (_, row) in zip(ids, table.iterrows(), strict=True)}


@pytest.fixture(scope="module")
def bars(study):
    table = one_way(study)
    base = evaluated_table(study, base_case(study.parameters), [study.compared]).iloc[0]
    return tornado(table, base, "nmb").set_index("parameter")


@pytest.fixture
def copy(tmp_path):
    """A copy of the inputs whose scenarios can be added to."""
    shutil.copytree(INPUTS / "studies" / "ptsd", tmp_path / "ptsd")

    def with_scenario(line):
        path = tmp_path / "ptsd" / "scenarios.csv"
        path.write_text(path.read_text().rstrip("\n") + f"\n{line}\n")
        return load_study(tmp_path / "ptsd", NORWAY)

    return with_scenario


def test_fault_02_recovery_after_relapse_is_drawn_as_natural_recovery(study):
    columns = study.probabilistic(50, 1).block(0, 50)
    targets = [(parse(n), None) for n in ("rate_recovery", "rate_recovery_relapse")]
    first, second = formula_values(study.model, targets, {}, columns)
    assert first.tolist() == second.tolist()
    assert np.ptp(first) > 0


def test_fault_02_one_end_moves_both(study, bars):
    row = bars.loc["rate_recovery"]
    assert row["low"] == 0.0149
    assert row["nmb_low"] == pytest.approx(-25_026, abs=10)


def test_fault_03_a_computed_range_acts_by_override(bars):
    assert bars.loc["d_pe", "icer_low"] == pytest.approx(999_086, abs=5)
    assert bars.loc["d_pe", "nmb_high"] == pytest.approx(14_892, abs=2)
    ranged = {"d_pe", "p_total_mdma", "p_total_pe", "p_comp_pe", "p_comp_mdma", "m_ptsd", "m_rem"}
    assert ranged <= set(bars.index)


def test_fault_03_what_rests_on_a_computed_range_follows_it(study):
    """p_total_mdma rests on p_comp_mdma; a row that sets one leaves the other to its formula."""
    design = changed_rows(
        study,
        [{("p_comp_mdma", None): 0.6}, {("p_total_mdma", None): 0.7}, {("d_mdma", None): 0.2}],
    )
    base = {p.name: base_value(study, p) for p in study.parameters if p.strategy is None}
    w, d, c = base["p_dropout_outcome"], base["d_mdma"], base["p_comp_mdma"]
    totals = [(1 - d) * 0.6 + d * w, 0.7, 0.8 * c + 0.2 * w]
    assert design.columns[("p_total_mdma", None)] == pytest.approx(totals, rel=1e-12)
    assert design.columns[("p_comp_mdma", None)] == pytest.approx([0.6, c, c], rel=1e-12)


def test_fault_03_a_computed_range_can_be_named(study):
    assert find_parameter(study, "d_pe").name == "d_pe"
    with pytest.raises(InputError, match="d_pe_anchor' is computed"):
        find_parameter(study, "d_pe_anchor")


def test_fault_04_admin_hours_go_with_the_therapist(rounded):
    found = rows_of(rounded, "S44", "S45", "S47", "S65")
    wanted = {"S44": 578_750, "S45": 593_905, "S47": 338_959, "S65": 162_791}
    assert {k: round(r["icer"]) for k, r in found.items()} == pytest.approx(wanted, abs=1)


def test_fault_05_a_scenario_of_usual_care_compares_with_it(rounded):
    row = rows_of(rounded, "S63")["S63"]
    assert row["cost_difference"] == pytest.approx(104_952, abs=5)
    assert row["icer"] == pytest.approx(133_898, abs=5)


def test_fault_05_a_scenario_that_moves_nothing_is_a_fault(copy):
    found = copy("X1,nobody asks,,p_uc_outcome = 0,,,,assumption,assumption")
    with pytest.raises(InputError, match=r"row 84.*scenario X1 moves nothing in MDMA-AT v PE"):
        dry_run(found)


def test_fault_06_the_horizon_leaves_severity_as_it_is(study):
    found = rows_of(study, "S35", "S36", "S37", "S38", "S39")
    shortfalls = {round(r["shortfall"], 9) for r in found.values()}
    assert len(shortfalls) == 1
    assert shortfalls.pop() == pytest.approx(5.87, abs=0.02)
    assert {r["threshold"] for r in found.values()} == {385_000}
    assert found["S38"]["nmb"] == pytest.approx(-61_270, abs=10)


def test_fault_06_each_comparison_has_its_own_standard_care(study):
    found = rows_of(study, "S60", "S61", "S62")
    outcomes = evaluate(study.model, base_case(study.parameters))["qaly_undiscounted"]
    lived = outcomes.sum("source").isel(draw=0)
    base = evaluated_table(study, base_case(study.parameters), [study.compared]).iloc[0]
    assert found["S60"]["shortfall"] == found["S62"]["shortfall"] > found["S61"]["shortfall"]
    gap = float(lived.sel(strategy="PE") - lived.sel(strategy="UC"))
    # beyond the analysis's horizon of 100 years next to nobody lives
    assert found["S60"]["shortfall"] - base["shortfall"] == pytest.approx(gap, abs=1e-3)


def test_fault_07_a_step_of_class_is_told_from_a_switch(study, bars):
    base = evaluated_table(study, base_case(study.parameters), [study.compared])
    chosen = [s for s in study.scenarios if s.id in ("S58", "S21")]
    design = scenario_design(study, chosen)
    table = evaluated_table(study, design, [s.compare for s in chosen])
    table.insert(0, "scenario", [s.id for s in chosen])
    found = against_base(table, base).set_index("scenario")
    assert found["turns"].to_dict() == {"S58": True, "S21": True}
    assert found["turns_by_severity"].to_dict() == {"S58": True, "S21": False}
    assert bars.index[bars["turns_by_severity"]].tolist() == ["m_ptsd"]


def test_fault_08_a_session_less_loses_its_effect(study, bars):
    row = bars.loc["n_dosing_sessions"]
    assert row["icer_low"] == pytest.approx(rows_of(study, "S71")["S71"]["icer"], rel=1e-12)
    assert row["icer_low"] == pytest.approx(1.1e6, rel=0.01)


def test_fault_08_what_is_held_fixed_is_said_with_the_range(bars):
    assert "holds fixed: effect and dropout of PE" in bars.loc["n_pe_sessions", "basis"]


def test_fault_16_an_end_without_effect_is_said_so(bars):
    assert bars.loc["outcome_week_mdma", "basis"].endswith("no effect at the high end")
    assert bars.loc["overnight_share", "basis"].count("no effect") == 0
    assert bars.loc["c_misuse_year", "basis"].endswith("no effect")


@pytest.mark.parametrize(
    ("name", "country", "left"),
    [("ptsd", "norway", 2_083), ("mdd", "norway", 1_950), ("mdd", "england", 126)],
)
def test_fault_09_remission_never_costs_more_than_illness(name, country, left):
    study = load_study(INPUTS / "studies" / name, INPUTS / "jurisdictions" / country)
    design = study.probabilistic(2_000, 1)
    targets = [(parse(n), None) for n in (f"c_{name}_month", "c_rem_month")]
    ill, well = formula_values(study.model, targets, design.numbers, design.block(0, 2_000))
    assert (well <= ill).all()
    assert (well >= 0).all()
    numbers = base_case(study.parameters).numbers
    (base,) = formula_values(study.model, targets[1:], numbers, {})
    assert float(base) == pytest.approx(left, abs=1e-6)
    (none,) = (s for s in study.scenarios if s.title.startswith("State-cost difference 0"))
    model = study.model.with_formulas(none.changes)
    kept = {key: value for key, value in numbers.items() if key not in none.changes}
    ill, well = formula_values(model, targets, kept, {})
    assert float(well) == pytest.approx(float(ill), rel=1e-12)


def test_fault_10_a_range_is_the_interval_or_says_what_it_is(study):
    assert [p.text for p in study.parameters if p.range_at_odds] == []
    gain = next(p for p in study.parameters if p.name == "u_gain")
    assert replace(gain, range_is="").range_at_odds
    drawn = Distribution("normal", (0.0, 1.0))
    same = replace(gain, distribution=drawn, low=-1.96, high=1.96, range_is="")
    assert not same.range_at_odds
    assert replace(same, high=2.4).range_at_odds  # 0.44 of 3.92 is more than a tenth


@pytest.mark.parametrize("scenario", ["S18", "S21"])
def test_fault_11_probabilities_stay_probabilities(study, scenario):
    chosen = next(s for s in study.scenarios if s.id == scenario)
    model, parameters, correlations = probabilistic_scenario(study, chosen)
    design = ProbabilisticDesign(parameters, 10_000, 1, "monte-carlo", correlations)
    columns = design.block(0, design.draws)
    targets = [(parse("p_comp_pe"), None), (parse("p_outcome"), "PE")]
    for values in formula_values(model, targets, design.numbers, columns):
        assert values.min() >= 0
        assert values.max() <= 1


@pytest.mark.parametrize(
    ("currency", "said"),
    [
        (",", "has no currency"),
        ("EUR,2024", "found EUR of 2024"),
        ("NOK,2020", "found NOK of 2020"),
    ],
)
def test_fault_12_an_amount_in_a_scenario_has_a_currency(copy, currency, said):
    with pytest.raises(InputError, match=f"row 84, column currency.*{said}"):
        copy(f"X1,dearer,,unit_mdma_session = 12000,{currency},,assumption,assumption")


def test_fault_12_a_stated_rate_converts(study, copy, tmp_path):
    shutil.copytree(NORWAY, tmp_path / "norway")
    path = tmp_path / "norway" / "jurisdiction.toml"
    path.write_text(
        path.read_text() + '\n[[rates]]\ncurrency = "EUR"\nprice_year = "2024"\nfactor = 11.6\n'
        'source = "a bank"\nstatus = "assumption"\n'
    )
    with pytest.raises(InputError):
        copy("X1,dearer,,unit_mdma_session = 1000,EUR,2024,,assumption,assumption")
    found = load_study(tmp_path / "ptsd", tmp_path / "norway")
    assert found.scenarios[-1].changes[("unit_mdma_session", None)].value == 11_600


@pytest.mark.parametrize(
    ("formula", "held"),
    [
        ("3600", [3600]),
        ("0", []),
        ("1.5 * unit_x", []),
        ("unit_x + 500", [500]),
        ("2 * (unit_x + 500)", [500]),
        ("min(unit_x, 900)", [900]),
        ("12 * 300", [12]),
        ("900 if n > 3 else unit_x", [900]),
    ],
)
def test_fault_12_amounts_are_what_a_formula_states_itself(formula, held):
    assert amounts(parse(formula)) == held


def test_fault_12_a_trial_in_another_currency_is_refused(study, tmp_path):
    text = (INPUTS / "studies/ptsd/trials/head_to_head.toml").read_text()
    path = tmp_path / "trial.toml"
    path.write_text(text.replace('unit = "NOK/patient"', 'unit = "EUR/patient"'))
    with pytest.raises(InputError, match=r"assumptions.patient_cost: found EUR of 2024"):
        read_trials([path], study.jurisdiction.definition)
    path.write_text(text.replace('fixed_cost = "fixed_cost"', 'fixed_cost = "60000000"'))
    with pytest.raises(InputError, match=r"fixed_cost: 6e\+07 is an amount without a currency"):
        read_trials([path], study.jurisdiction.definition)
    for formula, said in (("1 +", "is not one line"), ("1+" * 1500 + "1", "longer than 2000")):
        path.write_text(text.replace('fixed_cost = "fixed_cost"', f'fixed_cost = "{formula}"'))
        with pytest.raises(InputError, match=rf"column fixed_cost: .*{said}"):
            read_trials([path], study.jurisdiction.definition)


def test_fault_12_an_assumption_of_a_trial_is_in_the_money_it_is_shown_in():
    england = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/england")
    rate = next(r for r in england.jurisdiction.definition.rates if r.currency == "NOK")
    cost = next(t for t in england.trials if t.name == "head-to-head").assumptions["patient_cost"]
    assert cost.value == pytest.approx(300_000 * rate.factor)
    assert (cost.unit, cost.price_year) == ("GBP/patient", "2024/25")


def test_fault_12_values_of_a_grid_have_a_currency(tmp_path):
    shutil.copytree(INPUTS / "studies" / "ptsd", tmp_path / "ptsd")
    path = tmp_path / "ptsd" / "study.toml"
    path.write_text(path.read_text().replace('\ncurrency = "NOK"\nprice_year = "2024"', ""))
    with pytest.raises(InputError, match=r"second_values: an amount of money has no currency"):
        load_study(tmp_path / "ptsd", NORWAY)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("payoffs.csv", "c_training_pe /", "500 + c_training_pe /", "row 5, column amount: 500 is"),
        ("variables.csv", "norm,all,", "c_x,all,3000,NOK,\nnorm,all,", "column formula: 3000 is"),
        ("study.toml", '"other_cost"', '"other_cost + 300"', r"handling\].amount: 300 is"),
        ("sessions.csv", "0.0,0,0,0,1,2.5", "0.0,0,0,900,1,2.5", "3, column other_cost: 900 is"),
        (
            "scenarios.csv",
            "S01,PE anchor",
            "X1,dear,,MDMA-AT.1.other_cost = 900,,,,,assumption\nS01,PE anchor",
            "column currency: .*other_cost.* = 900: .* has no currency",
        ),
    ],
)
def test_fault_12_an_amount_in_a_file_without_a_currency(tmp_path, file, old, new, said):
    shutil.copytree(INPUTS / "studies" / "ptsd", tmp_path / "ptsd")
    path = tmp_path / "ptsd" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=said):
        load_study(tmp_path / "ptsd", NORWAY)


def test_fault_13_draws_of_a_study_hold_its_correlations(tmp_path):
    """Two estimates from one pool are one quantity: their draws are the same."""
    study = load_study(INPUTS / "studies" / "ptsd", NORWAY)
    block = study.probabilistic(draws=20, seed=1).block(0, 20)
    one, two = block[("p_dropout_outcome", None)], block[("p_uc_outcome", None)]
    assert one == pytest.approx(two, rel=1e-12)


def test_fault_16_cycles_of_a_half_a_quarter_an_eighth(study):
    found = cycle_length(study)
    assert found["cycle_months"].tolist() == [1, 0.5, 0.25, 0.125]
    assert found["icer"].round().tolist() == [730_647, 712_099, 703_620, 708_712]


def test_fault_17_inputs_act_somewhere(study):
    names = {p.name for p in study.parameters}
    gone = "severe_share prior_mdma_share_trial dropout_timing retreat_share p_sae n_prevalent"
    assert not names & {*gone.split(), "unit_gp_visit", "unit_isf_price"}
    assert "unit_specialist_fte_year" not in names


def test_fault_18_retracted_work_is_in_scenarios_alone_and_counted(study):
    assert [s.id for s in study.scenarios if s.weakest_status == "retracted"] == ["S54", "S59"]
    used = next(p for p in study.parameters if p.name == "p_new_use")
    assert (used.value, used.status, used.distribution.varies) == (0, "assumption", False)


def test_joined_inputs_move_the_probabilistic_result(study):
    """With recovery joined the mean gain is 0.1422 (10,000 draws); 2,000 draws lie near it."""
    outcomes = evaluate(study.model, study.probabilistic(2_000, 1))
    options = list(study.compared)
    cost = outcomes["cost"].sum("item").sel(strategy=options).values
    qaly = outcomes["qaly"].sum("source").sel(strategy=options).values
    gain = qaly[0] - qaly[1]
    assert gain.mean() == pytest.approx(0.1422, abs=4 * gain.std() / np.sqrt(2_000))
    found = decision(options, cost, qaly, np.array([385_000.0]))
    assert float(found["evpi"][0]) < 8_593


def test_fault_33_large_figures_of_an_article_are_no_powers_of_ten():
    table = pd.read_csv(REFERENCE / "article.csv", dtype={"text": str})
    assert table["value"].gt(100_000).any()
    assert not table["text"].str.contains(r"\de[+-]\d").any()
    assert [plain_number(v) for v in (162_800.0, -1_234.5, 999.94, 0.05844)] == [
        *("162,800", "-1,234", "999.9", "0.05844"),
    ]
