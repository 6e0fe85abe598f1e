"""Anybody's table of draws: hecon's own, huge, packed, odd, and effects that are harm."""

import gzip
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from hecon.analyses import delimited, draws_table
from hecon.analyses.read_draws import read_draws
from hecon.cli import app
from hecon.commands.draws_commands import several
from hecon.errors import InputError

WIDE = "cost_A,cost_B,effect_A,effect_B\n"


def hecon(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def refused(path, *words):
    with pytest.raises(InputError) as caught:
        read_draws(path)
    text = str(caught.value)
    assert all(word in text for word in words), text
    assert len(text) < 500
    return text


def written(folder, text, name="t.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_fault_43_a_run_s_own_draws_are_a_table_of_draws(tmp_path):
    path = written(
        tmp_path, "draw,p_cure,cost UC,cost New one,qaly UC,qaly New one\n1,.5,1,2,3,4\n"
    )
    table = read_draws(path)
    assert table.strategies == ("UC", "New one")
    assert list(table.parameters) == ["p_cure"]
    assert table.cost.tolist() == [[1.0], [2.0]]
    assert table.effect.tolist() == [[3.0], [4.0]]


@pytest.mark.parametrize(("effect", "effects"), [("DALY", "DALYs"), ("day of pain", "day of pain")])
def test_fault_59_effects_that_are_harm(tmp_path, effect, effects):
    """New costs 1,000 more and leaves 0.2 DALYs fewer: 5,000 each."""
    path = written(
        tmp_path, "cost_Old,cost_New,effect_Old,effect_New\n0,1000,2,1.8\n0,1000,2,1.8\n"
    )
    options = ["--effect", effect, *["--lower-is-better"] * (effect != "DALY")]
    result = hecon("decide", path, *options, "--threshold", 20000, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    frontier = pd.read_csv(tmp_path / "outputs" / "t_decision" / "probabilistic_frontier.csv")
    assert frontier["strategy"].tolist() == ["Old", "New"]
    assert frontier["icer"].iloc[1] == pytest.approx(5000)
    said = " ".join(result.output.split())
    assert f"At 20,000 per {effect} averted, New has the highest" in said
    assert f"Fewer {effects} are better" in said
    columns = pd.read_csv(tmp_path / "outputs" / "t_decision" / "columns.csv")
    assert f"{effects} averted" in set(columns["meaning"])


def test_fault_59_a_word_has_a_plural():
    assert [several(word) for word in ("x", "DALYS", "day of pain")] == [
        "xs",
        "DALYS",
        "day of pain",
    ]


@pytest.mark.parametrize("value", ["1e308", "-1e16", "inf", "1e999"])
def test_fault_74_figures_beyond_what_can_be_squared(tmp_path, value):
    refused(written(tmp_path, f"{WIDE}1,2,3,4\n1,{value},3,4\n"), "row 3", "cost_B", "1e+15")


def test_fault_74_a_huge_cell_is_not_echoed(tmp_path):
    refused(written(tmp_path, f"{WIDE}1,{'7' * 130_000},3,4\n"), "130,000 characters")
    refused(written(tmp_path, f"{WIDE}1,{'7' * 200_000},3,4\n"), "can't be read")
    refused(written(tmp_path, f"{'c' * 200_000},b\n1,2\n"), "can't be read")


@pytest.mark.parametrize("mark", [",", '"', "\t", ";", "\n"])
def test_fault_74_megabytes_of_one_mark(tmp_path, mark, monkeypatch):
    monkeypatch.setattr(delimited, "MOST_CELLS", 100_000)
    refused(written(tmp_path, mark * 200_001), "t.csv")


def test_fault_83_packed_tables_are_unpacked_up_to_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "MOST_BYTES", 10_000)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"0" * 1_000_000))
    refused(path, "larger than 10,000 bytes")


def test_fault_74_a_flipped_byte(tmp_path):
    good = gzip.compress((WIDE + "1,2,3,4\n" * 500).encode())
    path = tmp_path / "t.csv.gz"
    for place in range(10, len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        with pytest.raises(InputError, match=r"t\.csv\.gz"):
            read_draws(path)


def table(folder, **columns):
    parquet.write_table(pa.table(columns), folder / "t.parquet")
    return folder / "t.parquet"


def test_fault_83_parquet_is_measured_before_it_is_read(tmp_path, monkeypatch):
    one = pa.array(np.zeros(200_000))
    path = table(tmp_path, cost_A=one, cost_B=one, effect_A=one, effect_B=one)
    monkeypatch.setattr("hecon.analyses.parquet.MOST_CELLS", 500_000)
    refused(path, "800,000 cells")
    text = pa.array(["x" * 5_000] * 10_000)
    path = table(tmp_path, draw=one[:10_000], strategy=text, cost=one[:10_000])
    refused(path, "5,000 characters")


def test_fault_74_parquet_with_a_null_category_or_an_odd_column(tmp_path):
    half = pa.array([1.0, 2.0])
    names = pa.array(["A", None]).dictionary_encode()
    path = table(tmp_path, draw=pa.array([1, 1]), strategy=names, cost=half, effect=half)
    refused(path, "empty cell")
    path = table(tmp_path, draw=pa.array([1, 1]), strategy=pa.array([[1], [2]]), cost=half)
    refused(path, "strategy", "list")
    (tmp_path / "t.parquet").write_bytes(b"PAR1" + b"\0" * 100 + b"PAR1")
    refused(tmp_path / "t.parquet", "can't be read")


def test_a_parquet_table_with_categories_is_read(tmp_path):
    half = pa.array([1.0, 2.0])
    names = pa.array(["A", "B"]).dictionary_encode()
    path = table(tmp_path, draw=pa.array([1, 1]), strategy=names, cost=half, effect=half)
    assert read_draws(path).strategies == ("A", "B")


def wide(count, draws=2):
    names = [f"{what}_s{i}" for what in ("cost", "qaly") for i in range(count)]
    return pd.DataFrame(np.ones((draws, 2 * count)), columns=names)


def test_fault_74_strategies_and_the_work_have_limits(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    wide(201).to_csv(path, index=False)
    refused(path, "201 strategies, allowed are 200")
    table = read_draws(path, ["s3", "s7"])
    assert table.strategies == ("s3", "s7")
    monkeypatch.setattr(draws_table, "MOST_WORK", 100)
    with pytest.raises(InputError, match="too much"):
        draws_table.refuse_too_much(table, 26)
    with pytest.raises(InputError, match="--thresholds: found 1,002"):
        draws_table.refuse_too_much(table, 1002)


@pytest.mark.parametrize("names", [["A"], ["A", "A"], ["A", "C"], ["\ud800", "A"]])
def test_fault_73_strategies_asked_for(tmp_path, names):
    path = written(tmp_path, f"{WIDE}1,2,3,4\n")
    options = [part for name in names for part in ("--strategy", name)]
    result = hecon("decide", path, *options, "--out", tmp_path / "o")
    assert (result.exit_code, result.exception.code) == (2, 2)
    assert "fault in the input" in result.output
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("name", ["A\0", "A\x1b[31m", "A\uffff", "A" * 200])
def test_fault_68_names_that_cannot_be_shown(tmp_path, name):
    text = f"cost_{name},cost_B,effect_{name},effect_B\n1,2,3,4\n"
    assert "\x1b" not in refused(written(tmp_path, text))
    buffer = io.BytesIO()
    frame = {"draw": [1, 1], "strategy": [name, "B"], "cost": [1.0, 2.0], "effect": [1.0, 2.0]}
    parquet.write_table(pa.table(frame), buffer)
    (tmp_path / "t.parquet").write_bytes(buffer.getvalue())
    refused(tmp_path / "t.parquet", "strategy")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--thresholds", "1e308,1e308"),
        ("--thresholds", "0:1e308:1e307"),
        ("--thresholds", "0:1:1e-9"),
        ("--thresholds", "nan"),
        ("--thresholds", "-1,5"),
        ("--thresholds", "1" * 5000),
        ("--threshold", "1e308"),
        ("--threshold", "nan"),
        ("--threshold", "-1"),
        ("--currency", "\uffff"),
        ("--currency", "a\0b"),
        ("--currency", "\ud83d"),
        ("--currency", "x" * 1000),
        ("--effect", "\x07"),
        ("--effect", " "),
        ("--out", "x" * 1000),
        ("--out", "a\udcffb"),
        ("--set", "a=" + "b" * 3000),
    ],
)
def test_fault_73_extreme_values_of_options(tmp_path, option, value, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, f"{WIDE}1,2,3,4\n1,2,3,5\n")
    result = hecon("decide", path, option, value)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert len(result.output) < 800
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]
