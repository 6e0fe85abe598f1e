"""Batches: one table, whatever the order; only what rests on a changed input is done again."""

import random

import pandas as pd
import pytest
from small_batch import SMALL, edit
from typer.testing import CliRunner

from hecon.batch.cases import Cases
from hecon.batch.doing import do_pack
from hecon.batch.jobs import packed
from hecon.batch.plan import planned_jobs
from hecon.batch.run_batch import read_batch
from hecon.batch.store import STORE, Store
from hecon.batch.versions import code
from hecon.cli import app
from hecon.studies.load_study import load_study

DRAWN = "draws = 40\nseed = 3\n"


def hecon(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def table(folder):
    blank = {"value": [""], "standard_error": [""], "at": [""]}
    kinds = {"price_year": str}
    path = folder / "results.csv"
    return pd.read_csv(path, keep_default_na=False, na_values=blank, dtype=kinds)


def test_the_table_holds_the_base_case_of_a_country(plan, run):
    """England's as an independent program worked it out."""
    inputs = SMALL.parents[1] / "inputs"
    path = plan()
    path.write_text(
        f'[[grid]]\nstudies = ["{inputs}/studies/ptsd"]\njurisdictions = ["england"]\n'
        'scenarios = "none"\n'
    )
    found = table(run(path)[0])
    expected = pd.read_csv(SMALL.parent / "data/countries_base_case.csv", index_col="country")
    names = {
        ("MDMA-AT", "cost"): "cost_mdma",
        ("PE", "qaly"): "qaly_pe",
        ("MDMA-AT v PE", "cost_difference"): "d_cost",
        ("MDMA-AT v PE", "icer"): "icer",
        ("MDMA-AT v PE", "threshold"): "threshold",
        ("MDMA-AT v PE", "nmb"): "nmb",
    }
    england = expected.loc["england"]
    values = found[~found["at"].isin([25_000, 35_000])].set_index(["of", "figure"])["value"]
    for (of, figure), column in names.items():
        assert values[of, figure] == pytest.approx(england[column], rel=1e-4)
    ends = found[found["figure"] == "nmb"].set_index("at")["value"]
    for end in (25_000, 35_000):
        wanted = end * england["d_qaly"] - england["d_cost"]
        assert ends[end] == pytest.approx(wanted, rel=1e-3)
    assert found.loc[found["figure"] == "icer", "unit"].tolist() == ["GBP per QALY"]


SUBGROUPS = """name,dimension,title,weight,changes,status
early,stage,Early,0.4,p_ill = 0.1,assumption
late,stage,Late,0.6,p_ill = 0.25,assumption
"""
PERSPECTIVES = """id,title,changes,currency,price_year,status
wide,Wider,c_ill = 9000,EUR,2024,assumption
"""


@pytest.fixture
def split(inputs):
    """The small study with two subgroups and a second perspective."""
    folder = inputs / "studies/small"
    (folder / "subgroups.csv").write_text(SUBGROUPS)
    (folder / "perspectives.csv").write_text(PERSPECTIVES)
    edit(
        folder / "study.toml",
        'scenarios = "scenarios.csv"',
        'scenarios = "scenarios.csv"\nsubgroups = "subgroups.csv"\n'
        'perspective = "narrow"\nperspectives = "perspectives.csv"',
    )
    return folder


SPLIT = 'subgroups = "all"\nperspectives = "all"\n'


def test_subgroups_and_perspectives_are_the_study_with_the_same_inputs(plan, run, inputs, split):
    found = table(run(plan(SPLIT))[0])
    assert found.groupby(["subgroup", "perspective"]).ngroups == 3 * 2
    keys = ["subgroup", "perspective", "jurisdiction", "scenario", "of", "figure", "at"]
    found = found.set_index(keys)["value"].sort_index()
    edit(split / "parameters.csv", "in a year,0.2,", "in a year,0.25,")
    edit(split / "parameters.csv", "mean=0.2;", "mean=0.25;")
    edit(split / "parameters.csv", "ill,5000,EUR/year", "ill,9000,EUR/year")
    edit(split / "parameters.csv", "mean=5000;", "mean=9000;")
    alone = table(run(plan("", name="alone"), out="other")[0]).set_index(keys[2:])["value"]
    late = found["late", "wide"]
    pd.testing.assert_series_equal(late, alone.sort_index(), rtol=1e-12)


def test_a_changed_subgroup_is_done_again_alone(plan, run, inputs, split):
    assert run(plan(SPLIT))[1] == 36
    edit(split / "subgroups.csv", "p_ill = 0.25", "p_ill = 0.26")
    assert run(plan(SPLIT))[1] == 12


def test_what_is_exploratory_says_so(plan, run, inputs):
    edit(inputs / "studies/small/study.toml", 'title = "A', 'grade = "exploratory"\ntitle = "A')
    found = table(run(plan('scenarios = "none"'))[0])
    assert set(found["grade"]) == {"Exploratory"}


def test_columns_are_described_and_parquet_holds_the_same(plan, run, inputs):
    small = inputs / "studies/small"
    edit(small / "parameters.csv", "structure,assumption", "structure,method")
    edit(small / "parameters.csv", "invented,assumption", "a register,published")
    edit(small / "scenarios.csv", "2024,,assumption", "2024,,derived")
    folder, count, faults = run(plan("", DRAWN))
    assert (count, faults) == (12, [])
    found = table(folder)
    assert list(found) == list(pd.read_csv(folder / "columns.csv")["column"])
    same = pd.read_parquet(folder / "results.parquet")
    pd.testing.assert_frame_equal(same, found, check_dtype=False, check_exact=True)
    keys = ["jurisdiction", "scenario", "draws", "of", "figure"]
    assert not found.duplicated(keys).any()
    assert set(found["scenario"]) == {"base case", "S1", "S2"}
    drawn = found[(found["draws"] == 40) & (found["figure"] == "probability")]
    assert len(drawn) == 6
    assert (found["grade"] == "").all()
    assert drawn["value"].between(0, 1).all()
    # half the price is the weakest input of the base case no more
    status = found[found["draws"] == 0].groupby("scenario")["status"].first().to_dict()
    assert status == {"base case": "assumption", "S1": "derived", "S2": "assumption"}


def test_means_are_those_of_the_draws_of_the_study(plan, run, inputs):
    """Costs and effects of a job as the study's own draws give them, one draw after another."""
    from hecon.analyses.evaluate import evaluate

    found = table(run(plan('scenarios = "none"\n' + DRAWN))[0])
    study = load_study(inputs / "studies/small", inputs / "jurisdictions/nearby")
    outcomes = evaluate(study.model, study.probabilistic(40, 3))
    cost = outcomes["cost"].sum("item").sel(strategy="New").values
    rows = found[(found["jurisdiction"] == "nearby") & (found["of"] == "New")]
    row = rows.set_index("figure").loc["cost"]
    assert row["value"] == pytest.approx(cost.mean(), rel=1e-12)
    assert float(row["standard_error"]) == pytest.approx(cost.std(ddof=1) / 40**0.5, rel=1e-9)


def test_no_order_changes_a_byte(plan, run, inputs):
    """Plans in another order give the same files; a job alone the same figures as in a pack."""
    first = run(plan("", DRAWN), "first")[0]
    other = plan(DRAWN + 'scenarios = ["S2", "base case", "S1"]', "", name="plan")
    edit(other, '"testland", "nearby"', '"nearby", "testland"')
    second = run(other, "second")[0]
    for name in ("results.csv", "results.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    jobs = planned_jobs(other, Cases())
    together = {
        job.key: done
        for pack in packed(jobs)
        for job, done in zip(
            pack.jobs, do_pack(pack.case.content, pack.scenarios, pack.drawing, code()), strict=True
        )
    }
    random.Random(5).shuffle(jobs)
    for job in jobs:
        (alone,) = do_pack(job.case.content, [job.scenario], job.drawing, code())
        assert repr(alone) == repr(together[job.key])


def test_only_what_rests_on_a_changed_input_is_done_again(plan, run, inputs):
    path = plan()
    before = table(run(path)[0])
    store = Store(inputs / "out" / STORE)
    study = inputs / "studies/small"
    for file, old, new, again in [
        ("scenarios.csv", "c_new = 3000", "c_new = 2000", {"S1"}),
        ("scenarios.csv", "as in the trial", "as it was there", set()),
        ("scenarios.csv", "S2,", "S3,", {"S3"}),
        ("parameters.csv", "invented", "a register", {"base case", "S1", "S2"}),
        ("trials/new_against_old.toml", "\n", "\n\n", set()),
    ]:
        assert not read_batch(path, store).missing
        text = (study / file).read_text()
        edit(study / file, old, new)
        missing = {(job.case.jurisdiction, job.scenario) for job in read_batch(path, store).missing}
        assert missing == {(place, name) for place in ("nearby", "testland") for name in again}
        (study / file).write_text(text)
    edit(study / "scenarios.csv", "c_new = 3000", "c_new = 2000")
    folder, count, _ = run(path)
    assert count == 2
    merged = before.merge(table(folder), on=["jurisdiction", "scenario", "of", "figure"])
    for what in ("inputs", "value"):
        changed = merged[f"{what}_x"] != merged[f"{what}_y"]
        changed &= merged[[f"{what}_x", f"{what}_y"]].notna().any(axis=1)
        assert set(merged.loc[changed, "scenario"]) == {"S1"}


def test_a_country_s_change_leaves_the_others_alone(plan, run, inputs):
    path = plan("", DRAWN)
    run(path)
    edit(inputs / "jurisdictions/nearby/jurisdiction.toml", '"20000"', '"25000"')
    folder, count, _ = run(path)
    assert count == 6
    found = table(folder)
    limits = found[found["figure"] == "threshold"].groupby("jurisdiction")["value"].unique()
    assert list(limits["nearby"]) == [37_500.0]
    assert list(limits["testland"]) == [30_000.0]


def test_a_failing_job_is_said_and_the_others_are_done(plan, run, inputs):
    """A scenario that breaks the model in one country, a study that can't be read in another."""
    with (inputs / "studies/small/scenarios.csv").open("a") as target:
        target.write("S3,too many ill,to fail,rr_new = 6,,,,,assumption\n")
    abroad = inputs / "jurisdictions/abroad"
    abroad.mkdir()
    text = (inputs / "jurisdictions/testland/jurisdiction.toml").read_text()
    (abroad / "jurisdiction.toml").write_text(
        text.replace("EUR", "USD").replace("testland", "abroad")
    )
    path = plan()
    edit(path, '"nearby"', '"nearby", "abroad"')
    result = hecon("batch", path, "--workers", 1, "--out", inputs / "out")
    assert result.exit_code == 1
    assert "8 jobs, 0 of them there already, 8 to do." in result.stdout
    folder = inputs / "out/outputs/plan_batch"
    faults = pd.read_csv(folder / "faults.csv", keep_default_na=False)
    assert list(faults["jurisdiction"]) == ["abroad", "nearby", "testland"]
    assert "counts in USD" in faults["message"][0]
    assert all("scenario S3" in text and "Well" in text for text in faults["message"][1:])
    assert set(table(folder)["scenario"]) == {"base case", "S1", "S2"}
    again = hecon("batch", path, "--workers", 1, "--out", inputs / "out")
    assert again.exit_code == 1
    assert "8 of them there already, 0 to do" in again.stdout
    assert pd.read_csv(folder / "faults.csv", keep_default_na=False).equals(faults)
