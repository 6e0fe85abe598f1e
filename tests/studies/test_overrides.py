"""A scenario that overrides a session's cell is the study with that cell edited."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import evaluate
from hecon.analyses.scenarios import scenario_design, scenario_model
from hecon.engine.expression import Expr
from hecon.engine.values import formula_values
from hecon.parameters.design import base_case, base_values
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"
STRATEGY = "MDMA-AT"
STUDY, JURISDICTION = Path("studies", "ptsd"), Path("jurisdictions", "norway")

#: Session, column, new content, and the line of sessions.csv that is edited instead.
CASES = {
    "number": ("MDMA-AT.4.contact_hours", "6", "MDMA-AT,4,3,MDMA dosing day,1,8.0,", "8.0,", "6,"),
    "formula": (
        "MDMA-AT.1.psychologists",
        "n_therapists_dosing + 1",
        "MDMA-AT,1,1,preparation,1,1.5,n_therapists_other,",
        "n_therapists_other,",
        "n_therapists_dosing + 1,",
    ),
    "week": ("MDMA-AT.4.week", "20", "MDMA-AT,4,3,MDMA", ",3,", ",20,"),
    "included": ("MDMA-AT.1.included", "0", "MDMA-AT,1,1,preparation,1,", "tion,1,", "tion,0,"),
    "strategy with a sign": (
        "PBO+THERAPY.1.contact_hours",
        "3",
        "PBO+THERAPY,1,1,preparation,1,1.5,",
        "1.5,",
        "3,",
    ),
}


@pytest.fixture
def inputs(tmp_path):
    shutil.copytree(INPUTS, tmp_path / "inputs")
    return tmp_path / "inputs"


def edited(path, line, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n" + line) == 1
    path.write_text(text.replace("\n" + line, "\n" + line.replace(old, new)), encoding="utf-8")


@pytest.mark.parametrize(
    ("cell", "content", "line", "old", "new"),
    [
        pytest.param(*case, id=name, marks=[pytest.mark.long] if place > 1 else [])
        for place, (name, case) in enumerate(CASES.items())
    ],
)
def test_same_as_editing_the_file(inputs, cell, content, line, old, new):
    scenarios = inputs / STUDY / "scenarios.csv"
    plain = load_study(inputs / STUDY, inputs / JURISDICTION)
    header = scenarios.read_text(encoding="utf-8").splitlines()[0]
    changes = f"{cell} = {content}"
    cells = {"id": "X1", "title": "one cell", "changes": changes, "status": "assumption"}
    row = ",".join(cells.get(name, "") for name in header.split(","))
    scenarios.write_text(scenarios.read_text(encoding="utf-8").rstrip("\n") + f"\n{row}\n")
    study = load_study(inputs / STUDY, inputs / JURISDICTION)
    untouched = evaluate(study.model, base_case(study.parameters))
    before = evaluate(plain.model, base_case(plain.parameters))
    np.testing.assert_allclose(untouched["cost"], before["cost"], rtol=1e-14)

    (scenario,) = [s for s in study.scenarios if s.id == "X1"]
    found = evaluate(scenario_model(study, scenario), scenario_design(study, [scenario]))
    edited(inputs / STUDY / "sessions.csv", line, old, new)
    other = load_study(inputs / STUDY, inputs / JURISDICTION)
    wanted = evaluate(other.model, base_case(other.parameters))
    for name in ("cost", "cost_undiscounted", "qaly", "life_years"):
        np.testing.assert_allclose(
            found[name].sum([d for d in found[name].dims if d in ("item", "source")]),
            wanted[name].sum([d for d in wanted[name].dims if d in ("item", "source")]),
            rtol=1e-12,
        )
    assert not np.allclose(found["cost"].sum("item"), before["cost"].sum("item"), rtol=1e-6)


def test_cell_becomes_a_parameter(inputs):
    scenarios = inputs / STUDY / "scenarios.csv"
    text = scenarios.read_text(encoding="utf-8")
    scenarios.write_text(text.replace("drug_price_session = 0,", "MDMA-AT.4.week = 5,", 1))
    study = load_study(inputs / STUDY, inputs / JURISDICTION)
    (parameter,) = [p for p in study.parameters if p.group == "sessions"]
    assert parameter.key == ("session_4_week", "MDMA-AT")
    assert parameter.value == 3.0
    assert parameter.description == "MDMA-AT, session 4, week"
    assert (parameter.file, parameter.row) == ("ptsd/sessions.csv", 6)
    assert not parameter.distribution.varies


def test_scenarios_together_have_the_values_of_their_own_models():
    """What one overrides is, in another, what the other's own model makes of it."""
    study = load_study(INPUTS / STUDY, INPUTS / JURISDICTION)
    numbers = base_values(study.parameters)
    design = scenario_design(study, study.scenarios)
    for row, scenario in enumerate(study.scenarios):
        model = scenario_model(study, scenario)
        targets = [(Expr("name", name=name), own or STRATEGY) for name, own in design.columns]
        kept = {key: value for key, value in numbers.items() if key not in scenario.changes}
        wanted = formula_values(model, targets, kept, {})
        found = [column[row] for column in design.columns.values()]
        assert found == [float(value) for value in wanted], scenario.id
