"""Rules of other countries on the page: what is offered, and the same answer as Python's."""

from dataclasses import replace

import numpy as np
import pytest
from page_cases import DRAWS, ROOT

from hecon.analyses.base_case import base_table, threshold
from hecon.analyses.comparison import totals
from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.jurisdictions.load_jurisdiction import load_jurisdiction
from hecon.report.live.other_rules import other_rules
from hecon.studies.load_study import load_study
from hecon.studies.variant import with_values

COUNTRIES = ROOT / "inputs/jurisdictions"
FIGURES = ["cost_difference", "qaly_difference", "threshold", "shortfall"]

ANSWER = """return cases.map(({ kind, id, moved, asked }) => {
  const choices = data.choices.filter(choice => choice.kind === kind && choice.id === id);
  const found = answerOf(model, data.rules, { moved, choices, asked });
  return [found.cost, found.qaly, found.threshold, found.shortfall];
});"""

DRAWN = """const choices = data.choices.filter(choice => choice.kind === "discounting" && choice.id === "england");
const all = [];
for (const part of drawnTotals(model, decodedDraws(data.draws), { moved: {}, choices }, 0, data.draws.count)) all.push(...part.totals);
return all;"""  # noqa: E501


def judged_as_in(study, country):
    """The study with another country's rule of severity; None weighs nothing."""
    rule = load_jurisdiction(COUNTRIES / country).definition.severity
    place = study.jurisdiction
    definition = place.definition.model_copy(update={"severity": rule})
    return replace(study, jurisdiction=replace(place, definition=definition))


#: By kind and id of a choice the study that is the same in Python; rates as sources have them.
SAME = {
    ("discounting", "england"): lambda s: with_values(
        s, ["disc_0_39=0.035", "disc_40_74=0.035", "disc_75=0.035"]
    ),
    ("discounting", "australia"): lambda s: with_values(
        s, ["disc_0_39=0.05", "disc_40_74=0.05", "disc_75=0.05"]
    ),
    ("discounting", "switzerland+usa"): lambda s: with_values(
        s, ["disc_0_39=0.03", "disc_40_74=0.03", "disc_75=0.03"]
    ),
    ("severity", "england"): lambda s: judged_as_in(s, "england"),
    ("severity", "australia+switzerland+usa"): lambda s: judged_as_in(s, "usa"),
    ("counted", "australia+england+switzerland+usa"): lambda s: with_values(
        s, ["include_patient_cost=0"]
    ),
}


def test_rules_that_carry_over_are_offered(study):
    assert {(r.kind, r.scenario.id) for r in other_rules(study)} == SAME.keys()


def test_steps_that_one_rate_can_not_express_are_not_offered():
    england = load_study(ROOT / "inputs/studies/ptsd", COUNTRIES / "england")
    found = {(r.kind, r.scenario.id): r for r in other_rules(england)}
    assert ("discounting", "norway") not in found
    assert ("severity", "norway") in found
    (changes,) = [found["counted", "norway"].scenario.changes]
    assert {name: expr.value for (name, _), expr in changes.items()} == {"include_patient_cost": 1}


def test_a_country_that_can_not_be_read_is_left_out(study, tmp_path):
    (tmp_path / "norway").symlink_to(COUNTRIES / "norway")
    (tmp_path / "usa").symlink_to(COUNTRIES / "usa")
    (tmp_path / "blank").mkdir()
    (tmp_path / "blank" / "jurisdiction.toml").write_text('name = "blank"\ntitle = ""\n')
    place = replace(study.jurisdiction, folder=tmp_path / "norway")
    found = other_rules(replace(study, jurisdiction=place))
    assert {r.scenario.id for r in found} >= {"usa"}


def test_the_answer_by_other_rules_is_that_of_python(ask, study):
    cases = [{"kind": kind, "id": name, "moved": {}, "asked": None} for kind, name in SAME]
    asked = {"kind": "", "id": "", "moved": {}, "asked": 600_000}
    found = ask(ANSWER, cases=[*cases, asked])
    runs = [Run(same(study), Settings(DRAWS)) for same in SAME.values()]
    runs.append(Run(study, Settings(DRAWS, options={"threshold": 600_000.0})))
    base = Run(study, Settings(DRAWS))(base_table).iloc[0]
    told = [*SAME, "a value to judge by"]
    for name, ours, run in zip(told, found, runs, strict=True):
        wanted = run(base_table).iloc[0].reindex(FIGURES).astype(float).fillna(base["shortfall"])
        wanted["threshold"] = run(threshold)
        np.testing.assert_allclose(ours, wanted, rtol=1e-9, err_msg=str(name))


def test_draws_by_other_rules_are_those_of_python(ask, study):
    other = SAME["discounting", "england"](study)
    outcomes = evaluate(other.model, other.probabilistic(DRAWS))
    wanted = np.stack([x.values for x in totals(outcomes)]).transpose(2, 0, 1)
    np.testing.assert_allclose(np.array(ask(DRAWN)).reshape(wanted.shape), wanted, rtol=1e-9)


@pytest.mark.parametrize(("severity", "weight"), [("england", 1.0), ("norway", 1.4)])
def test_severity_weighs_by_the_rule_that_is_chosen(ask, severity, weight):
    """Shortfall of about 5.9 QALYs: class 4 to 8 in Norway; below 12 and 85 % in England."""
    found = ask(
        """const choices = data.choices.filter(choice => choice.kind === "severity" && choice.id === id);
        return answerOf(model, data.rules, { moved: {}, choices }).weight;""",  # noqa: E501
        id=severity,
    )
    assert found == weight
