"""One-way and two-way sensitivity in a study with a closed form."""

from dataclasses import replace

import pandas as pd
import pytest

from hecon.report.presented import spread
from hecon.report.sections import (
    answer_section,
    break_even_section,
    one_way_section,
    two_way_section,
)
from hecon.report.vocabulary import with_savings


def test_a_row_an_input_with_both_ends(run_of, table_of):
    section = one_way_section.section(run_of())
    rows = table_of(section, "tornado").frame.set_index("parameter")
    assert rows.loc["price", ["nmb_low", "nmb_high"]].tolist() == pytest.approx([6000, -10_000])
    assert rows.loc["root", ["nmb_low", "nmb_high"]].tolist() == pytest.approx([2000, 22_000])
    assert rows.loc["price", ["base", "range_low", "range_high"]].tolist() == [1000, 0, 4000]
    # free at a price of zero: no ICER but dominance
    assert rows.loc["price", "verdict_low"] == "dominant"
    assert rows.loc["price", "icer_high"] == pytest.approx(16_000 / 0.3)
    assert set(rows.index[rows["turns"]]) == {"price", "gain"}


def test_the_ends_keep_the_order_of_the_bars(run_of, table_of):
    section = one_way_section.section(run_of(by="qaly"))
    order = table_of(section, "tornado").frame["parameter"].tolist()
    assert order[:2] == ["root", "gain"]
    ends = table_of(section, "one_way").frame
    assert ends["parameter"].tolist()[::2] == order
    assert ends["end"].tolist()[:2] == ["low", "high"]
    totals = table_of(section, "one_way_totals").frame
    assert len(totals) == 2 * len(ends)
    new = totals[(totals["parameter"] == "price") & (totals["strategy"] == "New")]
    assert new["cost"].tolist() == pytest.approx([0, 16_000])


def test_where_there_is_no_icer_people_read_why(run_of, table_of):
    columns, rows = spread(table_of(one_way_section.section(run_of()), "tornado"))
    shown = rows.set_index("parameter").loc["price"]
    assert shown["icer_low"] == "dominant"
    assert "verdict_low" not in [c.key for c in columns]


def test_fault_56_a_saving_per_unit_forgone_is_no_icer():
    frame = pd.DataFrame(
        {
            "icer": [10_000.0, 10_000.0],
            "verdict": ["less costly, less effective", "more costly, more effective"],
        }
    )
    made = with_savings(frame)
    assert made["saving"].fillna(0).tolist() == [10_000, 0]
    assert made["icer"].fillna(0).tolist() == [0, 10_000]


def test_which_inputs_turn_the_decision(run_of, said, algebra):
    text = said(one_way_section.section(run_of(by="qaly")))[0]
    assert text == (
        "2 of 7 inputs alone turn the decision between New and Old at EUR 20,000 per QALY at an "
        "end of their range: gain (QALYs gained) and price (price of a unit)."
    )
    some = [p for p in algebra.parameters if p.name != "gain"]
    one = replace(algebra, parameters=[*some, _fixed(algebra, "gain")])
    assert said(one_way_section.section(run_of(study=one)))[0].startswith(
        "1 of 6 inputs alone turns the decision between New and Old at EUR 20,000 per QALY at an "
        "end of its range: price"
    )
    none = replace(algebra, parameters=[_fixed(algebra, p.name) for p in algebra.parameters])
    section = one_way_section.section(run_of(study=none))
    assert said(section) == ["No input has a range of its own, so none is moved alone."]
    assert not section.tables


def test_one_input_is_no_plural(run_of, said, algebra):
    """Of all inputs one has a range, which doesn't turn the decision."""
    others = [_fixed(algebra, p.name) for p in algebra.parameters if p.name != "root"]
    (root,) = (p for p in algebra.parameters if p.name == "root")
    run = run_of(study=replace(algebra, parameters=[*others, root]))
    assert said(one_way_section.section(run))[0] == (
        "At the ends of its range the only input that has one does not turn the decision between "
        "New and Old at EUR 20,000 per QALY."
    )
    assert said(break_even_section.section(run))[0] == (
        "No solution in range: no value of the one input searched makes New and Old equal, all "
        "others at base."
    )
    assert [s for s in said(answer_section.section(run)) if "weak where it matters" in s] == [
        "This result rests on evidence that is weak where it matters: the input that moves it most "
        "is an assumption."
    ]


def test_one_input_that_turns_is_no_plural(run_of, said, algebra):
    others = [_fixed(algebra, p.name) for p in algebra.parameters if p.name != "price"]
    (price,) = (p for p in algebra.parameters if p.name == "price")
    run = run_of(study=replace(algebra, parameters=[*others, price]))
    assert said(one_way_section.section(run))[0] == (
        "The only input that has a range turns the decision between New and Old at EUR 20,000 per "
        "QALY at an end of it: price (price of a unit)."
    )


def _fixed(study, name):
    """An input of a study without range and distribution."""
    found = next(p for p in study.parameters if p.name == name)
    fixed = next(p for p in study.parameters if p.name == "price").distribution
    return replace(found, low=None, high=None, distribution=fixed)


def test_a_grid_is_long_in_files_and_square_to_people(run_of, said):
    values = {"first_values": [0.0, 2000.0], "second_values": [0.3, 0.5, 1.0]}
    section = two_way_section.section(run_of(first="price", second="gain", **values))
    (table,) = section.tables
    assert table.name == "two_way_price_gain"
    assert table.keys == ("first_value", "second_value")
    assert table.frame["nmb"].tolist() == pytest.approx([6000, 10_000, 20_000, -2000, 2000, 12_000])
    columns, rows = spread(table)
    assert [c.heading for c in columns] == ["price", "gain 0.3", "gain 0.5", "gain 1"]
    assert rows.iloc[1].tolist() == pytest.approx([2000, -2000, 2000, 12_000])
    assert said(section) == [
        "New is cost-effective in 83 % of the grid of price (price of a unit) and gain (QALYs "
        "gained).",
        "Values of gain go beyond the stated range, 0.1 to 0.9.",
    ]


def test_no_grid_no_words(run_of):
    assert two_way_section.section(run_of()).empty
