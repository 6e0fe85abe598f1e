"""Survival curves in flexsurv's parameters: against scipy, algebra, and in all faces."""

import math

import formualizer
import numpy as np
import pytest
from scipy import integrate, stats
from tiny import study

from hecon.analyses.evaluate import evaluate
from hecon.engine.expression import ExpressionError, excel, parse
from hecon.engine.operations import OPERATIONS
from hecon.parameters.design import ProbabilisticDesign, base_case

TIMES = (0.0, 0.25, 1.0, 3.5, 12.0)


def numbers(expr, values):
    if expr.op == "const":
        return np.float64(expr.value)
    if expr.op == "name":
        return np.float64(values[expr.name])
    with np.errstate(all="ignore"):
        return OPERATIONS[expr.op].numpy(*(numbers(a, values) for a in expr.args))


def in_excel(expr, values):
    """What a spreadsheet gives for the formula as it stands in the file."""
    book = formualizer.Workbook()
    book.add_sheet("S")
    cells = {}
    for row, (name, value) in enumerate(values.items(), start=1):
        book.set_value("S", row, 1, formualizer.LiteralValue.number(float(value)))
        cells[name] = f"$A${row}"
    book.set_formula("S", 1, 2, "=" + excel(expr, cells.__getitem__, lambda t, k: k))
    return book.evaluate_cell("S", 1, 2)


def prentice(t, mu, sigma, q):
    """The density of the generalised gamma (Prentice 1974), integrated."""
    if t == 0:
        return 1.0

    def density(x):
        w = (math.log(x) - mu) / sigma
        shape = q**-2
        log = math.log(abs(q)) + shape * math.log(shape) + shape * (q * w - math.exp(q * w))
        return math.exp(log - math.lgamma(shape)) / (sigma * x)

    return 1 - integrate.quad(density, 0, t, epsabs=1e-12, epsrel=1e-12, limit=400)[0]


CASES = [
    ("surv_exponential", (0.3,), lambda t, r: stats.expon(scale=1 / r).sf(t)),
    ("surv_weibull", (1.7, 4.0), lambda t, a, b: stats.weibull_min(a, scale=b).sf(t)),
    ("surv_gompertz", (0.2, 0.1), lambda t, a, b: stats.gompertz(b / a, scale=1 / a).sf(t)),
    # a falling hazard: some never die
    ("surv_gompertz", (-0.4, 0.3), lambda t, a, b: math.exp(-b * math.expm1(a * t) / a)),
    ("surv_gompertz", (0.0, 0.3), lambda t, a, b: math.exp(-b * t)),
    ("surv_loglogistic", (2.5, 3.0), lambda t, a, b: stats.fisk(a, scale=b).sf(t)),
    ("surv_lognormal", (0.8, 0.6), lambda t, m, s: stats.lognorm(s, scale=math.exp(m)).sf(t)),
    ("surv_gengamma", (1.0, 0.7, 0.5), prentice),
    ("surv_gengamma", (1.0, 0.7, -0.5), prentice),
    ("surv_gengamma", (1.0, 0.7, 1.8), prentice),
    # a Weibull, an exponential and a lognormal in other words
    ("surv_gengamma", (math.log(4), 1 / 1.7, 1.0), lambda t, *_: math.exp(-((t / 4) ** 1.7))),
    ("surv_gengamma", (1.0, 0.7, 0.0), lambda t, m, s, _: stats.lognorm(s, scale=math.e**m).sf(t)),
]


@pytest.mark.parametrize(("name", "given", "wanted"), CASES, ids=lambda c: str(c)[:24])
def test_against_scipy_and_algebra_in_both_faces(name, given, wanted):
    names = [f"par_{i}" for i in range(len(given))]
    expr = parse(f"{name}(t_now, {', '.join(names)})")
    for t in TIMES:
        values = {"t_now": t, **dict(zip(names, given, strict=True))}
        truth = float(wanted(t, *given))
        assert float(numbers(expr, values)) == pytest.approx(
            truth, abs=3e-10 if wanted is prentice else 1e-13
        )
        assert in_excel(expr, values) == pytest.approx(float(numbers(expr, values)), abs=1e-13)


def test_before_the_start_everybody_lives():
    values = {"aa": 1.3, "bb": 0.8}
    for name in ("weibull", "gompertz", "loglogistic", "lognormal"):
        assert float(numbers(parse(f"surv_{name}(-1, aa, bb)"), values)) == 1.0


def test_a_wrong_number_of_arguments_names_the_right_ones():
    with pytest.raises(ExpressionError, match=r"surv_weibull\(\) takes t, shape, scale; found 2"):
        parse("surv_weibull(1, 2)")


def test_a_markov_model_of_a_curve_is_the_curve(tmp_path):
    """One less the ratio of survival at both ends of a cycle, in draws as in the base case."""
    rows = (
        "name,strategy,value,unit,low,high,distribution,distribution_parameters,currency,"
        "price_year,source,status\n"
        "extra,A,0,EUR/year,,,,,EUR,2024,x,assumption\nextra,B,10,EUR/year,,,,,EUR,2024,x,assumption\n"
        "log_scale,all,1.2,number,,,normal,mean = 1.2; sd = 0.1,,,x,assumption\n"
        "gg_q,all,0.6,number,,,normal,mean = 0.6; sd = 0.1,,,x,assumption\n"
    )
    curve = "surv_gengamma({}, log_scale, 0.7, gg_q)"
    move = f"1 - {curve.format('(year + cycle_years)')} / {curve.format('year')}"
    loaded = study(
        tmp_path,
        parameters=rows,
        transitions=f'from,to,probability\nWell,Dead,"{move}"\nWell,Well,rest\nDead,Dead,rest\n',
    )
    for design in (base_case(loaded.parameters), ProbabilisticDesign(loaded.parameters, 5, 1)):
        found = evaluate(loaded.model, design)["life_years"].sel(strategy="A").values
        drawn = {**design.numbers, **design.block(0, design.draws)}
        alive = sum(
            weight * numbers(parse(curve.format(t)), {k[0]: v for k, v in drawn.items()})
            if design.draws == 1
            else weight
            * np.array(
                [
                    numbers(
                        parse(curve.format(t)),
                        {k[0]: v if np.ndim(v) == 0 else v[i] for k, v in drawn.items()},
                    )
                    for i in range(design.draws)
                ]
            )
            for t, weight in enumerate((0.5, 1, 1, 1, 0.5))
        )
        np.testing.assert_allclose(found, alive, rtol=1e-12)
