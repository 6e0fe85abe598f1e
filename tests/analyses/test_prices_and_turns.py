"""Threshold price, break-even values and grids of a study where all is algebra.

Net benefit is threshold * (gain + root ** 2) - price * units - surcharge * (level > 0.5).
"""

from dataclasses import replace

import numpy as np
import pytest

from hecon.analyses.base_case import base_table
from hecon.analyses.break_even import break_even
from hecon.analyses.one_way import one_way, tornado
from hecon.analyses.pair import increments
from hecon.analyses.price import threshold_price
from hecon.analyses.run import Run
from hecon.analyses.two_way import two_way
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign, base_case


def test_threshold_price(algebra):
    design = ProbabilisticDesign(algebra.parameters, 2000, 1)
    found = threshold_price(algebra, "price", [20_000, 40_000], design)
    assert found["deterministic"].tolist() == pytest.approx([1500, 3000])
    columns = design.block(0, 2000)
    gain, units = columns[("gain", None)], columns[("units", None)]
    assert found["expected"][0] == pytest.approx(20_000 * gain.mean() / units.mean())
    edges = np.quantile(20_000 * gain / units, [0.025, 0.975])
    assert found[["low", "high"]].iloc[0].tolist() == pytest.approx(edges.tolist())
    spread = [
        threshold_price(algebra, "price", [20_000], ProbabilisticDesign(algebra.parameters, 500, s))
        for s in range(25)
    ]
    error = spread[0]["standard_error"][0]
    left = 20_000 * gain - found["expected"][0] * units
    exact = left.std() / units.mean() / np.sqrt(2000)
    assert found["standard_error"][0] == pytest.approx(exact)
    assert np.std([s["expected"][0] for s in spread]) == pytest.approx(error, rel=0.35)


def test_known_increments_save_a_run_and_change_nothing(algebra):
    design = ProbabilisticDesign(algebra.parameters, 300, 1)
    plain = threshold_price(algebra, "price", [20_000], design)
    known = threshold_price(algebra, "price", [20_000], design, known=increments(algebra, design))
    assert known.equals(plain)


def test_one_draw_has_no_standard_error(algebra):
    found = threshold_price(algebra, "price", [20_000], base_case(algebra.parameters))
    assert found["standard_error"].isna().all()
    assert found["expected"].tolist() == pytest.approx(found["deterministic"].tolist())
    assert found["nmb_at_zero"].tolist() == pytest.approx([20_000 * 0.3])


@pytest.mark.parametrize("known", [False, True])
def test_progress_of_a_price_ends_with_all_rows(algebra, known):
    design = ProbabilisticDesign(algebra.parameters, 300, 1)
    calls = []
    threshold_price(
        algebra,
        "price",
        [20_000],
        design,
        known=increments(algebra, design) if known else None,
        progress=lambda done, total: calls.append((done, total)),
    )
    total = 300 if known else 600
    assert calls[0] == (0, total)
    assert calls[-1] == (total, total)
    assert calls == sorted(calls)


def test_a_price_that_is_none(algebra):
    design = base_case(algebra.parameters)
    with pytest.raises(InputError, match="not linear in 'root'"):
        threshold_price(algebra, "root", [20_000], design)
    with pytest.raises(InputError, match="does not depend on 'nobody'"):
        threshold_price(algebra, "nobody", [20_000], design)
    with pytest.raises(InputError, match="'prize' is not a parameter; did you mean price"):
        threshold_price(algebra, "prize", [20_000], design)


def test_break_even_values(algebra):
    bounds = {"gain": (0.1, 0.9), "price": (0, 4000), "units": (1, 30), "nobody": (0, 2)}
    found = break_even(algebra, bounds).set_index("parameter")
    assert found.loc["gain", "break_even"] == pytest.approx(0.2, abs=1e-8)
    assert found.loc["price", "break_even"] == pytest.approx(1500, abs=1e-5)
    assert found.loc["units", "break_even"] == pytest.approx(6, abs=1e-7)
    assert found.loc["nobody", "status"] == "no solution in range"
    assert np.isnan(found.loc["nobody", "break_even"])


def test_break_even_of_a_curve_and_of_a_step(algebra):
    changed = {"price": 2000.0, "surcharge": 0.0}
    parameters = [replace(p, value=changed.get(p.name, p.value)) for p in algebra.parameters]
    found = break_even(replace(algebra, parameters=parameters), {"root": (-1, 1)})
    assert sorted(found["break_even"]) == pytest.approx([-(0.1**0.5), 0.1**0.5], abs=1e-8)
    changed = {"surcharge": 9000.0}
    parameters = [replace(p, value=changed.get(p.name, p.value)) for p in algebra.parameters]
    step = break_even(replace(algebra, parameters=parameters), {"level": (0, 0.97)}).iloc[0]
    assert step["status"] == "jumps across zero"
    assert step["break_even"] == pytest.approx(0.5, abs=1e-8)


def test_every_range_is_searched(algebra):
    found = break_even(algebra).set_index("parameter")
    assert found.loc["price", "break_even"] == pytest.approx(1500, abs=1e-5)
    assert found.loc["surcharge", "status"] == "no solution in range"
    with pytest.raises(InputError, match="needed is a lower and a higher"):
        break_even(algebra, {"price": (5, 5)})


def test_two_ends_alike_turn_a_base_case_that_is_not(algebra):
    """root ** 2 is 0 at base, and 0.25 at -0.5 as at 0.5: the decision turns at both ends."""
    changed = {"price": {"value": 2000.0}, "root": {"low": -0.5, "high": 0.5}}
    parameters = [replace(p, **changed.get(p.name, {})) for p in algebra.parameters]
    study = replace(algebra, parameters=parameters)
    base = Run(study)(base_table).iloc[0]
    assert base["nmb"] == pytest.approx(-2000)
    bars = tornado(one_way(study), base).set_index("parameter")
    assert bars.loc["root", ["nmb_low", "nmb_high"]].tolist() == pytest.approx([3000, 3000])
    # bars reach from the base case, which lies outside the range of the price
    assert bars.index[bars["turns"]].tolist() == ["price", "gain", "root"]


def test_grid(algebra):
    found = two_way(algebra, "price", "gain", first_values=[0, 1500], steps=3)
    assert found["nmb"].dims == ("price", "gain")
    gain = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(found["nmb"], 20_000 * gain - np.array([[0], [6000]]), atol=1e-8)
    with pytest.raises(InputError, match="named twice"):
        two_way(algebra, "price", "price")
