"""Trials and sensitivity of a run are what the single analyses give, or why they aren't there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.analyses import trial_report as reports
from hecon.analyses.base_case import threshold
from hecon.analyses.break_even import break_even, break_even_values, turning
from hecon.analyses.drawn import drawn_design, drawn_table
from hecon.analyses.global_sensitivity import SAMPLES, morris_table, sobol, sobol_table
from hecon.analyses.net_benefit_of_sampling import expected_net_benefit
from hecon.analyses.run import Run, Settings
from hecon.analyses.sampling_information import evsi
from hecon.analyses.trial_plan import plan
from hecon.analyses.trial_report import trial_values
from hecon.errors import InputError, ModelError
from hecon.studies.load_study import load_study

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def small():
    return load_study(TESTS / "cli/studies/small", TESTS / "cli/jurisdictions/testland")


@pytest.fixture(scope="module")
def run(small):
    return Run(small, Settings(600, 3))


def report(run, definitions=None, **more):
    given = (definitions or run.study.trials, run(drawn_design), run(drawn_table))
    return reports.trial_report(run.study, *given, run(threshold), 3, **more)


def changed(run, **parts):
    return Run(replace(run.study, **parts), run.settings)


def test_results_are_those_of_the_single_analyses(run):
    study = run.study
    pd.testing.assert_frame_equal(run(break_even_values), break_even(study))
    pd.testing.assert_frame_equal(run(sobol_table), sobol(study, run(threshold), SAMPLES, 3))


def test_the_second_method_checks_the_best_sizes_and_changes_nothing(run):
    whole, short = report(run, check_all_sizes=True), run(trial_values)
    sizes = whole.sizes[whole.sizes["method"] == reports.CHOSEN].reset_index(drop=True)
    first = short.sizes["method"] == reports.CHOSEN
    pd.testing.assert_frame_equal(short.sizes[first].reset_index(drop=True), sizes)
    for name in ("best", "choices", "ranges"):
        pd.testing.assert_frame_equal(getattr(short, name), getattr(whole, name))
    checked = short.sizes[~first]
    assert checked["patients"].tolist() == short.best["patients"].tolist()
    same = whole.sizes.merge(checked, on=["trial", "follow_up_weeks", "patients", "method"])
    assert (same["evsi_x"] == same["evsi_y"]).all()


def test_the_best_size_under_another_assumption_is_the_best_of_all(run):
    definition = run.study.trials[0]
    definition = definition.model_copy(update={"sizes": [50, 100, 200, 400, 800, 1600]})
    made = report(run, (definition,))
    for end, share in (("low", 0.0), ("high", 0.3)):
        (trial,) = plan(definition, run.study, run(drawn_design), {"dropout": share})
        every = evsi(run(drawn_table), trial, [run(threshold)], methods=[reports.CHOSEN], seed=3)
        worth = pd.DataFrame(expected_net_benefit(every.to_dict("records"), trial))
        times = worth["cost"] / worth["population_evsi"].where(worth["population_evsi"] > 0)
        rows = made.ranges.set_index(["assumption", "end"])
        if (worth["enbs"] > 0).any():
            assert rows.loc[("dropout", end), "enbs"] == worth["enbs"].max()
        else:
            assert rows.loc[("dropout", end), "times"] == times.min()


def test_a_trial_that_nobody_benefits_from_is_ranked_by_its_cost(run):
    definition = run.study.trials[0]
    late = definition.model_copy(update={"years_to_report": "40"})
    made = report(run, (late,))
    assert np.isinf(made.best["times"]).all()
    assert made.best["patients"].tolist() == [min(late.sizes)]


def why(run):
    assert run.get(trial_values) is None
    return run.missing[trial_values.name]


def test_why_there_are_no_trials(small, run):
    assert run.get(trial_values) is not None
    assert "40 draws, needed are 500" in why(Run(small, Settings(40)))
    assert "how many people" in why(changed(run, people=None))
    strategies = [
        s.model_copy(update={"option": s.name != "New"}) for s in small.definition.strategies
    ]
    definition = small.definition.model_copy(update={"strategies": strategies})
    assert "New is no option" in why(changed(run, definition=definition))
    assert "plans no trial" in why(changed(run, trials=()))


def test_a_trial_that_can_teach_nothing_is_no_fault_of_the_run(run):
    (trial,) = run.study.trials
    outcome = trial.outcomes[0].model_copy(update={"values": {"Old": "0.5", "New": "0.4"}})
    known = trial.model_copy(update={"outcomes": [outcome]})
    assert "informs no uncertain parameter" in why(changed(run, trials=(known,)))


def test_where_the_model_refuses_samples_the_run_goes_on(small, monkeypatch):
    def refused(*given):
        raise ModelError("a probability of 1.2", draw=7)

    monkeypatch.setattr("hecon.analyses.global_sensitivity.morris", refused)
    run = Run(small, Settings(600, 3))
    assert run.get(morris_table) is None
    assert "a probability of 1.2" in run.missing[morris_table.name]
    assert run.get(break_even_values) is not None


def test_nothing_uncertain_leaves_nothing_to_share_out(algebra):
    never = next(p.distribution for p in algebra.parameters if not p.distribution.varies)
    idle = replace(
        algebra,
        parameters=[
            p if p.name == "nobody" else replace(p, distribution=never) for p in algebra.parameters
        ],
    )
    with pytest.raises(InputError, match="no uncertain input moves the result"):
        sobol(idle, 20_000.0, 8)
    run = Run(idle, Settings(5))
    assert run.get(sobol_table) is None
    assert run.missing[sobol_table.name].startswith("no uncertain input moves the result")


def test_a_turn_between_values_that_the_model_takes():
    """A horizon in whole cycles: what lies between the ends can't be searched."""
    found = break_even(load_study(TESTS / "bad_input/small")).set_index("parameter")
    assert found.index.is_unique
    status = found.loc["horizon", "status"]
    assert status.startswith("turns between 1 and 20, not searched further: the horizon holds")
    assert np.isnan(found.loc["horizon", "break_even"])
    assert "horizon" in turning(found.reset_index())["parameter"].tolist()
    assert found.loc["rate_well[Old]", "status"] == "solved"
