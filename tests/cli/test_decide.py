"""Deciding on somebody's table: what is said, what is drawn, what is written, what is refused."""

import re
import shutil
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from hecon.analyses.decided import MANY, decided
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.exports import write_exports
from hecon.cli import app

pytestmark = pytest.mark.usefixtures("unpainted")
LINE = ("Nothing", "Pills", "Talks", "Stay")


def hecon(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def line(size=600, names=LINE, parameters=True):
    """Strategies that cost and help more and more, with steps of 1,000, 2,000, ... an effect."""
    rng = np.random.default_rng(1)
    p = rng.normal(0, 1, size)
    table = pd.DataFrame({"p": p} if parameters else {})
    for i, name in enumerate(names):
        table[f"cost_{name}"] = 500.0 * i * (i + 1) + rng.normal(0, 5, size)
        table[f"qaly_{name}"] = float(i) + 0.1 * i * p
    return table


def said(folder, table, *more):
    table.to_csv(folder / "t.csv", index=False)
    result = hecon("decide", folder / "t.csv", *more, "--out", folder)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def outputs(folder):
    return folder / "outputs" / "t_decision"


@pytest.mark.long
def test_one_conclusion_says_what_nobody_chose(tmp_path):
    text = said(tmp_path, line())
    words = "Nobody chose 4,000 per QALY: it is the highest step of the frontier, rounded up."
    assert text.count(words) == 1
    assert text.count("Perfect information on everything") == 1
    sheet = load_workbook(tmp_path / "reports" / "t_decision.xlsx")["Summary"]
    assert any(words in str(row[0].value) for row in sheet.iter_rows(max_row=12))
    text = said(tmp_path, line(), "--thresholds", "1000,1500,2600")
    assert "Nobody chose 1,500 per QALY: it is the middle of those given." in text
    assert "Nobody chose" not in said(tmp_path, line(), "--threshold", 1500)


def test_every_one_of_six_places_is_shown(tmp_path):
    text = said(tmp_path, line(names=tuple("ABCDEF")), "--threshold", 100_000)
    assert re.search(r"Strategy Rank 1 Rank 2 Rank 3 Rank 4 Rank 5 Rank 6 ", text)


@pytest.mark.parametrize(
    ("threshold", "pair"),
    [(500, ("Pills", "Nothing")), (1500, ("Pills", "Nothing")), (2500, ("Talks", "Pills"))],
)
def test_the_plane_compares_neighbours_on_the_frontier(threshold, pair):
    """At 2,900 the second highest mean is that of the next step, which is no comparator."""
    drawn = line()
    table = DrawsTable(
        LINE,
        np.stack([drawn[f"cost_{s}"] for s in LINE]),
        np.stack([drawn[f"qaly_{s}"] for s in LINE]),
    )
    for at in (threshold, threshold + 400):
        found = decided(table, np.array([0.0, 5000.0]), at, {})
        assert found.compared == pair
    alone = table.with_strategies(["Stay", "Pills"])
    worse = DrawsTable(("Good", "Bad"), alone.cost * 0 + [[1], [2]], alone.effect * 0 + [[2], [1]])
    assert decided(worse, np.array([0.0, 1.0]), 1.0, {}).compared == ("Good", "Bad")


def test_many_strategies_are_bounded_and_told(tmp_path):
    names = tuple(f"S{i}" for i in range(MANY + 20))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = said(tmp_path, line(100, names))
    assert f"With more than {MANY} strategies, figures that show each are not drawn" in text
    assert "more rows" in text
    names = {p.stem for p in (outputs(tmp_path) / "figures").glob("*.svg")}
    assert names == {"evpi", "acceptability_frontier", "plane"}
    book = load_workbook(tmp_path / "reports" / "t_decision.xlsx")
    assert not any(c.data_type == "f" for sheet in book for row in sheet.iter_rows() for c in row)
    ranks = pd.read_csv(outputs(tmp_path) / "ranking.csv")
    assert ranks["threshold"].nunique() == 1
    assert len(ranks) == (MANY + 20) ** 2


def test_one_draw_tells_no_error(tmp_path):
    text = said(tmp_path, line(1), "--threshold", 100)
    assert text.startswith("1 draw of 4 strategies")
    assert "in the one draw there is, which says nothing of how sure that is" in text
    assert "can't be told from one draw" in text
    assert "(SE 0.00)" not in text
    assert "inf" not in text.split()
    assert "100 % of" not in text
    found = pd.read_csv(outputs(tmp_path) / "evpi.csv")
    assert found["evpi_error"].isna().all()
    assert pd.read_csv(outputs(tmp_path) / "convergence.csv")["standard_error"].isna().all()
    needed = pd.read_csv(outputs(tmp_path) / "draws_needed.csv")
    assert needed[["standard_error", "needed"]].isna().all(axis=None)
    assert set(needed["enough"]) == {"no"}


def test_tables_for_people_hold_no_formulas(tmp_path):
    said(tmp_path, line(names=("=cmd()", "@SUM(1)", "-5 mg", "plain")))
    for path in outputs(tmp_path).rglob("*.csv"):
        for row in path.read_text(encoding="utf-8").splitlines():
            for cell in row.split(","):
                assert not cell.startswith(("=", "@", "+"))
                assert not re.match(r"-(?!\d+(\.\d+)?(e[+-]?\d+)?$)", cell), cell
    means = pd.read_csv(outputs(tmp_path) / "probabilistic.csv")
    assert set(means["strategy"]) == {"'=cmd()", "'@SUM(1)", "'-5 mg", "plain"}


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("parameters", [True, False])
@pytest.mark.parametrize("package", ["bcea", "dampack", "voi"])
def test_scripts_run_in_r(tmp_path, package, parameters):
    """Their packages' functions are replaced by ones that look at what they are given."""
    table = line(50, parameters=parameters)
    if parameters:
        table["%"] = table["p"] * 2
    given = DrawsTable(
        LINE,
        np.stack([table[f"cost_{s}"] for s in LINE]),
        np.stack([table[f"qaly_{s}"] for s in LINE]),
        {name: table[name].to_numpy() for name in ("p", "%") if name in table},
    )
    write_exports(given, [1000, 2500, 9000], tmp_path, 'E"UR\\', 2500)
    columns = 2 * parameters
    assert (tmp_path / "parameters.csv").exists() == parameters
    (tmp_path / "stubs.R").write_text(f"""
library <- function(...) NULL
bcea <- function(eff, cost, ref, interventions, k) {{
  stopifnot(is.matrix(eff), dim(cost) == c(50, 4), interventions[ref] == "Talks", length(k) == 3)
  # BCEA's differences are the reference's less another's: the intervention costs more
  cat("done", all(cost[, ref] - cost[, 1] > 0), "\\n"); 1:3
}}
make_psa_obj <- function(cost, effectiveness, parameters, strategies, currency) {{
  stopifnot(dim(cost) == c(50, 4), is.null(parameters) || dim(parameters) == c(50, {columns}))
  cat("done", currency == "EUR", "\\n"); "psa"
}}
calculate_icers_psa <- function(psa) stopifnot(psa == "psa")
ceac <- calc_evpi <- function(wtp, psa) stopifnot(psa == "psa", wtp == c(1000, 2500, 9000))
evpi <- function(outputs) {{ stopifnot(outputs$k == c(1000, 2500, 9000)); cat("done TRUE\\n") }}
evppi <- function(outputs, inputs, pars) cat("partial", ncol(inputs), length(pars), "\\n")
source("{package}.R")
""")
    ran = subprocess.run(["Rscript", "stubs.R"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "done TRUE" in ran.stdout
    assert ("partial 2 2" in ran.stdout) == (package == "voi" and parameters)


@pytest.mark.parametrize("option", ["--effect", "--thresholds"])
def test_an_option_that_says_nothing_is_refused(tmp_path, option):
    line().to_csv(tmp_path / "t.csv", index=False)
    result = hecon("decide", tmp_path / "t.csv", option, "", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "found nothing" in result.stderr
    assert option in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("taken", ["out", "out/outputs", "out/reports", "out/outputs/t_decision"])
def test_a_file_where_a_folder_belongs_is_refused_at_once(tmp_path, taken):
    line().to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / taken).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / taken).write_text("mine")
    result = hecon("decide", tmp_path / "t.csv", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "is a file; a folder is expected" in " ".join(result.stderr.replace("│", " ").split())
    assert (tmp_path / taken).read_text() == "mine"


def test_a_study_is_not_run_for_a_file(tmp_path):
    small = Path(__file__).parent / "studies" / "small"
    (tmp_path / "out").write_text("mine")
    result = hecon("psa", small, "-j", "testland", "--draws", 9, "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is a file; a folder is expected" in " ".join(result.stderr.replace("│", " ").split())
    result = hecon("psa", small, "-j", "testland", "--thresholds", "", "--out", tmp_path / "new")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "found nothing" in result.stderr
    (tmp_path / "new" / "outputs").mkdir(parents=True)
    (tmp_path / "new" / "outputs" / "small_testland_psa").write_text("mine")
    result = hecon("psa", small, "-j", "testland", "--draws", 1, "--out", tmp_path / "new")
    assert result.exit_code == 2
    assert "can't be told from one draw" in " ".join(result.stdout.split())
    assert "is a file; a folder is expected" in result.stderr
    assert (tmp_path / "new" / "outputs" / "small_testland_psa").read_text() == "mine"


def test_a_folder_where_the_workbook_belongs_is_refused(tmp_path):
    line().to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "reports" / "t_decision.xlsx").mkdir(parents=True)
    result = hecon("decide", tmp_path / "t.csv", "--out", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "t_decision.xlsx: is a folder; a file is expected" in result.stderr


def test_strategies_are_named_by_options(tmp_path):
    text = said(tmp_path, line(), "--strategy", "Stay", "--strategy", "Nothing")
    assert "600 draws of 2 strategies" in text
    means = pd.read_csv(outputs(tmp_path) / "probabilistic.csv")
    assert means["strategy"].unique().tolist() == ["Stay", "Nothing"]


def test_what_was_taken_for_granted_is_said(tmp_path):
    text = said(tmp_path, line().assign(cost_hospital=lambda t: t["p"]))
    assert "Read as parameters" in text
    assert "cost_hospital." in text
