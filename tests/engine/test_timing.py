import numpy as np
import pytest

from hecon.engine import timing
from hecon.engine.timing import COUNTING

# before and after for four cycles, t = 0..4, and what happens during a cycle
WEIGHTS = {
    "cycle-means": ([0, 0.5, 0.5, 0.5, 0.5], [0, 0.5, 0.5, 0.5, 0.5], [0, 1, 1, 1, 1]),
    "start-of-cycle": ([0, 1, 1, 1, 1], [0, 0, 0, 0, 0], [0, 1, 1, 1, 1]),
    "end-of-cycle": ([0, 0, 0, 0, 0], [0, 1, 1, 1, 1], [0, 1, 1, 1, 1]),
    "every-point": ([0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 1, 1, 1, 1]),
    "half-cycle": ([0, 0, 0, 0, 0], [0.5, 1, 1, 1, 0.5], [0, 1, 1, 1, 1]),
    "simpson": ([0] * 5, [1 / 3, 4 / 3, 2 / 3, 4 / 3, 1 / 3], [0, 1, 1, 1, 1]),
    "darth-simpson": (
        [0] * 5,
        [1 / 3, 2 / 3, 4 / 3, 2 / 3, 1 / 3],
        [0, 2 / 3, 4 / 3, 2 / 3, 1 / 3],
    ),
    "heemod-life-table": ([0, 0.5, 0.5, 0.5, 0.5], [0, 0.5, 0.5, 0.5, 0.5], [0, 1, 1, 1, 1]),
}
MOMENTS = {"cycle-means": 0.5, "start-of-cycle": 0.0, "heemod-life-table": 0.0}


def test_every_rule_has_weights_here():
    assert set(WEIGHTS) == set(COUNTING)


@pytest.mark.parametrize("rule", WEIGHTS)
def test_weights(rule):
    counting = COUNTING[rule]
    before, after, events = WEIGHTS[rule]
    np.testing.assert_allclose(counting.before(4), before, rtol=1e-15)
    np.testing.assert_allclose(counting.after(4), after, rtol=1e-15)
    np.testing.assert_allclose(counting.events(4), events, rtol=1e-15)
    assert counting.moment == MOMENTS.get(rule, 1.0)


@pytest.mark.parametrize("rule", [r for r in COUNTING if r not in ("every-point", "darth-simpson")])
def test_weights_sum_to_the_number_of_cycles(rule):
    """Somebody who stays in a state is counted once a cycle."""
    counting = COUNTING[rule]
    total = (counting.before(12) + counting.after(12)).sum()
    assert total == pytest.approx(12, rel=1e-14)


def test_darth_weights_of_75_cycles_as_published():
    """darthtools prints their sum: 74.6667."""
    assert COUNTING["darth-simpson"].after(75).sum() == pytest.approx(74 + 2 / 3, rel=1e-14)


def test_simpson_is_exact_for_a_cubic():
    t = np.arange(11.0)
    cubic = 2 - t + 3 * t**2 - 0.5 * t**3
    integral = 2 * 10 - 10**2 / 2 + 10**3 - 0.5 * 10**4 / 4
    assert (COUNTING["simpson"].after(10) * cubic).sum() == pytest.approx(integral, rel=1e-13)
    assert (COUNTING["darth-simpson"].after(10) * cubic).sum() != pytest.approx(integral, rel=1e-3)


def test_trapezoid_is_exact_for_a_line():
    t = np.arange(8.0)
    assert (COUNTING["half-cycle"].after(7) * (3 + 2 * t)).sum() == pytest.approx(21 + 49)


def test_simpson_refuses_an_odd_number():
    with pytest.raises(ValueError, match="even number of cycles, found 7"):
        COUNTING["simpson"].after(7)


def test_equal_weights_of_cycles():
    """The table of rules is made on import; its maker is tested here as well."""
    assert timing._cycles(0.25)(3).tolist() == [0, 0.25, 0.25, 0.25]
