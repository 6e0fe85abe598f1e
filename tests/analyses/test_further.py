"""What a report adds is what the single analyses give, or why it isn't there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hecon.analyses import trial_report as reports
from hecon.analyses.break_even import break_even, turning
from hecon.analyses.draws_table import study_draws
from hecon.analyses.further import SAMPLES, TRAJECTORIES, further
from hecon.analyses.global_sensitivity import morris, sobol
from hecon.analyses.net_benefit_of_sampling import expected_net_benefit
from hecon.analyses.results import analyse
from hecon.analyses.sampling_information import evsi
from hecon.analyses.trial_plan import plan
from hecon.errors import InputError, ModelError
from hecon.studies.load import load_study

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def small():
    return load_study(TESTS / "cli/studies/small", TESTS / "cli/jurisdictions/testland")


@pytest.fixture(scope="module")
def results(small):
    return analyse(small, draws=600, seed=3)


@pytest.fixture(scope="module")
def found(results):
    return further(results)


def report(results, found, **more):
    psa = results.probabilistic
    table = study_draws(results.study, psa.design, psa.outcomes)
    given = (results.study, found.definitions, psa.design, table, results.threshold, 3)
    return reports.trial_report(*given, **more)


def test_the_tables_are_those_of_the_single_analyses(results, found):
    study = results.study
    pd.testing.assert_frame_equal(found.break_even, break_even(study))
    pd.testing.assert_frame_equal(found.sobol, sobol(study, results.threshold, SAMPLES, 3))
    pd.testing.assert_frame_equal(found.morris, morris(study, results.threshold, TRAJECTORIES, 3))
    names = ["break_even", "sobol", "morris"]
    names += ["trial_sizes", "trial_best", "trial_choices", "trial_ranges"]
    assert list(found.tables()) == names


def test_the_second_method_checks_the_best_sizes_and_changes_nothing(results, found):
    whole, short = report(results, found), found.trials
    sizes = whole.sizes[whole.sizes["method"] == reports.CHOSEN].reset_index(drop=True)
    first = short.sizes["method"] == reports.CHOSEN
    pd.testing.assert_frame_equal(short.sizes[first].reset_index(drop=True), sizes)
    for name in ("best", "choices", "ranges"):
        pd.testing.assert_frame_equal(getattr(short, name), getattr(whole, name))
    checked = short.sizes[~first]
    assert checked["patients"].tolist() == short.best["patients"].tolist()
    same = whole.sizes.merge(checked, on=["trial", "follow_up_weeks", "patients", "method"])
    assert (same["evsi_x"] == same["evsi_y"]).all()


def test_the_best_size_under_another_assumption_is_the_best_of_all(results, found):
    definition = found.definitions[0]
    definition = definition.model_copy(update={"sizes": [50, 100, 200, 400, 800, 1600]})
    made = report(results, replace(found, definitions=(definition,)))
    psa, study = results.probabilistic, results.study
    table = study_draws(study, psa.design, psa.outcomes)
    for end, share in (("low", 0.0), ("high", 0.3)):
        (trial,) = plan(definition, study, psa.design, {"dropout": share})
        every = evsi(table, trial, [results.threshold], methods=[reports.CHOSEN], seed=3)
        worth = expected_net_benefit(every, trial)
        times = worth["cost"] / worth["population_evsi"].where(worth["population_evsi"] > 0)
        rows = made.ranges.set_index(["assumption", "end"])
        if (worth["enbs"] > 0).any():
            assert rows.loc[("dropout", end), "enbs"] == worth["enbs"].max()
        else:
            assert rows.loc[("dropout", end), "times"] == times.min()


def test_a_trial_that_nobody_benefits_from_is_ranked_by_its_cost(results, found):
    definition = found.definitions[0]
    late = definition.model_copy(update={"years_to_report": "40"})
    made = report(results, replace(found, definitions=(late,)))
    assert np.isinf(made.best["times"]).all()
    assert made.best["patients"].tolist() == [min(late.sizes)]


def test_why_there_are_no_trials(small, results, found):
    assert found.missing == {}
    few = further(analyse(small, draws=40))
    assert few.trials is None
    assert "40 draws, needed are 500" in few.missing["trials"]
    nobody = further(replace(results, population=None))
    assert "how many people" in nobody.missing["trials"]
    strategies = [
        s.model_copy(update={"option": s.name != "New"}) for s in small.definition.strategies
    ]
    definition = small.definition.model_copy(update={"strategies": strategies})
    other = further(replace(results, study=replace(small, definition=definition)))
    assert "New is no option" in other.missing["trials"]
    none = further(replace(results, study=replace(small, trials=())))
    assert (none.trials, none.definitions, none.missing) == (None, (), {})


def test_a_trial_that_can_teach_nothing_is_no_fault_of_the_run(results):
    (trial,) = results.study.trials
    outcome = trial.outcomes[0].model_copy(update={"values": {"Old": "0.5", "New": "0.4"}})
    known = trial.model_copy(update={"outcomes": [outcome]})
    found = further(replace(results, study=replace(results.study, trials=(known,))))
    assert found.trials is None
    assert "informs no uncertain parameter" in found.missing["trials"]


def test_where_the_model_refuses_samples_the_run_goes_on(results, monkeypatch):
    def refused(*given):
        raise ModelError("a probability of 1.2", draw=7)

    monkeypatch.setattr("hecon.analyses.further.morris", refused)
    found = further(results)
    assert (found.sobol, found.morris) == (None, None)
    assert "a probability of 1.2" in found.missing["sobol"]
    assert found.trials is not None


def test_nothing_uncertain_leaves_nothing_to_share_out(algebra):
    fixed = load_study(TESTS / "replications/studies/darth_indep")
    found = further(analyse(fixed, draws=5))
    assert (found.sobol, found.tables(), found.missing) == (None, {}, {})
    never = next(p.distribution for p in algebra.parameters if not p.distribution.varies)
    idle = replace(
        algebra,
        parameters=[
            p if p.name == "nobody" else replace(p, distribution=never) for p in algebra.parameters
        ],
    )
    with pytest.raises(InputError, match="no uncertain input moves the result"):
        sobol(idle, 20_000.0, 8)
    found = further(analyse(idle, draws=5))
    assert found.sobol is None
    assert found.missing["sobol"].startswith("no uncertain input moves the result")


def test_a_turn_between_values_that_the_model_takes():
    """A horizon in whole cycles: what lies between the ends can't be searched."""
    found = break_even(load_study(TESTS / "bad_input/small")).set_index("parameter")
    assert found.index.is_unique
    status = found.loc["horizon", "status"]
    assert status.startswith("turns between 1 and 20, not searched further: the horizon holds")
    assert np.isnan(found.loc["horizon", "break_even"])
    assert "horizon" in turning(found.reset_index())["parameter"].tolist()
    assert found.loc["rate_well[Old]", "status"] == "solved"
