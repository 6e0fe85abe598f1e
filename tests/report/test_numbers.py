"""Figures as text, by kind and medium."""

import math

import pytest

from hecon.report.content import Column, Kind
from hecon.report.numbers import Units, cell, figure, sheet_format


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("money", 385000.4, "385,000"),
        ("money", 12.5, "12.50"),
        ("money", 0.0, "0"),
        ("money", -99.999, "-100.00"),
        ("change", 15851.0, "+15,851"),
        ("change", -80157.0, "-80,157"),
        ("change", 0.0, "0"),
        ("millions", 129_900_000.0, "129.9"),
        ("millions", 2_004_000.0, "2.00"),
        ("effect", 13.3221, "13.322"),
        ("gain", 0.1743, "+0.174"),
        ("gain", -0.0004, "0.000"),
        ("years", 5.66, "5.7"),
        ("share", 0.152, "15 %"),
        ("share", 0.043, "4.3 %"),
        ("share", 0.003, "less than 1 %"),
        ("share", 0.998, "more than 99 %"),
        ("share", 0.995, "more than 99 %"),
        ("share", 1.0, "100 %"),
        ("share", 4.091, "409 %"),
        ("count", 10000.0, "10,000"),
        ("index", -0.0312, "-0.031"),
        ("number", 0.0149, "0.0149"),
        ("number", 129000.0, "129,000"),
        ("number", 162800.0, "162,800"),
        ("number", 0.5, "0.5"),
        ("year", 2014.0, "2014"),
    ],
)
def test_each_kind_has_its_signs_and_decimals(kind: Kind, value: float, text: str) -> None:
    assert figure(value, kind) == text


def test_typeset_text_has_thin_spaces_and_a_true_minus() -> None:
    assert figure(-1234567.0, "money", "typeset") == "\u22121\u202f234\u202f567"
    assert figure(0.15, "share", "typeset") == "15\u202f%"


def test_undefined_and_infinite_figures_are_said() -> None:
    assert figure(math.nan, "money") == ""
    assert figure(math.inf, "number", "screen", "never") == "never"


def test_cells_of_texts_flags_and_nothing() -> None:
    assert cell(True, Column("best", "Best", "flag")) == "yes"
    assert cell("PE", Column("strategy", "Strategy", "name")) == "PE"
    assert cell(None, Column("source", "Source")) == ""
    assert cell(2.50, Column("value", "Value")) == "2.5"


def test_headings_name_the_unit_and_what_is_counted() -> None:
    units = Units("GBP", "2024", "day", "symptom-free days")
    assert units.heading(Column("cost", "Cost", "money")) == "Cost (GBP)"
    assert units.heading(Column("enbs", "Net benefit", "millions")) == "Net benefit (million GBP)"
    assert units.heading(Column("qaly", "{effects}", "effect")) == "symptom-free days"
    assert units.heading(Column("t", "Value of a {effect}", "money")) == "Value of a day (GBP)"
    assert units.of(Column("cost", "Cost", "money")) == "GBP 2024"
    assert Units().heading(Column("cost", "Cost", "money")) == "Cost"


def test_sheets_show_no_tail_of_digits() -> None:
    assert sheet_format("number", 0.1 + 0.2) == "#,##0.0_)"
    assert sheet_format("number", 162800.0) == "#,##0_)"
    assert sheet_format("money", 12.5) == "0.00_);-0.00_);0_)"
