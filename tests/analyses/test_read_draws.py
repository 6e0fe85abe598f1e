"""Anybody's table of draws, and files for other packages."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.decimals import read_numbers
from hecon.analyses.exports import r_name, write_exports
from hecon.analyses.read_draws import read_draws
from hecon.errors import InputError

WIDE = pd.DataFrame(
    {
        "draw": [1, 2, 3],
        "p": [0.1, 0.2, 0.3],
        "cost_A": [1.0, 2.0, 3.0],
        "cost_B": [4.0, 5.0, 6.5],
        "qaly_B": [0.6, 0.7, 0.8],
        "qaly_A": [0.5, 0.25, 0.125],
    }
)


def long_form():
    parts = [
        pd.DataFrame(
            {
                "sim": WIDE["draw"],
                "Strategy": s,
                "cost": WIDE[f"cost_{s}"],
                "effect": WIDE[f"qaly_{s}"],
                "p": WIDE["p"],
                "own": WIDE["p"] + (s == "B"),
            }
        )
        for s in "AB"
    ]
    return pd.concat(parts).sample(frac=1, random_state=1)


def check(table):
    order = [table.strategies.index(s) for s in "AB"]
    np.testing.assert_array_equal(table.cost[order], [[1, 2, 3], [4, 5, 6.5]])
    np.testing.assert_array_equal(table.effect[order], [[0.5, 0.25, 0.125], [0.6, 0.7, 0.8]])
    np.testing.assert_array_equal(table.parameters["p"], [0.1, 0.2, 0.3])


def test_every_form_gives_the_same(tmp_path):
    WIDE.to_csv(tmp_path / "wide.csv", index=False)
    WIDE.to_csv(tmp_path / "norwegian.csv", index=False, sep=";", decimal=",")
    WIDE.to_csv(tmp_path / "from_r.csv.gz")
    WIDE.to_parquet(tmp_path / "wide.parquet")
    long_form().to_csv(tmp_path / "long.csv", index=False)
    for name in ("wide.csv", "norwegian.csv", "from_r.csv.gz", "wide.parquet", "long.csv"):
        check(read_draws(tmp_path / name))
    assert set(read_draws(tmp_path / "long.csv").parameters) == {"p", "own[A]", "own[B]"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns=["cost_B", "qaly_B"]), "one strategy .A., a decision needs"),
        (lambda t: t.drop(columns="qaly_B"), "column cost_B: strategy 'B' has costs but no eff"),
        (lambda t: t.rename(columns={"qaly_B": "qaly_b"}), "'b' has effects but no costs"),
        (lambda t: t.drop(columns=["cost_A", "cost_B"]), "no column cost_<strategy>"),
        (lambda t: t.assign(p=[0.1, np.nan, 0.2]), "row 3, column p: found an empty cell or NaN"),
        (lambda t: t.assign(p=["1", "2", "x"]), "row 4, column p: found 'x', allowed is a number"),
        (lambda t: t.assign(p=[0.1, np.inf, 0.2]), "row 3, column p: found 'inf'"),
        (lambda t: t.iloc[:0], "the table has no draws"),
    ],
)
def test_wide_tables_that_cannot_be(tmp_path, change, message):
    change(WIDE).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InputError, match=message):
        read_draws(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.query("sim < 3 or Strategy == 'A'"),
            "'B' is missing in 1 of 3 draws, first in draw 3",
        ),
        (
            lambda t: pd.concat([t, t.query("sim == 2")[:1]]),
            "is twice in 1 of 3 draws, first in draw 2",
        ),
        (lambda t: t.drop(columns="sim"), "missing: draw$"),
        (lambda t: t.query("Strategy == 'A'"), "found one strategy .A."),
    ],
)
def test_long_tables_that_cannot_be(tmp_path, change, message):
    change(long_form()).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InputError, match=message):
        read_draws(tmp_path / "t.csv")


def test_files_that_cannot_be(tmp_path):
    with pytest.raises(InputError, match="the file is missing"):
        read_draws(tmp_path / "no.csv")
    (tmp_path / "t.xlsx").write_bytes(b"x")
    with pytest.raises(InputError, match=r"found '\.xlsx', allowed are"):
        read_draws(tmp_path / "t.xlsx")
    (tmp_path / "t.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match="can't be read"):
        read_draws(tmp_path / "t.parquet")
    for content in (b"", b"\n\n", b",,\n"):
        (tmp_path / "empty.csv").write_bytes(content)
        with pytest.raises(InputError, match=r"^empty\.csv: the file is empty$"):
            read_draws(tmp_path / "empty.csv")
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="is not text in UTF-8, UTF-16 or Windows-1252"):
        read_draws(tmp_path / "bytes.csv")
    (tmp_path / "bytes.csv.gz").write_bytes(b"x")
    with pytest.raises(InputError, match="can't be read: Not a gzipped file"):
        read_draws(tmp_path / "bytes.csv.gz")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=r"^folder\.csv: is a folder; a file is expected"):
        read_draws(tmp_path / "folder.csv")


# -- forms that programs write -----------------------------------------------------------

NORWEGIAN = WIDE.rename(columns=lambda name: name.replace("_A", "_Ny, åpen").replace("_B", "_døgn"))


def check_norwegian(table):
    assert set(table.strategies) == {"Ny, åpen", "døgn"}
    check(replace(table, strategies=tuple("AB"[s == "døgn"] for s in table.strategies)))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("semicolons.csv", {"sep": ";", "decimal": ","}),
        ("utf8_mark.csv", {"sep": ";", "decimal": ",", "encoding": "utf-8-sig"}),
        ("excel.CSV", {"sep": ";", "decimal": ",", "encoding": "cp1252", "lineterminator": "\r\n"}),
        ("utf16.txt", {"sep": "\t", "encoding": "utf-16"}),
        ("tabs.tsv", {"sep": "\t"}),
        ("tabs.csv", {"sep": "\t", "decimal": ","}),
        ("quoted.csv", {"quoting": csv.QUOTE_ALL}),
        ("packed.tsv.gz", {"sep": "\t"}),
    ],
)
def test_forms_of_other_programs(tmp_path, name, options):
    NORWEGIAN.to_csv(tmp_path / name, index=False, **options)
    table = read_draws(tmp_path / name)
    check_norwegian(table)
    assert ("Windows-1252" in " ".join(table.notes)) == (name == "excel.CSV")


def test_a_first_line_that_names_the_separator(tmp_path):
    text = NORWEGIAN.to_csv(index=False, sep=";", decimal=",")
    (tmp_path / "t.csv").write_text(f"sep=;\n{text}", encoding="utf-8")
    check_norwegian(read_draws(tmp_path / "t.csv"))
    (tmp_path / "t.csv").write_text(f"sep=;\n{text.replace('6,5', 'six')}", encoding="utf-8")
    with pytest.raises(InputError, match=r"row 5, column cost_døgn: found 'six'"):
        read_draws(tmp_path / "t.csv")


def test_empty_lines_at_the_end_are_left_out(tmp_path):
    text = WIDE.to_csv(index=False)
    (tmp_path / "t.csv").write_text(f"{text}\n,,,,,\n ,,,,,\n\n")
    check(read_draws(tmp_path / "t.csv"))


def test_a_row_of_another_length_is_named(tmp_path):
    text = WIDE.to_csv(index=False)
    for tail, count in (("9,9,9,9,9,9,9", 7), ("9,9", 2)):
        (tmp_path / "t.csv").write_text(f"{text}{tail}\n")
        with pytest.raises(InputError, match=f"^t.csv, row 5: found {count} cells, allowed are 6"):
            read_draws(tmp_path / "t.csv")


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("name", ["", "X", "Unnamed: 0", "...1"])
def test_only_a_first_column_that_counts_rows_is_left_out(tmp_path, name, first):
    table = WIDE.assign(X=[0.3, 0.2, 0.1], **{"Unnamed: 7": [3.0, 1.0, 2.0]})
    table = table.drop(columns=name, errors="ignore")
    table.insert(0, name, np.arange(3) + first)
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")
    for file in ("t.csv", "t.parquet"):
        found = read_draws(tmp_path / file)
        check(found)
        assert set(found.parameters) == {"p", "Unnamed: 7", "X"} - {name}
        assert (f"The first column, {name}, only counts rows" in str(found.notes)) == bool(name)


def test_a_parameter_in_the_first_column_is_kept(tmp_path):
    table = WIDE.copy()
    table.insert(0, "X", [1, 3, 2])
    table.to_csv(tmp_path / "t.csv", index=False)
    np.testing.assert_array_equal(read_draws(tmp_path / "t.csv").parameters["X"], [1, 3, 2])
    table.rename(columns={"X": ""}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InputError, match="row 1: column 1 has no name"):
        read_draws(tmp_path / "t.csv")


def test_a_column_that_is_there_twice(tmp_path):
    text = WIDE.to_csv(index=False)
    (tmp_path / "t.csv").write_text(text.replace("cost_B", "cost_A", 1))
    with pytest.raises(
        InputError, match=r"^t\.csv, row 1, column cost_A: the column is there twice"
    ):
        read_draws(tmp_path / "t.csv")
    WIDE.assign(effect_A=1.0).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InputError, match="'A' has this column and qaly_A; keep one of them"):
        read_draws(tmp_path / "t.csv")


# -- names that begin like a strategy's ---------------------------------------------------


def test_parameters_may_begin_like_costs_and_effects(tmp_path):
    table = WIDE.assign(cost_hospital=[1.0, 2.0, 4.0], effect_size=[0.1, 0.2, 0.4])
    table.to_csv(tmp_path / "t.csv", index=False)
    found = read_draws(tmp_path / "t.csv")
    check(found)
    assert set(found.parameters) == {"p", "cost_hospital", "effect_size"}
    assert "Read as parameters" in found.notes[0]
    assert found.notes[0].endswith("cost_hospital, effect_size.")
    with pytest.raises(InputError, match="'hospital' has costs but no effects"):
        read_draws(tmp_path / "t.csv", ["A", "hospital"])


def test_near_names_are_a_slip(tmp_path):
    table = WIDE.assign(cost_New=[1.0, 2.0, 4.0], qaly_new1=[0.1, 0.2, 0.4])
    table.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(InputError) as error:
        read_draws(tmp_path / "t.csv")
    assert "'New' has costs but no effects; did you mean new1?" in str(error.value)
    assert "'new1' has effects but no costs; did you mean New?" in str(error.value)


def test_strategies_may_be_named(tmp_path):
    table = WIDE.assign(cost_C=[1.0, 2.0, 4.0], qaly_C=[0.1, 0.2, 0.4])
    table.to_csv(tmp_path / "t.csv", index=False)
    assert read_draws(tmp_path / "t.csv").strategies == ("A", "B", "C")
    found = read_draws(tmp_path / "t.csv", ["B", "A"])
    assert found.strategies == ("B", "A")
    assert set(found.parameters) == {"p"}
    check(found)
    with pytest.raises(InputError, match="'D' is not a strategy; allowed are A, B, C"):
        read_draws(tmp_path / "t.csv", ["A", "D"])


# -- numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "mark", "values"),
    [
        (["1.017", "0,5"], ",", [1017, 0.5]),
        (["1.017", "-0,344"], ",", [1017, -0.344]),
        (["1.017,25", "2.035"], ",", [1017.25, 2035]),
        (["1\u00a0017,28", "-0,70"], ",", [1017.28, -0.7]),
        (["1\u202f234\u202f567", "12,75"], ",", [1234567, 12.75]),
        (["1,017.25", "2,035"], ".", [1017.25, 2035]),
        (["1.5e3", ".25", "-2"], ".", [1500, 0.25, -2]),
        (["1'017.5", "+3"], ".", [1017.5, 3]),
    ],
)
def test_numbers_as_people_write_them(cells, mark, values):
    found = read_numbers({"a": cells}, ";")
    assert found.mark == mark
    assert found.doubtful is None
    assert found.values["a"].tolist() == values


@pytest.mark.parametrize("cells", [["1.017", "2.035"], ["1,017", "5"], ["12\u00a0345", "1.017"]])
def test_a_decimal_mark_that_cannot_be_told(cells):
    assert read_numbers({"a": cells}, ";").doubtful is not None


def test_with_commas_between_columns_a_point_is_decimal():
    assert read_numbers({"a": ["1.017", "2.035"]}, ",").values["a"].tolist() == [1.017, 2.035]


@pytest.mark.parametrize("cell", ["1_000", "1.0.1", "1,01.5", "nan", "", "0x1", "12.34.567", "e5"])
def test_texts_that_are_no_numbers(cell):
    assert np.isnan(read_numbers({"a": ["0.5", cell]}, ",").values["a"][1])


def test_grouped_thousands_are_read_and_said(tmp_path):
    lines = ["cost_A;cost_B;qaly_A;qaly_B", "1.017;2.035;0,5;0,6", "1.041;900;0,25;0,7"]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    found = read_draws(tmp_path / "t.csv")
    assert found.cost.tolist() == [[1017, 1041], [2035, 900]]
    assert "'1.017' is read as 1017" in found.notes[0]
    (tmp_path / "t.csv").write_text("\n".join(lines).replace("0,25", "0,2").replace("0,", "9,10"))
    with pytest.raises(
        InputError, match=r"row 2, column cost_A: '1.017' may have a decimal mark or"
    ):
        read_draws(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("\n".join(lines).replace("900", "0.5"))
    with pytest.raises(InputError, match=r"row 3, column cost_B: found '0.5', allowed is a number"):
        read_draws(tmp_path / "t.csv")


def test_long_tables_say_draw_and_strategy_in_every_row(tmp_path):
    for column in ("sim", "Strategy"):
        table = long_form().reset_index(drop=True).astype({"sim": object})
        table.loc[[2, 4], column] = None
        table.to_csv(tmp_path / "t.csv", index=False)
        with pytest.raises(InputError) as error:
            read_draws(tmp_path / "t.csv")
        (fault,) = error.value.faults
        assert (fault.row, fault.column) == (4, column)
        assert "; 2 such cells" in fault.message


def test_draws_of_a_long_table_are_in_the_order_of_their_numbers(tmp_path):
    table = pd.DataFrame({"draw": [10, 9, 10, 9], "strategy": list("AABB"), "cost": [1, 2, 3, 4]})
    table.assign(qaly=0).to_csv(tmp_path / "t.csv", index=False)
    assert read_draws(tmp_path / "t.csv").cost.tolist() == [[2, 1], [4, 3]]


def test_exports_come_back_to_the_last_digit(peer_table, tmp_path):
    names = {path.name for path in write_exports(peer_table, [0, 1000], tmp_path / "x", "USD")}
    assert {"bcea.R", "dampack.R", "voi.R", "names.csv"} <= names
    costs = pd.read_csv(tmp_path / "x" / "costs.csv")
    np.testing.assert_array_equal(costs.to_numpy().T, peer_table.cost)
    assert list(costs) == list(peer_table.strategies)
    parameters = pd.read_csv(tmp_path / "x" / "parameters.csv")
    np.testing.assert_array_equal(parameters["u_S1"], peer_table.parameters["u_S1"])
    assert 'currency = "USD"' in (tmp_path / "x" / "dampack.R").read_text()


def test_names_for_r():
    assert r_name("PBO+THERAPY") == "PBO_THERAPY"
    assert r_name("p_outcome[MDMA-AT]") == "p_outcome_MDMA_AT"
    assert r_name("2nd line") == "p_2nd_line"
