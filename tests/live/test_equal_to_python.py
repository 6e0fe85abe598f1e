"""The model in a browser and in Python: base case, choices, ends of ranges, draws, lengths."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.comparison import totals
from hecon.analyses.evaluate import evaluate
from hecon.analyses.pair import changed_rows
from hecon.analyses.results_table import TOTALS
from hecon.analyses.scenarios import scenario_table
from hecon.analyses.threshold import severity
from hecon.engine.model import key_text
from hecon.report.live.script_model import ScriptModel
from hecon.report.live.scripts import scripts
from hecon.studies.budget_values import with_budget
from hecon.studies.load_study import load_study
from hecon.studies.variant import with_values

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
EQUAL = 1e-9

#: Every case at once: inputs that are moved, and at most one choice.
RUN = """
const model = new LiveModel(spec);
return cases.map(({ moved, choice, compared }) => {
  const chosen = choice === null ? [] : [spec.choices[choice]];
  const P = model.begin(model.inputs(moved), model.overrides(chosen, moved));
  const found = model.totals(model.prepared(spec.main, P), P);
  const left = (group, at) => model.remaining(group, P, at);
  const standard = spec.standard[compared];
  return [
    ["cost", "qaly", "life_years"].map(kind => [...found[kind]]),
    spec.people ? [false, true].map(at => left(spec.people, at) - left(standard, at)) : [],
  ];
});
"""


def case(study, moved=None, choice=None, compared=None):
    return {"moved": moved or {}, "choice": choice, "compared": compared or study.compared[1]}


def figures(study, design):
    """Totals by row of a design: [row, kind, strategy]."""
    outcomes = evaluate(study.model, design)
    cost, qaly = totals(outcomes)
    found = np.stack([x.values for x in (cost, qaly, outcomes["life_years"])])
    return found.transpose(2, 0, 1)


def computed(computes, study, cases):
    text, spec = ScriptModel(study).written()
    found = computes(RUN, scripts() + text, spec=spec, cases=cases)
    return np.array([f[0] for f in found]), [f[1] for f in found]


def alike(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=EQUAL, atol=1e-12)


def check_all(computes, study):
    """Base, every choice with its shortfall, both ends of every range, and 25 draws."""
    model = ScriptModel(study)
    ends = [
        {p.key: end}
        for p in study.parameters
        if p.is_input and p.stated_range and p.key in model.keys.all
        for end in p.stated_range
    ]
    design = study.probabilistic(25) if study.uncertain else None
    drawn = design.block(0, 25) if design else {}
    rows = [{key_text(k): float(v[i]) for k, v in drawn.items()} for i in range(25 * bool(drawn))]
    cases = [case(study)]
    cases += [case(study, None, i, c.compare[1]) for i, c in enumerate(model.choices)]
    cases += [case(study, {key_text(k): v for k, v in end.items()}) for end in ends]
    cases += [case(study, row) for row in rows]
    found, short = computed(computes, study, cases)
    n, rule = 1 + len(model.choices), study.jurisdiction.definition.severity
    short = [s[rule.discounted] for s in short] if rule is not None and short[0] else []

    alike(found[:1], figures(study, study.base_case()))
    if model.choices:
        table = scenario_table(with_budget(study), model.choices)
        columns = [[f"{what} {s}" for s in study.model.strategies] for what in TOTALS]
        alike(found[1:n].transpose(1, 0, 2), [table[c].to_numpy() for c in columns])
        if short:
            alike(short[1:n], table["shortfall"])
    if ends:
        moved = changed_rows(study, ends)
        alike(found[n : n + len(ends)], figures(study, moved))
        if short:
            limits = severity(study, moved, [study.compared] * len(ends))
            alike(short[n : n + len(ends)], limits["shortfall"])
    if design:
        alike(found[n + len(ends) :], figures(study, design))
    return len(cases)


def test_ptsd_in_norway(computes):
    study = load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")
    assert check_all(computes, study) > 200


@pytest.mark.long
@pytest.mark.parametrize("name", ["mdd", "ptsd_sequence"])
def test_memory_and_a_second_course(computes, name):
    study = load_study(ROOT / f"inputs/studies/{name}", ROOT / "inputs/jurisdictions/norway")
    assert check_all(computes, study) > 100


@pytest.mark.parametrize(
    "name",
    ["tunnel", "uneven_memory", "two_lengths", "transition_payoffs", "subgroups", "three_lines"],
)
def test_what_a_model_may_hold(computes, name):
    """Memory, cycles that differ, payoffs on transitions, lines of treatment; no courses."""
    folder = TESTS / "generality"
    check_all(computes, load_study(folder / "studies" / name, folder / "jurisdiction"))


@pytest.mark.parametrize("name", ["rdecision_tkr", "darth_timedep_age"])
def test_rules_of_counting(computes, name):
    """Costs at the end of cycles and effects at their means; and points in time."""
    check_all(computes, load_study(TESTS / "replications/studies" / name))


def test_the_start_of_each_cycle_alone(computes):
    study = load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")
    study = replace(study, model=replace(study.model, counting="start-of-cycle"))
    found, _ = computed(computes, study, [case(study)])
    alike(found, figures(study, study.base_case()))


def test_another_horizon_age_and_length_of_cycles(computes):
    study = load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")
    changes = [
        {"horizon_age": 60.0, "start_age": 30.0},
        {"cycle_months": 0.5, "horizon_age": 42.0},
    ]
    found, _ = computed(computes, study, [case(study, change) for change in changes])
    for ours, change in zip(found, changes, strict=True):
        moved = with_values(study, [f"{k}={v!r}" for k, v in change.items()])
        alike(ours[None], figures(moved, moved.base_case()))
