"""Plans that can't be meant: one clear message each, with where it is and what is allowed."""

import pytest
from small_batch import edit

from hecon.batch.cases import Cases
from hecon.batch.plan import planned_jobs
from hecon.errors import InputError


def said(path):
    with pytest.raises(InputError) as error:
        planned_jobs(path, Cases())
    return str(error.value)


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (
            'scenarios = ["S1", "S22"]',
            "plan.toml, column grid[1].scenarios: small in testland has no scenario 'S22'; did you "
            "mean S2?; or leave it out there",
        ),
        (
            'scenarios = "every"',
            "plan.toml, column grid[1].scenarios: found 'every', allowed are 'all', 'none' or a "
            "list of names",
        ),
        (
            'without = [{ scenario = "S9" }]',
            "plan.toml, column grid[1].without[1]: no job of the grid fits it; leave it out",
        ),
        (
            "draws = -1",
            "plan.toml, column grid[1].draws: found -1, allowed is 0 or more",
        ),
        (
            'design = "sobel"',
            "plan.toml, column grid[1].design: found 'sobel', allowed are monte-carlo, "
            "latin-hypercube, sobol",
        ),
        (
            'subgroups = ["women"]',
            "plan.toml, column grid[1].subgroups: small in testland: 'women' is no subgroup; the "
            "study has none; or leave it out there",
        ),
        (
            'perspectives = ["owm"]',
            "plan.toml, column grid[1].perspectives: small in testland: 'owm' is no perspective; "
            "did you mean own?; or leave it out there",
        ),
        (
            'without = [{ subgroup = "women" }]',
            "plan.toml, column grid[1].without[1]: no job of the grid fits it; leave it out",
        ),
        (
            'subgroup = "women"',
            "plan.toml, column grid[1].subgroup: is not a known entry; did you mean subgroups?; "
            "allowed are design, draws, jurisdictions, perspectives, scenarios, seed, studies, "
            "subgroups, without",
        ),
    ],
)
def test_a_fault_of_a_grid_is_named(plan, grid, message):
    assert message in said(plan(grid))


def test_unknown_folders_are_named_with_the_nearest(plan):
    path = plan()
    edit(path, "studies/small", "studies/smal")
    assert said(path) == (
        "plan.toml, column grid[1].studies: 'studies/smal': there is no study's folder here; "
        "did you mean small?"
    )
    edit(path, "studies/smal", "studies/small")
    edit(path, '"nearby"', '"nerby"')
    assert "grid[1].jurisdictions: 'nerby' is neither a jurisdiction nor a folder; did you" in said(
        path
    )


def test_a_job_stands_in_a_plan_once(plan):
    text = said(plan('scenarios = "none"', 'scenarios = ["S1", "base case"]'))
    assert text == (
        "plan.toml, column grid[2]: small in testland, base case and 1 more stands in the plan "
        "twice; leave one out"
    )


def test_a_plan_without_jobs_is_refused(plan):
    path = plan('without = [{ study = "small" }]')
    assert said(path) == "plan.toml: the plan is empty: it names no job"
    path.write_text("")
    assert said(path) == "plan.toml: the file is empty"
    path.write_text("grid = []")
    assert said(path) == "plan.toml, column grid: found 0 entries, needed are 1"


def test_two_jurisdictions_of_one_name_are_refused(plan, inputs):
    edit(inputs / "jurisdictions/nearby/jurisdiction.toml", '"nearby"', '"testland"')
    assert "are both small in testland" in said(plan())


def test_exclusions_leave_out_what_fits_all_their_entries(plan):
    without = 'without = [{ jurisdiction = "nearby", scenario = "S1" }, { scenario = "S2" }]'
    jobs = planned_jobs(plan(without), Cases())
    assert [(job.case.jurisdiction, job.scenario) for job in jobs] == [
        ("nearby", "base case"),
        ("testland", "base case"),
        ("testland", "S1"),
    ]
    # what is left out somewhere need not be known there
    named = 'scenarios = ["S1", "S7"]\nwithout = [{ scenario = "S7" }]'
    assert len(planned_jobs(plan(named), Cases())) == 2
