"""The threshold price in a study with a closed form: 20,000 * gain / units."""

from dataclasses import replace

import pytest

from hecon.report.sections import price_section


def test_the_price_at_each_threshold(run_of, table_of):
    run = run_of(draws=200, parameter="price", thresholds=[20_000.0, 40_000.0])
    frame = table_of(price_section.section(run), "price").frame
    assert frame["threshold"].tolist() == [20_000, 40_000]
    assert frame["at_base"].tolist() == pytest.approx([1500, 3000])
    assert frame["now"].tolist() == [1000, 1000]
    assert (frame["interval_low"] < frame["expected"]).all()


def test_what_the_price_means(run_of, said, algebra):
    # nothing varies: the expected price is that of the base values
    still = next(p for p in algebra.parameters if p.name == "price").distribution
    fixed = replace(
        algebra, parameters=[replace(p, distribution=still) for p in algebra.parameters]
    )
    assert said(price_section.section(run_of(study=fixed, parameter="price"))) == [
        "At EUR 20,000 per QALY New and Old are equal on average at a price of EUR 1,500 for "
        "price (price of a unit).",
        "Today's price, EUR 1,000, is below it: on average New is cost-effective against Old, and "
        "the price would have to rise for that to turn.",
        "No input has a distribution, so there is no interval around the price.",
    ]


def test_few_draws_are_said_to_be_few(run_of, said):
    texts = said(price_section.section(run_of(draws=20, parameter="price")))
    assert texts[-1] == "20 draws are few; an interval of 95 % needs 40 draws at least."


def test_a_study_without_a_price_has_no_section(run_of):
    assert price_section.section(run_of()).empty
