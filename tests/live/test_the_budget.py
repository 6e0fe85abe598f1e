"""The budget on the page: its inputs, its scenarios, and what can't be, as in Python."""

import numpy as np
import pytest
from page_cases import CASES, DRAWS

from hecon.analyses.budget_results import budget_years
from hecon.analyses.budget_scenarios import budget_scenario_years
from hecon.analyses.run import Run, Settings
from hecon.engine.model import key_text
from hecon.errors import InputError
from hecon.parameters.design import TableDesign, base_values
from hecon.studies.budget_values import budget_values, with_budget
from hecon.studies.variant import with_values


def test_the_budget_is_that_of_python(ask, study):
    """Net cost by year: queues and places, taxes, and what is paid in the place of the model."""

    found = ask(
        "return cases.map(each => budgetOf(model, data.budget, stateOfCase(each)));",
        cases=[case for case, _ in CASES.values()],
    )
    for (name, (_, changed)), ours in zip(CASES.items(), found, strict=True):
        run = Run(changed(study), Settings(DRAWS))
        wanted = run(budget_years)["net"].values
        np.testing.assert_allclose(ours["net"], wanted, rtol=1e-9, atol=1e-3, err_msg=name)


def test_scenarios_of_the_budget_are_those_of_python(ask, study):
    """Chosen, and with the budget's own inputs moved as they set them."""
    run = Run(study, Settings(DRAWS))
    wanted = {name: years["net"].values for name, years in run(budget_scenario_years).items()}
    own = {p.key for p in study.budget.parameters}
    moved = {
        s.id: {key_text(k): e.value for k, e in s.changes.items()}
        for s in study.budget.scenarios
        if own >= s.changes.keys()
    }
    cases = [("chosen " + name, {"ids": [name]}, name) for name in wanted]
    cases += [("moved " + name, {"moved": values}, name) for name, values in moved.items()]
    found = ask(
        "return cases.map(each => budgetOf(model, data.budget, stateOfCase(each)));",
        cases=[case for _, case, _ in cases],
    )
    assert len(moved) > 5
    for (told, _, name), ours in zip(cases, found, strict=True):
        np.testing.assert_allclose(ours["net"], wanted[name], rtol=1e-9, atol=1e-3, err_msg=told)


@pytest.mark.parametrize(
    "moved",
    [
        {"attrition": 1.1},
        {"places_limited": 0.5},
        {"displaced_pe": 0.0, "uptake_y5": 0.5},
        {"budget_years": 2.5},
        {"hours_per_fte": 0.0},
        {"n_eligible_year": -1.0},
    ],
)
def test_a_budget_that_can_not_be_is_refused_as_in_python(ask, study, moved):
    found = ask("return budgetOf(model, data.budget, stateOfCase({ moved }));", moved=moved)
    assert found["fault"] is not None
    assert "net" not in found
    whole = with_budget(study)
    numbers = {(name, None): value for name, value in moved.items()}
    with pytest.raises(InputError):
        budget_values(whole, TableDesign(1, base_values(whole.parameters) | numbers))


def test_inputs_of_the_budget_are_set_as_others(study):
    changed = with_values(study, ["therapists_start=20", "u_ptsd_40=0.5"])
    assert {p.text: p.value for p in changed.budget.parameters}["therapists_start"] == 20
    assert {p.text: p.value for p in changed.parameters}["u_ptsd_40"] == 0.5
    assert "therapists_start" not in {p.text for p in changed.parameters}
