"""Anybody's table of draws, and files for other packages."""

import numpy as np
import pandas as pd
import pytest

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
        (lambda t: t.assign(p=["1", "2", "x"]), "row 4, column p: found 'x', allowed is a finite"),
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
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(InputError, match="can't be read"):
        read_draws(tmp_path / "empty.csv")


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
