"""Random formulas, worked out by NumPy and by a spreadsheet program: the same numbers."""

import math
import random

import formualizer
import numpy as np
import openpyxl
import pytest
from dense import Plain, key, to_model

from hecon.engine.expression import excel, parse
from hecon.engine.values import formula_values

VALUES = {"aa": 0.7, "bb": -1.6, "cc": 2.5, "dd": 0.0, "ee": 40.25}
CELLS = {name: f"$A${row}" for row, name in enumerate(VALUES, start=1)}
TABLE = {"t": {"age": [-50, 0, 1, 2.5, 30], "v": [3.0, -0.25, 0.5, 7.0, 0.125]}}
AREA = "$C$1:$D$5"
FORMULAS = 500


def text(rng, depth):
    """A random formula whose parts stay finite."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice((*VALUES, "2", "0.5", "3", "1e-3", "12"))
    a, b = text(rng, depth - 1), text(rng, depth - 2 if depth > 1 else 0)
    c = text(rng, 0)
    return rng.choice(
        (
            f"({a}) {rng.choice('+-*')} ({b})",
            f"{rng.choice(tuple(VALUES))} {rng.choice('+-*')} {rng.choice(('2', 'aa', '-cc'))}",
            f"({a}) / (1 + abs({b}))",
            f"-({a})",
            f"-abs({a}) ** 2",
            f"(-({a})) ** 2",
            f"2 ** -abs({a}) ** 0.5",
            f"exp(-abs({a}))",
            f"log(1 + abs({a})) - sqrt(abs({b}))",
            f"min({a}, {b}, {c}) * max({b}, 1)",
            f"floor({a}) + ceil({b}) - -({c})",
            f"expit(min(9, max(-9, {a}))) ** 2 / expit(min(9, max(-9, {b})))",
            f"logit(0.1 + 0.8 * expit(min(9, max(-9, {a}))))",
            f"({a}) if ({b}) > ({c}) else ({c})",
            f"({a}) if ({b}) else 1 if aa < ({c}) <= 9 else 2",
            f"(({a}) >= ({b}) and not ({c})) + 2 * (({b}) != ({c}) or ({a}) == 1)",
            f"t.v(min(60, max(-40, {a})))",
        )
    )


def formulas():
    rng = random.Random(20_240)
    return [text(rng, 1 + number % 3) for number in range(FORMULAS)]


def test_numpy_equals_the_spreadsheet(tmp_path):
    plain = Plain(
        states={"A": 0},
        initial={"A": "1"},
        transitions={("A", "A"): "rest"},
        parameters=tuple(VALUES),
        tables=TABLE,
    )
    parsed = [parse(t) for t in formulas()]
    columns = {key(n): np.full(2, v) for n, v in VALUES.items()}
    found = formula_values(to_model(plain), [(p, None) for p in parsed], {}, columns)
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row, value in enumerate(VALUES.values(), start=1):
        sheet.cell(row, 1, value)
    for row, pair in enumerate(zip(*TABLE["t"].values(), strict=True), start=1):
        sheet.cell(row, 3, pair[0])
        sheet.cell(row, 4, pair[1])
    for row, expression in enumerate(parsed, start=1):
        rendered = excel(expression, CELLS.__getitem__, lambda _, k: f"VLOOKUP({k},{AREA},2,TRUE)")
        sheet.cell(row, 6, "=" + rendered)
    workbook.save(tmp_path / "formulas.xlsx")
    book = formualizer.Workbook.from_path(str(tmp_path / "formulas.xlsx"))
    book.evaluate_all()
    compared = 0
    for row, (expression, numbers) in enumerate(zip(parsed, found, strict=True), start=1):
        wanted = float(np.broadcast_to(numbers, 2)[0])
        if not math.isfinite(wanted) or abs(wanted) > 1e12:
            continue
        value = book.evaluate_cell(sheet.title, row, 6)
        assert value == pytest.approx(wanted, rel=1e-11, abs=1e-11), expression.text
        compared += 1
    assert compared > 0.95 * FORMULAS
