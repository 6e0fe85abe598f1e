"""The commands of single analyses: what they say, write and refuse."""

import json
import re
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from hecon.analyses.read_draws import read_draws
from hecon.cli import app

HERE = Path(__file__).parent
SMALL = HERE / "studies" / "small"
COMMANDS = {
    "one-way": [],
    "two-way": ["c_new", "rr_new"],
    "break-even": [],
    "price": ["--parameter", "c_new", "--draws", 200],
    "scenarios": [],
    "psa": ["--draws", 600],
    "sensitivity": ["--samples", 64],
    "voi": ["--draws", 600],
    "trial": ["--draws", 600],
}


def hecon(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def ran(command, out, *more, study=SMALL):
    result = hecon(command, study, *(more or COMMANDS[command]), "-j", "testland", "--out", out)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def tables(out, name="small_testland"):
    """Tables of a run or of commands on their own, each in its folder, by name."""
    return {p.stem: pd.read_csv(p) for p in (out / "outputs").glob(f"{name}*/*.csv")}


#: Those run twice by `make test`; `make test-long` does so with all.
AGAIN = ("psa", "one-way", "scenarios", "frontier")


@pytest.mark.parametrize("command", [*COMMANDS, "decide"])
def test_help_shows_examples(command):
    text = hecon(command, "--help").stdout
    assert "Examples" in text
    assert f"\n    hecon {command} " in text


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """What a command says, and its folder, with the arguments of `COMMANDS`: run once."""

    @cache
    def call(command):
        out = tmp_path_factory.mktemp("once")
        return ran(command, out), out

    return call


@pytest.mark.parametrize(
    "command",
    [c if c in AGAIN else pytest.param(c, marks=pytest.mark.long) for c in COMMANDS],
)
def test_every_command_concludes_and_writes_only_tables_the_same_each_time(command, once, tmp_path):
    text, out = once(command)
    assert "Tables: " in text
    assert "Not worked out" not in text
    assert "\u2026" not in text
    assert [p.name for p in out.iterdir()] == ["outputs"]
    for name, table in tables(out).items():
        assert len(table), name
    ran(command, tmp_path)
    for path in out.rglob("*.csv"):
        assert path.read_bytes() == (tmp_path / path.relative_to(out)).read_bytes()


@pytest.mark.parametrize("command", ["one-way", "sensitivity"])
def test_fault_44_tables_leave_those_of_a_run_alone(command, tmp_path):
    folder = tmp_path / "outputs" / "small_testland"
    folder.mkdir(parents=True)
    for name in ("record.json", "sobol.csv", "one_way.csv"):
        (folder / name).write_text("a run's")
    ran(command, tmp_path)
    assert {p.name: p.read_text() for p in folder.iterdir()} == {
        "record.json": "a run's",
        "sobol.csv": "a run's",
        "one_way.csv": "a run's",
    }
    (own,) = [p for p in folder.parent.iterdir() if p != folder]
    record = json.loads((own / "record.json").read_text())
    words = [Path(word).name for word in record["command"].split()]
    assert words[:3] == ["hecon", command, "small"]
    assert {*map(str, COMMANDS[command])} <= {*words}
    assert "--jurisdiction testland" in " ".join(words)
    assert words[1].replace("-", "_") in own.name
    assert record["study"] == "small"
    assert "small/parameters.csv" in record["inputs"]


def test_fault_43_a_study_s_draws_are_exported_for_other_packages(tmp_path):
    ran("psa", tmp_path, "--draws", "5", "--exports")
    exports = tmp_path / "outputs" / "small_testland_psa" / "exports"
    names = {p.name for p in exports.iterdir()}
    assert {"costs.csv", "effects.csv", "bcea.R", "dampack.R", "voi.R"} <= names
    assert len(pd.read_csv(exports / "costs.csv")) == 5


def test_the_page_names_only_commands_that_exist():
    page = (HERE.parents[1] / "docs" / "decision.md").read_text(encoding="utf-8")
    named = set(re.findall(r"hecon ([a-z][a-z-]+)", page))
    assert {*COMMANDS, "decide"} <= named
    for command in named:
        assert hecon(command, "--help").exit_code == 0, command


# -- what they find ----------------------------------------------------------------------


def test_tornado(once):
    text, out = once("one-way")
    found = tables(out)
    bars, ends = found["tornado"], found["one_way"].set_index(["parameter", "end"])
    span = (bars["nmb_high"] - bars["nmb_low"]).abs()
    assert span.is_monotonic_decreasing
    for row in bars.to_dict("records"):
        assert row["nmb_low"] == ends.loc[(row["parameter"], "low"), "nmb"]
        turns = (row["nmb_low"] >= 0) != (row["nmb_high"] >= 0)
        assert row["turns"] == ("yes" if turns else "no")
    turning = bars.loc[bars["turns"] == "yes", "parameter"]
    assert len(turning)
    for name in turning:
        assert name in text.partition("turn the decision")[2]


@pytest.mark.parametrize("by", ["icer", "qaly"])
def test_tornado_of_another_figure(by, tmp_path):
    ran("one-way", tmp_path, "--by", by)
    bars = tables(tmp_path)["tornado"]
    name = {"qaly": "qaly_difference"}.get(by, by)
    span = (bars[f"{name}_high"] - bars[f"{name}_low"]).abs().fillna(np.inf)
    assert span.is_monotonic_decreasing


def test_break_even_is_where_the_grid_turns(tmp_path):
    """At the break-even price net benefit is zero; the grid, run there, says so too."""
    ran("break-even", tmp_path, "c_new")
    price = tables(tmp_path)["break_even"]["break_even"][0]
    ran("two-way", tmp_path, "c_new", "rr_new", "--first-values", price, "--second-values", 0.6)
    grid = tables(tmp_path)["two_way_c_new_rr_new"]
    assert grid["nmb"][0] == pytest.approx(0, abs=1e-4)
    ran("price", tmp_path, "--parameter", "c_new", "--draws", 50)
    assert tables(tmp_path)["price"]["at_base"][0] == pytest.approx(price, rel=1e-7)


def test_a_grid_is_drawn_where_it_is_one(once, tmp_path):
    """As SVG and PNG beside its table; a single row is no map."""
    ran("two-way", tmp_path, "c_new", "rr_new", "--second-values", 0.6)
    assert [p.suffix for p in tmp_path.rglob("two_way_*")] == [".csv"]
    whole = once("two-way")[1]
    found = {p.suffix: p.read_bytes() for p in whole.rglob("two_way_c_new_rr_new.*")}
    assert set(found) == {".csv", ".svg", ".png"}
    assert found[".png"].startswith(b"\x89PNG")
    assert b"Where New is cost-effective" in found[".svg"]


@pytest.mark.parametrize(("value", "beyond"), [("5000", False), ("90000", True)])
def test_values_beyond_a_range_are_said_to_be(value, beyond, tmp_path):
    text = ran("two-way", tmp_path, "c_new", "rr_new", "--first-values", value)
    assert ("Values of c_new go beyond the stated range" in text) == beyond
    assert "Values of rr_new" not in text


def test_no_break_even_is_said(tmp_path):
    text = ran("break-even", tmp_path, "c_new", "--low", 100_000, "--high", 200_000)
    assert "No solution in range" in text
    assert tables(tmp_path)["break_even"]["break_even"].isna().all()


def test_scenarios_by_effect_and_with_draws(tmp_path):
    ran("scenarios", tmp_path, "--probabilistic", "--draws", 400)
    found = tables(tmp_path)["scenarios"]
    assert found["scenario"].tolist() == ["base case", "S1", "S2"]
    assert found["compared"].tolist() == ["New v Old", "New v Old", "New v Trial"]
    assert found["nmb_to_base"].isna().tolist() == [False, False, True]
    # draws are centred on base values, so the two analyses are close, and not the same
    spread = found["nmb_interval_high"] - found["nmb_interval_low"]
    assert ((found["nmb_mean"] - found["nmb"]).abs() < spread).all()
    assert (found["nmb_mean"] != found["nmb"]).all()


def test_voi_of_the_population_and_of_a_set(tmp_path):
    text = ran("voi", tmp_path, "--set", "effect=p_ill,rr_new", "--draws", 800)
    assert "1,000 eligible a year" in text
    found = tables(tmp_path)
    people = found["evpi"]["population_evpi"] / found["evpi"]["evpi"].where(lambda v: v > 0)
    # half in the first of ten years, all afterwards, discounted by the middle of the year
    wanted = sum(1000 * (0.5 if y == 0 else 1) / 1.04 ** (y + 0.5) for y in range(10))
    np.testing.assert_allclose(people.dropna(), wanted)
    groups = found["evppi_groups"]
    assert groups["set"].tolist() == ["effect"]
    single = found["evppi"].query("parameter == 'rr_new'").iloc[0]
    slack = 2 * (single["standard_error"] + groups["standard_error"].iloc[0])
    assert single["evppi"] <= groups["evppi"].iloc[0] + slack


@pytest.mark.parametrize("thresholds", ["5000,30000", "0,15000,90000"])
def test_voi_is_shown_at_the_studys_threshold_and_written_at_all(thresholds, tmp_path):
    text = ran("voi", tmp_path, "--thresholds", thresholds, "--draws", 600)
    assert "per person at EUR 30,000 per QALY" in text
    wanted = {30_000.0, *map(float, thresholds.split(","))}
    for name in ("evpi", "evppi"):
        assert {*tables(tmp_path)[name]["threshold"]} == wanted


@pytest.mark.parametrize("command", ["sensitivity", "trial"])
def test_another_threshold(command, once, tmp_path):
    """Net benefit is linear in the threshold, so that all shares at two thresholds differ."""
    ran(command, tmp_path, *COMMANDS[command], "--threshold", 50_000)
    name = {"trial": "trial_sizes"}.get(command, "sobol")
    made = [tables(out)[name] for out in (once(command)[1], tmp_path)]
    column = {"trial": "evsi"}.get(command, "total")
    assert (made[0][column] != made[1][column]).any()


def test_sobol_and_morris_name_the_same_leader(tmp_path):
    ran("sensitivity", tmp_path, "--samples", 512)
    found = tables(tmp_path)
    assert found["sobol"]["parameter"][0] == found["morris"]["parameter"][0]


def test_trial_says_what_to_do(tmp_path):
    text = ran("trial", tmp_path, "--draws", 2000)
    found = tables(tmp_path)
    sizes, best = found["trial_sizes"], found["trial_best"]
    assert set(sizes["patients"]) == {50, 200}
    chosen = sizes.query("method == 'regression'")
    if (chosen["enbs"] > 0).any():
        assert best["enbs"][0] == chosen["enbs"].max()
        assert "most worth doing" in text
    else:
        assert best["times"][0] == pytest.approx((chosen["cost"] / chosen["population_evsi"]).min())
        assert "no planned trial is worth its cost" in text
    ranges = found["trial_ranges"].set_index(["assumption", "end"])
    names = {"fixed", "per_patient", "dropout", "horizon_of_decision"}
    assert set(ranges.index.get_level_values(0)) == {*names, "all"}
    # a cheaper trial is worth that much more
    gain = ranges.loc[("fixed", "low"), "enbs"] - ranges.loc[("fixed", "high"), "enbs"]
    assert gain == pytest.approx(90_000)
    all_for = ranges.loc[("all", "all favourable"), "enbs"]
    assert all_for >= ranges["enbs"].max() - 1e-9
    choices = found["trial_choices"].set_index("choice")["value"]
    assert choices["keep current care, no trial"] == 0


# -- what they refuse --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["psa", "--thresholds", ","], "found none, needed is at least one"),
        (["psa", "--thresholds=-5,10"], "found -5, allowed is from 0 to 1e+15"),
        (["psa", "--thresholds", "a lot"], "as 1,2,3 or first:last:step"),
        (["psa", "--thresholds", "0:10:0"], "as 1,2,3 or first:last:step"),
        (["price", "--parameter", "c_nwe"], "'c_nwe' is not a parameter; did you mean c_new?"),
        (["price"], "the study names no price; name one with --parameter"),
        (["price", "--parameter", "p_ill"], "not linear in 'p_ill'"),
        (["break-even", "rr_nwe"], "did you mean rr_new?"),
        (["break-even", "--low", "1"], "need exactly one parameter"),
        (["break-even", "c_new", "--low", "5", "--high", "2"], "a lower and a higher"),
        (["break-even", "horizon"], "'horizon' has no range"),
        (["two-way", "c_new", "c_new"], "named twice"),
        (["two-way", "c_new", "horizon"], "'horizon' has no range"),
        (["two-way", "c_new", "zz"], "'zz' is not a parameter; allowed are "),
        (
            ["two-way", "p_ill", "c_new", "--first-values", "0.5,1.5"],
            "column p_ill: found 1.5, allowed for a probability is 0 to 1",
        ),
        (["two-way", "p_ill", "c_new", "--second-values=-2"], "a cost can't be negative"),
        (["sensitivity", "--samples", "100"], "found 100, allowed is a power of two"),
        (["sensitivity", "--threshold=-1"], "found -1, allowed is from 0 to 1e+15"),
        (["voi", "--set", "p_ill"], "allowed is NAME=parameter,parameter"),
        (["voi", "--set", "a=p_il", "--draws", "600"], "'p_il' is not a parameter; did you mean"),
        (
            ["voi", "--set", "a=p_ill,u_ill", "--set", "b=u_ill", "--draws", "600"],
            "'u_ill' is in set 'a' already; sets may not overlap",
        ),
        (
            ["voi", "--set", "a=p_ill,u_ill,rr_new", "--method", "additive", "--draws", "600"],
            "is too large: additive regression with pairs needs",
        ),
        (["voi", "--draws", "20"], "20 draws are too few for a regression; at least 500"),
        (["trial", "--draws", "20"], "this run has 20 draws, needed are 500"),
        (["trial", "--threshold=-1"], "found -1, allowed is from 0 to 1e+15"),
        (["trial", "none.toml"], "none.toml: the file is missing"),
    ],
)
def test_bad_input_is_one_clear_message(arguments, message, tmp_path):
    command, *more = arguments
    result = hecon(command, SMALL, *more, "-j", "testland", "--out", tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    said = [line for line in result.stderr.splitlines() if not line.endswith(" ...")]
    assert said[0] == "1 fault in the input:"
    assert len(said) == 2
    assert not (tmp_path / "out").exists()


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(SMALL, tmp_path / "studies" / "small"))


def refused(study, command, message):
    result = hecon(command, study, "--draws", 600)
    assert result.exit_code == 2, result.output
    assert message in result.stderr


def test_a_study_with_one_option(copy):
    path = copy / "study.toml"
    text = path.read_text().replace('name = "Old"\n', 'name = "Old"\noption = false\n')
    path.write_text(text)
    refused(copy, "voi", "a decision needs two strategies that can be chosen, and only New can")


@pytest.mark.long
def test_few_draws_are_no_fault(tmp_path):
    for draws in (1, 2, 3):
        ran("psa", tmp_path, "--draws", draws)
        ran("price", tmp_path, "--parameter", "c_new", "--draws", draws)


def test_a_trial_that_informs_nothing(copy):
    path = copy / "trials" / "new_against_old.toml"
    text = path.read_text().replace('"p_ill"', '"p_die"').replace('"p_ill * rr_new"', '"p_die"')
    path.write_text(text)
    refused(copy, "trial", "the trial informs no uncertain parameter")


def test_a_study_without_trials_or_population(copy):
    (copy / "population.toml").unlink()
    refused(copy, "trial", "doesn't say how many people the decision concerns")
    shutil.rmtree(copy / "trials")
    refused(copy, "trial", "the study plans no trial")


def test_a_population_that_cannot_be(copy):
    path = copy / "population.toml"
    path.write_text(path.read_text().replace('"horizon_of_decision"', '"horizn_of_decision"'))
    refused(
        copy,
        "voi",
        "'horizn_of_decision' is not a parameter or variable; did you mean horizon_of_decision?",
    )


def test_a_study_without_scenarios(copy):
    path = copy / "study.toml"
    path.write_text(path.read_text().replace('scenarios = "scenarios.csv"\n', ""))
    result = hecon("scenarios", copy)
    assert result.exit_code == 2
    assert "the study has no scenarios" in result.stderr


# -- decide ------------------------------------------------------------------------------


def draws(size=700, seed=1, first="Old"):
    rng = np.random.default_rng(seed)
    p, q = rng.uniform(0, 1, (2, size))
    return pd.DataFrame(
        {
            "q": q,
            "p": p,
            f"cost_{first}": 1000 + 10 * q,
            "cost_New": 3000 + 500 * q,
            f"qaly_{first}": 1 + 0 * p,
            "qaly_New": 0.9 + 0.5 * p,
        }
    )


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    folder = tmp_path_factory.mktemp("decided")
    draws().to_csv(folder / "mine.csv", index=False)
    result = hecon("decide", folder / "mine.csv", "--currency", "EUR", "--out", folder)
    assert result.exit_code == 0, result.output
    return folder, " ".join(result.stdout.split())


def test_decide_writes_everything(decided):
    folder, text = decided
    outputs = folder / "outputs" / "mine_decision"
    names = {p.relative_to(outputs).as_posix() for p in outputs.rglob("*") if p.is_file()}
    assert {
        "columns.csv",
        "probabilistic.csv",
        "probabilistic_frontier.csv",
        "acceptability.csv",
        "evpi.csv",
        "evppi.csv",
        "ranking.csv",
        "exports/bcea.R",
        "exports/dampack.R",
        "exports/voi.R",
        "figures/acceptability.svg",
        "figures/evpi.png",
        "figures/captions.txt",
    } <= names
    singles = pd.read_csv(outputs / "evppi.csv").groupby("threshold")["evppi"]
    assert all(each.is_monotonic_decreasing for _, each in singles)  # the screen shows the first
    assert (folder / "reports" / "mine_decision.xlsx").is_file()
    assert "has the highest expected net benefit" in text


def test_decide_workbook_is_live_and_agrees(decided):
    """Its formulas, worked out when it was written, give what Python gives."""
    folder, _ = decided
    path = folder / "reports" / "mine_decision.xlsx"
    values, formulas = (load_workbook(path, data_only=flag) for flag in (True, False))
    page = values["Acceptability"]
    heads = [c.value for c in page[5]]
    found = tables(folder, "mine_decision")
    curve = found["acceptability"].set_index(["threshold", "strategy"])
    evpi = found["evpi"].set_index("threshold")
    for row in range(6, 20):
        threshold = float(page.cell(row, 1).value)
        for name in ("Old", "New"):
            at = curve.loc[(threshold, name)]
            for head, column in (
                (f"P(best) {name}", "probability_best"),
                (f"mean NMB {name}", "nmb"),
                (f"expected loss {name}", "expected_loss"),
            ):
                cell = page.cell(row, heads.index(head) + 1)
                assert cell.value == pytest.approx(at[column], rel=1e-9, abs=1e-9)
                assert formulas["Acceptability"][cell.coordinate].value.startswith("=")
        best = page.cell(row, heads.index("best on average") + 1).value
        assert best == evpi.loc[threshold, "best"]
    marks = [c.value for row in values["Summary"].iter_rows() for c in row]
    assert "yes" in marks
    assert "NO" not in marks


@pytest.mark.usefixtures("unpainted")
@pytest.mark.long
def test_every_form_of_a_table_gives_the_same(decided, tmp_path):
    folder, _ = decided
    wide = draws()
    wide.to_parquet(tmp_path / "mine.parquet")
    long = pd.concat(
        [
            pd.DataFrame(
                {
                    "draw": np.arange(len(wide)),
                    "strategy": s,
                    "cost": wide[f"cost_{s}"],
                    "effect": wide[f"qaly_{s}"],
                    "p": wide["p"],
                    "q": wide["q"],
                }
            )
            for s in ("Old", "New")
        ]
    )
    (tmp_path / "long").mkdir()
    long.to_csv(tmp_path / "long" / "mine.csv", index=False)
    for path in (tmp_path / "mine.parquet", tmp_path / "long" / "mine.csv"):
        out = tmp_path / path.suffix
        assert hecon("decide", path, "--currency", "EUR", "--out", out).exit_code == 0
        wanted, got = tables(folder, "mine_decision"), tables(out, "mine_decision")
        for name, table in wanted.items():
            pd.testing.assert_frame_equal(got[name], table, check_exact=False, rtol=1e-12)


def test_exports_are_read_again(decided):
    folder, _ = decided
    exports = folder / "outputs" / "mine_decision" / "exports"
    again = pd.read_csv(exports / "costs.csv").add_prefix("cost_")
    again = again.join(pd.read_csv(exports / "effects.csv").add_prefix("effect_"))
    again.to_csv(folder / "again.csv", index=False)
    first, second = read_draws(folder / "mine.csv"), read_draws(folder / "again.csv")
    np.testing.assert_array_equal(first.cost, second.cost)
    np.testing.assert_array_equal(first.effect, second.effect)


@pytest.mark.usefixtures("unpainted")
def test_text_of_a_table_never_becomes_a_formula(tmp_path):
    table = draws(first="=HYPERLINK(A1)").rename(columns={"p": "=1+1", "q": "+cmd"})
    table.to_csv(tmp_path / "evil.csv", index=False)
    result = hecon("decide", tmp_path / "evil.csv", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    book = load_workbook(tmp_path / "reports" / "evil_decision.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert "HYPERLINK" not in cell.value
                    assert "cmd" not in cell.value
                elif isinstance(cell.value, str) and "HYPERLINK" in cell.value:
                    assert cell.data_type == "s"


@pytest.mark.usefixtures("unpainted")
def test_few_draws_have_no_partial_information(tmp_path):
    draws(80).to_csv(tmp_path / "few.csv", index=False)
    result = hecon("decide", tmp_path / "few.csv", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "evppi" not in tables(tmp_path, "few_decision")
    assert "80 draws: too few" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (lambda t: t.drop(columns=["cost_New", "qaly_New"]), [], "found one strategy"),
        (lambda t: t.assign(p=t["p"].where(t.index != 3)), [], "row 5, column p: found an empty"),
        (lambda t: t.drop(columns="qaly_New"), [], "'New' has costs but no effects"),
        (lambda t: t, ["--set", "a=p,q", "--set", "b=q"], "sets may not overlap"),
        (lambda t: t, ["--set", "a=pp"], "'pp' is not a parameter; did you mean p?"),
        (lambda t: t, ["--thresholds", ","], "found none, needed is at least one"),
        (lambda t: t, ["--threshold=-3"], "found -3, allowed is from 0 to 1e+15"),
    ],
)
def test_tables_that_cannot_be_decided(change, arguments, message, tmp_path):
    change(draws()).to_csv(tmp_path / "t.csv", index=False)
    result = hecon("decide", tmp_path / "t.csv", *arguments, "--out", tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert result.stderr.startswith("Reading the table ...\n")
    assert "\n1 fault in the input:\n" in result.stderr
    assert not (tmp_path / "out").exists()


def test_strategies_missing_in_some_draws(tmp_path):
    wide = draws(20)
    rows = [
        {"draw": i, "strategy": s, "cost": wide[f"cost_{s}"][i], "qaly": wide[f"qaly_{s}"][i]}
        for i in range(20)
        for s in ("Old", "New")
        if (i, s) != (7, "New")
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "t.csv", index=False)
    result = hecon("decide", tmp_path / "t.csv", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "strategy 'New' is missing in 1 of 20 draws, first in draw 7" in result.stderr


@pytest.mark.long
@pytest.mark.usefixtures("unpainted")
def test_a_run_holds_what_the_commands_give_and_so_does_its_edited_workbook(once, tmp_path):
    text = ran("run", tmp_path, "--draws", 600)
    assert "For Testland alone no planned trial is worth its cost:" in " ".join(text.split())
    found = tables(tmp_path)
    for command in ("break-even", "trial", "psa"):
        for name, table in tables(once(command)[1]).items():
            if name not in ("trial_sizes", "columns"):
                pd.testing.assert_frame_equal(found[name], table)
    (report,) = (tmp_path / "reports").glob("*.xlsx")
    again = hecon("run", report, "--original", SMALL, "--draws", 600, "--out", tmp_path / "again")
    assert again.exit_code == 0, again.output
    assert "no planned trial is worth its cost" in " ".join(again.stdout.split())
    edited = tables(tmp_path / "again", "small_testland_edited")
    for name in ("break_even", "sobol", "morris", "trial_sizes", "trial_best", "trial_ranges"):
        pd.testing.assert_frame_equal(edited[name], found[name])
