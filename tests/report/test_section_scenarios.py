"""Scenarios of the study with a closed form: net benefit is 6,000 - 4 * price."""

import shutil

import numpy as np
import pytest

from hecon.analyses.drawn import drawn_table
from hecon.report.presented import spread
from hecon.report.sections import scenarios_section
from hecon.studies.load_study import load_study

ROWS = """\
id,title,why,changes,compare,source,status,currency,price_year
S1,slightly dearer,prices rise,price = 1100,,invented,assumption,EUR,2024
S2,twice as dear,a rumour,price = 2000,,invented,assumption,EUR,2024
S3,the other way round,to see,price = 1500,Old v New,invented,assumption,EUR,2024
"""


@pytest.fixture
def study(tmp_path, algebra):
    folder = tmp_path / "algebra"
    shutil.copytree(algebra.folder, folder)
    (folder / "scenarios.csv").write_text(ROWS)
    text = (folder / "study.toml").read_text()
    (folder / "study.toml").write_text(f'scenarios = "scenarios.csv"\n{text}')
    return load_study(folder)


def test_the_base_case_first_then_the_largest_change(run_of, table_of, study):
    frame = table_of(scenarios_section.section(run_of(study=study)), "scenarios").frame
    assert frame["scenario"].tolist() == ["base case", "S2", "S1", "S3"]
    assert frame["nmb"].tolist() == pytest.approx([2000, -2000, 1600, 0], abs=1e-6)
    assert frame["nmb_to_base"].tolist()[:3] == pytest.approx([0, -4000, -400])
    assert np.isnan(frame["nmb_to_base"].iloc[3])
    assert frame["turns"].tolist() == [False, True, False, False]
    assert frame["changes"].tolist() == ["", "price = 2000", "price = 1100", "price = 1500"]
    assert frame["why"].tolist()[1:] == ["a rumour", "prices rise", "to see"]


def test_less_of_both_saves_and_has_no_icer(run_of, table_of, study):
    table = table_of(scenarios_section.section(run_of(study=study)), "scenarios")
    last = table.frame.iloc[3]
    assert np.isnan(last["icer"])
    assert last["saving"] == pytest.approx(6000 / 0.3)
    assert spread(table)[1]["icer"].iloc[3] == "less costly, less effective"
    assert table.frame["compared"].iloc[3] == "Old v New"


def test_what_scenarios_do_in_words(run_of, said, study):
    assert said(scenarios_section.section(run_of(study=study))) == [
        "1 of the 2 scenarios that compare New with Old turns the base case's decision: S2.",
        "S2 has the largest effect on net benefit: twice as dear.",
        "S3 compares another pair of strategies, so that there is no difference to the base case; "
        "it stands at the end.",
    ]


def test_totals_are_in_the_order_of_the_file(run_of, table_of, study):
    frame = table_of(scenarios_section.section(run_of(study=study)), "scenario_totals").frame
    new = frame[frame["strategy"] == "New"]
    assert new["scenario"].tolist() == ["S1", "S2", "S3"]
    assert new["cost"].tolist() == pytest.approx([4400, 8000, 6000])


def test_draws_stand_beside_base_values(run_of, table_of, said, study):
    run = run_of(draws=60, study=study, probabilistic=True)
    section = scenarios_section.section(run)
    frame = table_of(section, "scenarios").frame.set_index("scenario")
    benefit = run(drawn_table).benefit(20_000.0)
    assert frame.loc["base case", "nmb_mean"] == pytest.approx((benefit[1] - benefit[0]).mean())
    dear = 20_000 * run(drawn_table).parameter("gain") - 2000 * run(drawn_table).parameter("units")
    assert frame.loc["S2", "nmb_mean"] == pytest.approx(dear.mean())
    assert frame.loc["S2", "probability_cost_effective"] == pytest.approx((dear > 0).mean())
    assert any("draws" in text.lower() for text in said(section))


def test_a_study_without_scenarios_has_no_section(run_of):
    assert scenarios_section.section(run_of()).empty
