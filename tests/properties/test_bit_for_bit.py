"""Results are the same to the bit whatever the blocks, the workers or the number of draws."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import evaluate
from hecon.parameters.design import ProbabilisticDesign
from hecon.parameters.distributions import Distribution
from hecon.studies.load_study import load_study

ROOT = Path(__file__).parents[2]
DRAWS, SEED = 500, 2024


@cache
def study():
    return load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")


def design(draws=DRAWS, method="monte-carlo", parameters=None):
    chosen = study().parameters if parameters is None else parameters
    return ProbabilisticDesign(chosen, draws, SEED, method)


@cache
def whole():
    return evaluate(study().model, design())


def same_bits(found, wanted):
    assert set(found) == set(wanted)
    for name in wanted:
        assert np.array_equal(found[name].values.view(np.int64), wanted[name].values.view(np.int64))


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("blocks", [1, 2, 7])
def test_blocks_and_workers(blocks, workers):
    block = math.ceil(DRAWS / blocks)
    assert math.ceil(DRAWS / block) == blocks
    same_bits(evaluate(study().model, design(), block=block, workers=workers), whole())


def test_progress_counts_every_draw():
    seen = []
    evaluate(study().model, design(), block=200, progress=lambda a, b: seen.append((a, b)))
    assert seen == [(200, 500), (400, 500), (500, 500)]


def test_a_draw_is_the_same_in_a_larger_design():
    small, large = design(100).block(0, 100), design(1000).block(0, 1000)
    assert small.keys() == large.keys()
    for key, column in small.items():
        assert np.array_equal(column, large[key][:100]), key
        assert column[37] == design(1000).block(37, 38)[key][0]
    draws = evaluate(study().model, design(100), block=30).isel(draw=37)
    same_bits(draws, whole().isel(draw=37))


@pytest.mark.parametrize("method", ["monte-carlo", "latin-hypercube", "sobol"])
def test_another_parameter_changes_no_draws(method):
    template = study().parameters[0]
    new = replace(
        template,
        name="brand_new",
        value=0.5,
        formula=None,
        distribution=Distribution("uniform", (0, 1)),
    )
    before = design(64, method).block(0, 64)
    # a Sobol' sequence gives dimensions in order, so only what comes earlier must stay
    more = [*study().parameters, new] if method == "sobol" else [new, *study().parameters]
    after = design(64, method, more).block(0, 64)
    assert set(after) - set(before) == {("brand_new", None)}
    for key, column in before.items():
        assert np.array_equal(column, after[key]), key


def test_seed_and_name_make_the_stream():
    one, two = design(10), ProbabilisticDesign(study().parameters, 10, SEED + 1)
    for key, column in one.block(0, 10).items():
        assert not np.array_equal(column, two.block(0, 10)[key])


@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
def test_blocks_of_stratified_designs(method):
    chosen = design(96, method)
    parts = [evaluate(study().model, chosen, block=b, workers=w) for b, w in ((96, 1), (25, 2))]
    same_bits(*parts)
