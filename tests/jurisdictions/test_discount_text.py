"""The discount factor as arithmetic."""

import numpy as np
import pytest

from hecon.engine.expression import parse
from hecon.engine.model import CohortModel
from hecon.engine.values import formula_values
from hecon.jurisdictions.jurisdiction_schema import Discount
from hecon.jurisdictions.load_jurisdiction import discount_text


def factor(discount, years, **numbers):
    """The factor at a time, through the engine."""
    text = discount_text(discount, "cost").replace("discount_time", "moment")
    keys = {(name, None): value for name, value in {**numbers, "moment": years}.items()}
    one = parse("1")
    known = tuple(keys)
    model = CohortModel((), (), known, {}, {}, (), (), {}, one, one, None, "half-cycle", one, one)
    (found,) = formula_values(model, [(parse(text), None)], keys, {})
    return float(found)


def steps(*pairs, compounding="annual"):
    entries = [{"start": s, "cost": r, "effect": "0"} for s, r in pairs]
    return Discount(compounding=compounding, steps=entries)


def test_one_rate():
    assert factor(steps(("0", "0.04")), 10.0) == pytest.approx(1.04**-10)
    assert discount_text(steps(("0", "0.04")), "effect") == "(1 + 0) ** -discount_time"


def test_steps_have_no_jump():
    stepped = steps(("0", "0.04"), ("40", "0.03"), ("75", "0.02"))
    for years in (0.0, 39.5, 40.0, 60.0, 75.0, 90.0):
        first, second = min(years, 40.0), min(max(years - 40.0, 0.0), 35.0)
        third = max(years - 75.0, 0.0)
        wanted = 1.04**-first * 1.03**-second * 1.02**-third
        assert factor(stepped, years) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("compounding", ["annual", "continuous"])
def test_a_rate_may_be_a_formula(compounding):
    """Formulas keep their meaning inside the factor, whatever they are made of."""
    discount = steps(
        ("0", "a if a > 1 else b - 0.01"), ("limit - 5", "a + b"), compounding=compounding
    )
    found = factor(discount, 20.0, a=0.02, b=0.05, limit=15.0)
    early, late = 0.04, 0.07
    if compounding == "annual":
        wanted = (1 + early) ** -10.0 * (1 + late) ** -10.0
    else:
        wanted = np.exp(-early * 10.0) * np.exp(-late * 10.0)
    assert found == pytest.approx(wanted, rel=1e-12)


def test_danish_steps_and_dutch_rates() -> None:
    """3.5, 2.5 and 1.5 % from years 0, 35 and 70; 3 % for costs beside 1.5 % for effects."""
    danish = steps(("0", "first_rate"), ("35", "second_rate"), ("70", "third_rate"))
    rates = {"first_rate": 0.035, "second_rate": 0.025, "third_rate": 0.015}
    wanted = 1.035**-35 * 1.025**-35 * 1.015**-10
    assert factor(danish, 80.0, **rates) == pytest.approx(wanted, rel=1e-12)
    dutch = Discount(steps=[{"cost": "0.03", "effect": "0.015"}])
    assert discount_text(dutch, "cost") == "(1 + 0.03) ** -discount_time"
    assert discount_text(dutch, "effect") == "(1 + 0.015) ** -discount_time"
