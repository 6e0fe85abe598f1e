"""The JavaScript face of expressions, in a real browser: the same numbers as NumPy and SciPy."""

import numpy as np
import pytest
from scipy import special

from hecon.engine.expression import parse
from hecon.engine.loop import Positions
from hecon.engine.model import CohortModel, LookupTable
from hecon.engine.operations import NEAR, OPERATIONS
from hecon.engine.timing import COUNTING
from hecon.engine.values import formula_values
from hecon.report.live.script_model import rule_pattern
from hecon.report.live.script_names import ScriptNames
from hecon.report.live.scripts import scripts

#: On and beside a boundary, as fractions of months meet it.
EDGES = [
    0.0,
    1.0,
    -1.0,
    3.0,
    3 - 1e-10,
    3 + 1e-10,
    3 - 1e-8,
    3 + 1e-8,
    2.5,
    -2.5,
    0.3,
    (13 / 12 + 1 / 12) * 12 - 11,
]
TEXTS = [
    "a + b", "a - b", "a * b", "a / (b + 7)", "abs(a) ** b", "1 ** (0 / 0 + a)", "-a ** 2",
    "a - -b", "-(-a)",
    "a < b", "a <= b", "a > b", "a >= b", "a == b", "a != b", "a and b", "a or b", "not a",
    "a < b < 3", "a if b else 2", "min(a, b, 1)", "max(a, b, 1)", "exp(a)", "log(abs(a) + 1e-3)",
    "sqrt(abs(a))", "abs(a)", "floor(a)", "ceil(a)", "expit(a)", "logit(expit(a))", "norm_cdf(a)",
    "gamma_cdf(abs(a), abs(b) + 0.1)", "t.value(a)", "t.value(a * 2 - b)",
    "surv_gengamma(abs(a), 0.3, 0.8, b)", "surv_weibull(a, 1.2, 3)", "surv_gompertz(a, 0, 0.1)",
    "weeks_per_year * a / months_per_year", "1e-9 * a + -0.5 - -b",
]  # fmt: skip


def model() -> CohortModel:
    table = LookupTable("t", np.array([0.0, 1.0, 2.5, 3.0]), {"value": np.array([5.0, 6, 7, 8])})
    return CohortModel(
        ("S",), (), (("a", None), ("b", None)), {}, {}, (), (), {"t": table},
        parse("1"), parse("1"), None, "cycle-means", parse("1"), parse("1"),
    )  # fmt: skip


def test_every_operation_gives_what_numpy_gives(computes):
    assert {e.op for text in TEXTS for e in parse(text).walk()} >= OPERATIONS.keys()
    a, b = (grid.ravel() for grid in np.meshgrid(EDGES, EDGES))
    tables: Positions = Positions()
    names = ScriptNames(model(), Positions(), tables)
    for text in TEXTS:
        names.formula(parse(text), "S")
    assert names.keys.all == [("a", None), ("b", None)]
    columns = [
        (model().tables[t].columns[c] if c else model().tables[t].keys).tolist()
        for t, c in tables.all
    ]
    found = computes(
        """const g = namesOf(slots, []);
        return texts(X).map(f => rows.map(row => f(g.set(row, new Map()))));""",
        scripts() + f"const texts=X=>[{','.join(names.formulas.all)}];",
        X=columns,
        slots=names.defined,
        rows=np.c_[a, b].tolist(),
    )
    targets = [(parse(text), "S") for text in TEXTS]
    wanted = formula_values(model(), targets, {}, {("a", None): a, ("b", None): b})
    for text, ours, theirs in zip(TEXTS, found, wanted, strict=True):
        np.testing.assert_allclose(
            np.array(ours, dtype=float), theirs, rtol=1e-12, atol=1e-13, err_msg=text
        )


def test_distributions_are_those_of_scipy(computes):
    z = np.r_[np.linspace(-37, 9, 400), 0.0, 1e-9, -1e-9]
    shapes = np.array([0.01, 0.5, 1, 2.5, 15.9, 16.1, 100, 1e4])
    pairs = [(float(s * x), float(s)) for s in shapes for x in (0, 1e-6, 0.1, 0.9, 1, 1.01, 2, 9)]
    normal, gamma = computes(
        "return [z.map(normCdf), pairs.map(p => gammaCdf(...p))];", z=z.tolist(), pairs=pairs
    )
    np.testing.assert_allclose(normal, special.ndtr(z), rtol=5e-13)
    wanted = [special.gammainc(shape, x) for x, shape in pairs]
    np.testing.assert_allclose(gamma, wanted, rtol=1e-9, atol=1e-13)


def test_near_is_said_twice_and_alike(computes):
    assert computes("return NEAR;") == NEAR


@pytest.mark.parametrize("cycles", [1, 2, 6, 7])
def test_counting_rules_weigh_as_in_python(computes, cycles):
    rules = {name: rule_pattern(rule) for name, rule in COUNTING.items()}
    found = computes(
        """return Object.values(rules).map(rule => {
          try { const K = clockOf(rule, cycles, 3, ["discount_time"]);
            return [K.before, K.after, K.events, K.times[0]].map(a => [...a]);
          } catch (fault) { return fault.name; } });""",
        rules=rules,
        cycles=cycles,
    )
    for rule, ours in zip(COUNTING.values(), found, strict=True):
        try:
            wanted = [rule.before(cycles), rule.after(cycles), rule.events(cycles)]
        except ValueError:
            assert ours == "odd_cycles"
            continue
        np.testing.assert_allclose(ours[:3], wanted, rtol=1e-14)
