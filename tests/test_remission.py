"""Two remissions instead of one: nothing changes until a treatment's durability is its own."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.parameters.design import ProbabilisticDesign, base_values, rows
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[1] / "inputs"
NORWAY = INPUTS / "jurisdictions/norway"
RATES = ("rate_recovery", "rate_relapse", "rate_recovery_relapse")


@pytest.fixture(scope="module")
def study():
    return load_study(INPUTS / "studies/ptsd", NORWAY)


def four_states(folder):
    """The study with both remissions in one state, written as it was before they were two."""
    shutil.copytree(INPUTS / "studies/ptsd", folder)
    path = folder / "study.toml"
    text = path.read_text()
    entry = text[
        text.index('[[states]]\nname = "Natural') : text.index('[[states]]\nname = "Relapse')
    ]
    path.write_text(text.replace(entry, ""))
    (folder / "transitions.csv").write_text(
        "from,to,probability\n"
        "PTSD,Dead,p_die_ill\n"
        "PTSD,Remission,(1 - p_die_ill) * (p_outcome if cycle == outcome_cycle else "
        "(1 - exp(-rate_recovery * cycle_years) if cycle > outcome_cycle else 0))\n"
        "PTSD,PTSD,rest\n"
        "Remission,Dead,p_die_well\n"
        "Remission,Relapse,(1 - p_die_well) * p_relapse\n"
        "Remission,Remission,rest\n"
        "Relapse,Dead,p_die_ill\n"
        "Relapse,Remission,(1 - p_die_ill) * p_recover\n"
        "Relapse,Relapse,rest\n"
        "Dead,Dead,rest\n"
    )
    path = folder / "payoffs.csv"
    text = path.read_text()
    assert text.count("Remission; Natural remission") == 2
    path.write_text(text.replace("Remission; Natural remission", "Remission"))
    return load_study(folder, NORWAY)


def test_one_state_or_two_is_the_same(study, tmp_path):
    """With the switch at 0 in every draw, also where durability differs from the comparator's."""
    whole = four_states(tmp_path / "ptsd")
    draws = [ProbabilisticDesign(s.parameters, 20, 1) for s in (study, whole)]
    two, one = (evaluate(s.model, d) for s, d in zip((study, whole), draws, strict=True))
    for name in one.data_vars:
        np.testing.assert_allclose(two[name], one[name], rtol=1e-12, atol=0)
    two, one = (
        base_traces(s.model, d)["share"] for s, d in zip((study, whole), draws, strict=True)
    )
    both = two.sel(state=["Remission", "Natural remission"]).sum("state")
    np.testing.assert_allclose(both, one.sel(state="Remission"), rtol=0, atol=1e-14)


def deaths_by_age():
    with (NORWAY / "life_table.csv").open() as file:
        return {int(row["age"]): row for row in csv.DictReader(file)}


def test_durability_for_life_by_hand(study):
    """Treated remissions survive by the life table and relapse at their own hazard only."""
    numbers = base_values(study.parameters)
    ratio = 0.5
    changes = {
        ("durability_treated_only", None): 1.0,
        ("hr_relapse_mdma", None): ratio,
        ("hr_relapse_years", None): 60.0,
    }
    share = base_traces(study.model, rows(numbers, [changes]))["share"]
    lasting = share.sel(strategy="MDMA-AT").isel(draw=0)
    table, women = deaths_by_age(), numbers[("female_share", None)]
    start = int(numbers[("start_age", None)])
    treated = float(lasting.sel(cycle=5, state="Remission"))  # week 18 falls in month 5
    assert treated > 0.6
    relapse = ratio * numbers[("rate_relapse", None)] / 12
    for cycle in range(6, 60 * 12 + 1):
        age = table[start + (cycle - 1) // 12]
        q = women * float(age["female"]) + (1 - women) * float(age["male"])
        treated *= (1 - q) ** (1 / 12) * np.exp(-relapse)
        if cycle in (6, 100, 401, 720):
            found = float(lasting.sel(cycle=cycle, state="Remission"))
            assert found == pytest.approx(treated, rel=1e-11)


def test_natural_recoveries_relapse_at_the_natural_rate(study):
    """One cycle by hand: who stays in natural remission, and who comes from either illness."""
    numbers = base_values(study.parameters)
    changes = {("durability_treated_only", None): 1.0, ("hr_relapse_mdma", None): 0.0001}
    share = base_traces(study.model, rows(numbers, [changes]))["share"]
    before, after = (share.sel(strategy="MDMA-AT", cycle=c).isel(draw=0) for c in (29, 30))
    age, women = deaths_by_age()[42], numbers[("female_share", None)]
    q = women * float(age["female"]) + (1 - women) * float(age["male"])
    # recovery after a relapse is natural recovery
    numbers[("rate_recovery_relapse", None)] = numbers[("rate_recovery", None)]
    rate = {name: numbers[(name, None)] / 12 for name in RATES}
    ill = (1 - q) ** (numbers[("smr_ptsd", None)] / 12)
    wanted = float(before.sel(state="Natural remission")) * (1 - q) ** (1 / 12)
    wanted *= np.exp(-rate["rate_relapse"])
    for state, name in (("PTSD", "rate_recovery"), ("Relapse", "rate_recovery_relapse")):
        wanted += float(before.sel(state=state)) * ill * (1 - np.exp(-rate[name]))
    assert float(after.sel(state="Natural remission")) == pytest.approx(wanted, rel=1e-12)


def test_the_switch_alone_moves_nothing_while_the_ratio_is_one(study):
    """Ratio 1 and no waning: both remissions relapse alike whatever the switch says."""
    numbers = base_values(study.parameters)
    design = rows(numbers, [{}, {("durability_treated_only", None): 1.0}])
    found = evaluate(study.model, design)
    for name in found.data_vars:
        np.testing.assert_allclose(
            found[name].isel(draw=1), found[name].isel(draw=0), rtol=1e-13, atol=0
        )
