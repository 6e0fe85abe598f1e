"""Choices of synthesis side by side, what parameters rest on, and the article's facts."""

import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.article import article_facts
from hecon.analyses.base_case import base_comparison
from hecon.analyses.drawn import partial_information
from hecon.analyses.evidence import input_evidence
from hecon.analyses.flows import courses
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run, Settings
from hecon.analyses.scenarios import scenario_results
from hecon.analyses.syntheses import synthesis_choices
from hecon.errors import InputError
from hecon.studies.load_study import load_study
from hecon.studies.study import BASE

INPUTS = Path(__file__).parents[2] / "inputs"
STUDY, JURISDICTION = Path("studies", "ptsd"), Path("jurisdictions", "norway")


@cache
def run():
    return Run(load_study(INPUTS / STUDY, INPUTS / JURISDICTION), Settings(600))


@cache
def syntheses():
    return run()(synthesis_choices).set_index("scenario")


def odds(p):
    return p / (1 - p)


def test_odds_ratio_is_that_of_the_probabilities():
    for _, row in syntheses().iterrows():
        ratio = odds(row["p_intervention"]) / odds(row["p_comparator"])
        assert row["odds_ratio"] == pytest.approx(ratio)
        assert row["odds_ratio_low"] < ratio < row["odds_ratio_high"]


def test_base_case_and_every_choice_are_there():
    study = run().study
    chosen = [s.id for s in study.scenarios if s.estimates]
    assert list(syntheses().index) == [BASE, *chosen]
    assert {"S01", "S04", "S05", "S06", "S07", "S08", "S09", "S59"} <= set(chosen)
    base = run()(base_comparison)
    assert syntheses().loc[BASE, "icer"] == pytest.approx(base.icer)
    table = run()(scenario_results).set_index("scenario")
    assert syntheses().loc["S06", "icer"] == table.loc["S06", "icer"]


def test_effects_by_hand():
    """The naive comparison's interval, from its two estimates as independent normals on log odds.

    Their logits have standard errors 0.2117 and 0.4824, so the log odds ratio 0.5267; the betas
    that stand for them are not quite normal, hence 8 %.
    """
    row = syntheses().loc["S05"]
    wanted = math.exp(0.5894 - 1.96 * 0.5267), math.exp(0.5894 + 1.96 * 0.5267)
    assert (row["odds_ratio_low"], row["odds_ratio_high"]) == pytest.approx(wanted, rel=0.08)
    assert "pe_lod 0.51 (0.29 to 0.73)" in row["estimates"]


def test_ends_of_intervals_are_numbers_in_every_draw():
    """Both effects at an end: only dropout and what dropouts achieve are left uncertain."""
    wide = np.log(syntheses()["odds_ratio_high"] / syntheses()["odds_ratio_low"])
    assert wide["S67"] < wide[BASE] / 3


def test_what_parameters_rest_on():
    table = run()(input_evidence).set_index("parameter")
    row = table.loc["lnor_mdma_v_pbo"]
    assert (row["status"], row["estimate"], row["weak"]) == ("derived", "mdma_v_pbo", False)
    assert row["rows"].endswith("T001, T002, T003, T004")
    assert row["needed"].startswith("a third phase 3 trial")
    one_way = run()(one_way_ends)
    nmb = one_way[one_way["parameter"] == "lnor_mdma_v_pbo"]["nmb"]
    assert row["swing"] == pytest.approx(nmb.max() - nmb.min())
    partial = run()(partial_information).set_index("set")["evppi"]
    assert row["evppi"] == partial["lnor_mdma_v_pbo"]
    assert len(table) == sum(p.is_input for p in run().study.parameters)


def test_weak_links_come_first_by_influence():
    table = run()(input_evidence)
    weak = table["weak"].tolist()
    assert weak == sorted(weak, reverse=True)
    assert set(table[table["weak"]]["status"]) == {"assumption"}
    swings = table[table["weak"]]["swing"]
    assert swings.iloc[0] == swings.max()
    assert all(table[table["weak"] & (table["swing"] > 0)]["needed"])


def test_every_fact_of_the_article_has_a_figure():
    study = run().study
    table = run()(article_facts)
    facts = study.evidence("article")
    assert len(facts) == 13
    assert set(table["fact"]) == {f["id"] for f in facts}
    figures = table.set_index("figure")
    assert figures.loc["of those assessed", "value"] == pytest.approx(65 / 94, abs=1e-4)
    assert figures.loc["of all who start", "value"] == pytest.approx(0.6635, abs=1e-4)
    assert figures.loc["dropout in the base case", "value"] == 5 / 99
    assert figures.loc["response in that trial (9 of 12)", "value"] == pytest.approx(0.75)
    scenario = run()(scenario_results).set_index("scenario")
    assert figures.loc["ICER at 9.3 %", "value"] == scenario.loc["S17", "icer"]
    course = run()(courses).set_index(["strategy", "quantity"])["value"]
    assert figures.loc["drug units with dropout", "value"] == course["MDMA-AT", "drug_sessions"]
    doubled = figures.loc["ICER if the relapse hazard is doubled for 5 years"]
    assert math.isnan(doubled["value"])
    assert doubled["text"] == "dominated"


BROKEN = {
    "p_comp_mdm": "'p_comp_mdm' is not a parameter or variable; did you mean p_comp_mdma",
    "scenario(S999, icer)": "'S999' is not a scenario",
    "scenario(S17, icre)": "'icre' is not a column; did you mean icer",
    "estimate(mdma_v_pb)": "'mdma_v_pb' is not an estimate; did you mean mdma_v_pbo",
    "quantity(MDMA-AT, drug_session)": "'drug_session' is not a quantity of the course; did",
    "": "found 'x =', allowed is 'label = reference'",
}


def facts_of(inputs):
    return Run(load_study(inputs / STUDY, inputs / JURISDICTION))(article_facts)


@pytest.mark.parametrize("reference", BROKEN)
def test_a_figure_that_is_not_there(tmp_path, reference):
    shutil.copytree(INPUTS, tmp_path / "inputs")
    path = tmp_path / "inputs" / STUDY / "seed_facts.csv"
    path.write_text(
        f'id,seed_fact,status,figures,own_cross_check\nF1,a fact,secondary,"x = {reference}",\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        facts_of(tmp_path / "inputs")
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.column) == ("ptsd/seed_facts.csv", 2, "figures")
    assert fault.message.startswith(BROKEN[reference])
