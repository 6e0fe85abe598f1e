"""Reductions against a second way: brute force, plain Python, or one run at a time."""

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from dense import Plain, to_model

from hecon.analyses.comparison import compare, comparison, sentence, totals
from hecon.analyses.evaluate import evaluate
from hecon.analyses.frontier import frontier
from hecon.analyses.one_way import one_way, ranges
from hecon.analyses.probabilistic import decision, summary
from hecon.analyses.results_table import evaluated_table
from hecon.analyses.scenarios import scenario_design, scenario_model, scenario_table
from hecon.analyses.threshold import severity
from hecon.engine.expression import constant, parse
from hecon.errors import ModelError
from hecon.parameters.design import TableDesign, base_case, base_values, rows
from hecon.studies.load_study import load_study

ROOT = Path(__file__).parents[2]


@cache
def ptsd():
    return load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")


@cache
def base():
    return evaluate(ptsd().model, base_case(ptsd().parameters))


@pytest.mark.parametrize(
    ("cost", "qaly", "verdict", "icer", "words"),
    [
        (10, 2, "more costly, more effective", 5, "A against B: NOK 5 per QALY gained."),
        (-10, -2, "less costly, less effective", 5, "A against B saves NOK 5 per QALY forgone."),
        (-10, 2, "dominant", None, "A dominates B: it costs less and gives more QALYs."),
        (0, 2, "dominant", None, "A dominates B: it costs the same and gives more QALYs."),
        (10, -2, "dominated", None, "A is dominated by B: it costs more and gives fewer QALYs."),
        (0, -2, "dominated", None, "A is dominated by B: it costs the same and gives fewer QALYs."),
        (2e-6, 2, "more costly, more effective", 1e-6, "A against B: NOK 0 per QALY gained."),
        (10, 0, "more costly, no difference in effect", None, None),
        (-10, 0, "less costly, no difference in effect", None, None),
        (0, 0, "no difference", None, "A against B: no difference."),
        (
            2,
            2e-9,
            "more costly, more effective",
            1e9,
            "A against B: NOK 1,000,000,000 per QALY gained.",
        ),
    ],
)
def test_verdicts(cost, qaly, verdict, icer, words):
    found = comparison("A", "B", cost, qaly, 3.0)
    assert (found.intervention, found.comparator, found.life_years) == ("A", "B", 3.0)
    assert (found.cost, found.qaly, found.verdict) == (cost, qaly, verdict)
    assert math.isnan(found.icer) if icer is None else found.icer == pytest.approx(icer)
    assert sentence(found, "NOK") == (words or f"A against B: {verdict}.")


def test_compare_reads_the_draw_asked_for():
    values = np.array([[1.0, 2.0], [10.0, 30.0]])
    plain = Plain(
        states={"S": 0},
        initial={"S": "1"},
        transitions={("S", "S"): "rest"},
        payoffs=(
            ("C", "cost", "start", "c", "event", None),
            ("Q", "qaly", "start", "q", "event", None),
        ),
        strategies=("A", "B"),
        parameters=("c[A]", "c[B]", "q[A]", "q[B]"),
    )
    columns = {
        ("c", "A"): values[0],
        ("c", "B"): values[1],
        ("q", "A"): np.array([0.5, 0.25]),
        ("q", "B"): np.array([1.0, 4.25]),
    }
    outcomes = evaluate(to_model(plain), TableDesign(2, {}, columns))
    found = compare(outcomes, "B", "A", draw=1)
    assert (found.cost, found.qaly, found.life_years, found.icer) == (28, 4, 0, 7)
    assert compare(outcomes, "B", "A").cost == 9


def efficient_by_force(cost, effect):
    """Strategies that some value of a QALY makes the only best choice."""
    best = set()
    for value in np.concatenate([[0], np.geomspace(1e-3, 1e9, 40_000)]):
        best.add(int(np.argmax(value * effect - cost)))
    return best


@pytest.mark.parametrize("seed", range(30))
def test_the_frontier_is_what_some_threshold_chooses(seed):
    random = np.random.default_rng(seed)
    cost, effect = random.uniform(0, 100, 7), random.uniform(0, 1, 7)
    names = [f"S{i}" for i in range(7)]
    table = frontier(names, cost, effect)
    assert list(table["strategy"]) == [names[i] for i in np.argsort(cost)]
    on = table[table["status"] == "on the frontier"]
    assert set(on["strategy"]) == {names[i] for i in efficient_by_force(cost, effect)}
    for row in table[table["status"] != "on the frontier"].to_dict("records"):
        i = names.index(row["strategy"])
        beaten = ((cost < cost[i]) & (effect > effect[i])).any()
        assert row["status"] == ("dominated" if beaten else "extendedly dominated")
        assert row["against"] == ""
        assert all(math.isnan(row[n]) for n in ("cost_difference", "effect_difference", "icer"))
    steps = on.to_dict("records")
    assert steps[0]["against"] == ""
    for before, after in pairwise(steps):
        assert after["against"] == before["strategy"]
        assert after["cost_difference"] == after["cost"] - before["cost"]
        assert after["effect_difference"] == after["effect"] - before["effect"]
        assert after["icer"] == after["cost_difference"] / after["effect_difference"]


def test_ties_on_the_frontier():
    table = frontier(["A", "B", "C", "D"], np.array([1.0, 1, 1, 2]), np.array([1.0, 2, 2, 2]))
    assert list(table["strategy"]) == ["B", "C", "A", "D"]
    assert list(table["status"]) == ["on the frontier", "no difference", "dominated", "dominated"]


def test_decision_draw_by_draw():
    random = np.random.default_rng(5)
    cost, effect = random.uniform(0, 100, (3, 40)), random.uniform(0, 1, (3, 40))
    thresholds = np.array([0.0, 50, 200])
    found = decision(["A", "B", "C"], cost, effect, thresholds)
    for threshold in thresholds:
        benefit = [[threshold * effect[s, d] - cost[s, d] for d in range(40)] for s in range(3)]
        mean = [sum(b) / 40 for b in benefit]
        best = mean.index(max(mean))
        wins = [0, 0, 0]
        lost = []
        for d in range(40):
            column = [benefit[s][d] for s in range(3)]
            wins[column.index(max(column))] += 1
            lost.append(max(column) - column[best])
        at = found.sel(threshold=threshold)
        np.testing.assert_allclose(at["nmb"], mean)
        np.testing.assert_allclose(at["probability_best"], [w / 40 for w in wins])
        assert str(at["best"].values) == "ABC"[best]
        assert float(at["probability_frontier"]) == wins[best] / 40
        assert float(at["evpi"]) == pytest.approx(sum(lost) / 40)


def test_summary_by_hand():
    table = summary(["A"], {"cost": np.array([[1.0, 2, 3, 4, 5]])})
    (row,) = table.to_dict("records")
    assert (row["strategy"], row["figure"], row["mean"]) == ("A", "cost", 3)
    assert row["standard_error"] == pytest.approx(math.sqrt(2.5 / 5))
    assert (row["low"], row["high"]) == pytest.approx((1.1, 4.9))
    assert math.isnan(summary(["A"], {"cost": np.array([[1.0]])})["standard_error"][0])


def test_one_way_is_one_run_for_each_end():
    study = ptsd()
    table = one_way(study)
    chosen = {r.parameter.text: r for r in ranges(study)}
    assert len(table) == 2 * len(chosen)
    cut = [*table["parameter"][:6:2], *table["parameter"][-4::2]]
    for name, end in product(cut, ("low", "high")):
        (row,) = table[(table["parameter"] == name) & (table["end"] == end)].to_dict("records")
        value = getattr(chosen[name], end)
        assert row["value"] == value
        assert row["basis"].startswith(chosen[name].basis)
        numbers = {**base_values(study.parameters), chosen[name].parameter.key: value}
        found = compare(evaluate(study.model, TableDesign(1, numbers)), *study.compared)
        assert (row["cost_difference"], row["qaly_difference"]) == pytest.approx(
            (found.cost, found.qaly), rel=1e-9
        )
    base = evaluated_table(study, base_case(study.parameters), [study.compared])["nmb"].item()
    ends = table.groupby("parameter", sort=False)["nmb"]
    spans = ends.agg(lambda s: max(*s, base) - min(*s, base))
    assert list(spans) == sorted(spans, reverse=True)
    assert list(table["end"]) == ["low", "high"] * len(chosen)


def test_ranges_are_stated_or_percentiles():
    for found in ranges(ptsd()):
        parameter = found.parameter
        if parameter.low is None or parameter.high is None:
            assert found.basis == "95 % of the distribution"
            ends = [float(parameter.distribution.quantile(u)) for u in (0.025, 0.975)]
        else:
            assert found.basis == "stated range"
            ends = [parameter.low, parameter.high]
        assert [found.low, found.high] == ends
        assert parameter.name not in ptsd().jurisdiction.opportunity_cost.names


def test_scenarios_are_one_run_each():
    """All scenarios in one design give what each scenario's own model gives alone."""
    study = ptsd()
    table = scenario_table(study)
    assert list(table["scenario"]) == [s.id for s in study.scenarios]
    assert list(table["title"]) == [s.title for s in study.scenarios]
    for position in range(0, len(study.scenarios), 9):
        scenario = study.scenarios[position]
        numbers = {
            k: v for k, v in base_values(study.parameters).items() if k not in scenario.changes
        }
        alone = evaluate(scenario_model(study, scenario), TableDesign(1, numbers))
        found = compare(alone, *scenario.compare)
        row = table.iloc[position]
        assert (row["cost_difference"], row["qaly_difference"]) == pytest.approx(
            (found.cost, found.qaly), rel=1e-9
        )


def test_a_scenario_design_holds_what_its_scenarios_say():
    study = ptsd()
    some = study.scenarios[:12]
    design = scenario_design(study, some)
    assert design.draws == 12
    for draw, scenario in enumerate(some):
        for key, expr in scenario.changes.items():
            if expr.op == "const":
                assert design.columns[key][draw] == expr.value
    for key, value in design.numbers.items():
        assert base_values(study.parameters)[key] == value
        assert not any(key in s.changes for s in some)


def test_severity_by_hand():
    study = ptsd()
    (row,) = severity(study, base_case(study.parameters), [study.compared]).to_dict("records")
    years = constant(111.0 - 40.0)  # the life table ends with the age of 110
    people, ill = (replace(m, horizon_years=years) for m in (study.population, study.model))
    design = base_case(study.parameters)
    found = [totals(evaluate(m, design), "_undiscounted")[1] for m in (people, ill)]
    lived, standard = float(found[0][0, 0]), float(found[1].sel(strategy=study.compared[1])[0])
    assert row["population_qaly"] == pytest.approx(lived, rel=1e-12)
    assert row["standard_qaly"] == pytest.approx(standard, rel=1e-12)
    assert row["shortfall"] == pytest.approx(lived - standard, rel=1e-11)
    assert 4 <= lived - standard < 8  # Norway's second class: 385,000 in place of 275,000
    assert row["weight"] == 1.4
    assert row["threshold"] == 385_000


def test_an_error_names_the_draw_of_the_whole_design():
    """Rows are grouped by cycle length; the message counts them as the design does."""
    plain = Plain(
        states={"S": 0, "Dead": 0},
        initial={"S": "1"},
        transitions={("S", "Dead"): "p", ("S", "S"): "rest", ("Dead", "Dead"): "rest"},
        parameters=("p", "months"),
    )
    model = replace(to_model(plain), cycle_months=parse("months"))
    months, p = [12.0, 6, 12, 6, 6], [0.1, 0.1, 0.1, 0.1, 1.5]
    changes = [{("months", None): m, ("p", None): x} for m, x in zip(months, p, strict=True)]
    numbers = {("months", None): 12.0, ("p", None): 0.1}
    with pytest.raises(ModelError) as error:
        evaluate(model, rows(numbers, changes), block=2)
    assert error.value.coordinates["draw"] == 4
    assert "a probability in the row of S is -0.5" in str(error.value)
    months[3] = 7
    with pytest.raises(ModelError, match=r"horizon holds 17\.1429 cycles of 7 months") as error:
        evaluate(model, rows(numbers, [{("months", None): m} for m in months]))
    assert error.value.coordinates["draw"] == 3
