"""The value of information and uncertainty in a study with a closed form."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.drawn import drawn_outcomes, drawn_table
from hecon.errors import InputError
from hecon.report.content import Section
from hecon.report.information_content import doubts, of_sets
from hecon.report.presented import spread
from hecon.report.sections import information_section, uncertainty_section


def test_perfect_information_by_threshold_and_for_all(run_of, table_of):
    run = run_of()
    section = information_section.section(run)
    frame = table_of(section, "evpi").frame.set_index("threshold")
    benefit = run(drawn_table).benefit(20_000.0)
    expected = benefit.max(axis=0).mean() - benefit.mean(axis=1).max()
    assert frame.loc[20_000.0, "evpi"] == pytest.approx(expected)
    # uptake 0.5 in the first of four years, then 1, of 100 a year
    assert frame.loc[20_000.0, "population_evpi"] == pytest.approx(350 * expected)
    assert len(frame) == 11
    _, rows = spread(table_of(section, "evpi"))
    assert rows["threshold"].tolist() == [20_000]
    assert table_of(section, "uptake").frame["uptake"].tolist() == [0.5, 1.0]


def test_estimates_of_inputs_and_of_sets(run_of, table_of, said):
    run = run_of(set=["both=gain,units"], thresholds=[30_000.0])
    section = information_section.section(run)
    one, several = (table_of(section, name).frame for name in ("evppi", "evppi_groups"))
    assert one["threshold"].tolist()[0] == 20_000
    assert set(one["threshold"]) == {20_000, 30_000}
    assert one["parameter"].tolist()[0] == "gain"
    assert several["parameters"].tolist() == ["gain, units"] * 2
    # level and nobody move nothing: gain and units are all there is
    both = several.iloc[0]
    assert both["evppi"] == pytest.approx(both["evpi"], rel=0.05)
    texts = said(section)
    assert any("worth something (more than two standard errors) for gain" in t for t in texts)
    assert any(t.startswith("The set worth most is both, EUR") for t in texts)


def test_fault_28_a_share_above_all_of_it_is_said_to_be_noise(said):
    """An estimate of 120 with a perfect information of 100 is never 120 % of it."""
    row = {
        **{"set": "Effects", "parameters": "", "threshold": 20_000.0, "suspect": False},
        **{"evppi": 120.0, "standard_error": 5.0, "share": 1.2, "explained": 0.9},
    }
    here = pd.DataFrame([row])
    texts = said(Section("x", "x", (*of_sets(here), *doubts(here))))
    assert texts[0].endswith("all of perfect information (the estimate is above it, by noise).")
    assert "A share of more than all of the EVPI is noise of the regression." in texts
    assert not any("120 %" in text or "acting alone" in text for text in texts)


def test_a_set_of_something_unknown_is_a_fault(run_of):
    with pytest.raises(InputError, match="nosuch"):
        information_section.section(run_of(set=["some=nosuch"]))


def test_too_few_draws_for_a_regression_are_told(run_of, said):
    texts = said(information_section.section(run_of(draws=50)))
    assert texts[-1].startswith("No value of single inputs: 50 draws are too few")


def test_nothing_uncertain_nothing_worked_out(run_of, said, algebra):
    still = next(p for p in algebra.parameters if p.name == "price").distribution
    fixed = replace(
        algebra, parameters=[replace(p, distribution=still) for p in algebra.parameters]
    )
    for module in (information_section, uncertainty_section):
        section = module.section(run_of(study=fixed))
        assert said(section) == [
            "Not worked out: no input has a distribution, so that nothing is uncertain here."
        ]
        assert not section.tables
        assert not section.figures


def test_fault_30_what_is_fixed_in_the_draws_is_said(run_of, said):
    texts = said(uncertainty_section.section(run_of(draws=200)))
    assert (
        "Fixed in the draws, and so left out of this, are 2 inputs that move the result over a "
        "range: QALYs are its square and price of a unit."
    ) in texts


def test_means_by_strategy_and_of_the_pair(run_of, table_of):
    run = run_of(draws=200)
    section = uncertainty_section.section(run)
    qaly = run(drawn_outcomes)["qaly"].sel(strategy="New").sum("source").values
    frame = table_of(section, "probabilistic").frame.set_index(["strategy", "figure"])
    row = frame.loc[("New", "qaly")]
    assert row["mean"] == pytest.approx(qaly.mean())
    assert row["standard_error"] == pytest.approx(qaly.std(ddof=1) / np.sqrt(200))
    assert row["interval_high"] == pytest.approx(np.quantile(qaly, 0.975))
    assert frame.loc[("New", "cost"), "unit"] == "EUR 2024"
    pair = table_of(section, "probabilistic_comparison").frame.set_index("figure")
    assert pair.loc["qaly", "mean"] == pytest.approx(qaly.mean())
    assert set(pair["intervention"]) == {"New"}


def test_acceptability_is_long_and_people_see_the_own_threshold(run_of, table_of):
    table = table_of(uncertainty_section.section(run_of(draws=200)), "acceptability")
    shares = table.frame.groupby("threshold")["probability_best"].sum()
    assert shares.tolist() == pytest.approx([1.0] * 11)
    _, rows = spread(table)
    assert rows["strategy"].tolist() == ["Old", "New"]
    assert set(rows["threshold"]) == {20_000}


def test_thresholds_asked_for_stand_beside_the_own(run_of, table_of):
    section = uncertainty_section.section(run_of(draws=200, thresholds=[0.0, 50_000.0]))
    found = table_of(section, "acceptability").frame["threshold"]
    assert sorted(set(found)) == [0, 20_000, 50_000]


def test_ranks_are_columns_to_people(run_of, table_of):
    columns, rows = spread(table_of(uncertainty_section.section(run_of(draws=200)), "ranking"))
    assert [c.heading for c in columns][2:] == ["Rank 1", "Rank 2"]
    assert rows[["1", "2"]].sum(axis=1).tolist() == pytest.approx([1, 1])
