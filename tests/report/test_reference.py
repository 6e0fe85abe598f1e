"""A run beside its reference, on tables written by hand."""

import pandas as pd

from hecon.report.reference import compare_tables

EXPECTED = {
    "totals": pd.DataFrame(
        {"strategy": ["A", "B"], "cost": ["1000000.0", "0.5"], "note": ["x", ""]}
    )
}
KEYS = {"totals": ("strategy",)}


def changed(**cells: str) -> dict[str, pd.DataFrame]:
    frame = EXPECTED["totals"].copy()
    for place, text in cells.items():
        column, row = place.split("_")
        frame.loc[int(row), column] = text
    return {"totals": frame}


def test_equal_tables_agree_whatever_the_order_of_rows() -> None:
    turned = {"totals": EXPECTED["totals"].iloc[::-1]}
    summary, differences = compare_tables(EXPECTED, turned, KEYS)
    assert summary.iloc[0].tolist() == ["totals", 6, 0, 0.0]
    assert differences.empty


def test_rounding_is_no_difference() -> None:
    _, differences = compare_tables(EXPECTED, changed(cost_0="1000000.0000001"), KEYS)
    assert differences.empty
    # 1e-7 of noise on a small figure beside one of a million: the rounding of large totals
    _, differences = compare_tables(EXPECTED, changed(cost_1="0.5000001"), KEYS)
    assert differences.empty


def test_a_figure_that_moved_is_named_with_its_size() -> None:
    summary, differences = compare_tables(EXPECTED, changed(cost_0="1000100.0"), KEYS)
    assert differences.iloc[0][["table", "row", "column", "expected", "found"]].tolist() == [
        "totals",
        "A",
        "cost",
        "1000000.0",
        "1000100.0",
    ]
    assert abs(differences.iloc[0]["relative"] - 1e-4) < 1e-7
    assert summary.iloc[0]["differ"] == 1


def test_words_rows_columns_and_tables_count_too() -> None:
    _, words = compare_tables(EXPECTED, changed(note_0="y"), KEYS)
    assert words.iloc[0][["expected", "found"]].tolist() == ["x", "y"]
    _, rows = compare_tables(EXPECTED, {"totals": EXPECTED["totals"].iloc[:1]}, KEYS)
    assert rows.iloc[0][["row", "expected", "found"]].tolist() == ["B", "a row", "no row"]
    _, columns = compare_tables(EXPECTED, {"totals": EXPECTED["totals"].drop(columns="note")}, KEYS)
    assert set(columns["found"]) == {"nothing"}
    _, tables = compare_tables(EXPECTED, {}, KEYS)
    assert tables.iloc[0][["table", "found"]].tolist() == ["totals", "no table"]
