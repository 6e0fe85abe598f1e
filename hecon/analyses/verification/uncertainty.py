"""Checks on ranges, distributions and draws."""

from __future__ import annotations

import numpy as np

from hecon.analyses.evaluate import evaluate
from hecon.analyses.verification.case import Case, figures
from hecon.analyses.verification.finding import Check, Finding, NotApplicable, found, listed
from hecon.parameters.design import ProbabilisticDesign
from hecon.parameters.rows import CENTRE_TOLERANCE

DRAWS = 1000
SEED = 20240501

#: Standard errors within which a mean of draws agrees with what is expected.
FAR = 4.0

#: Middles of equal shares of a distribution: its one-way mean is the mean over them.
NODES = (np.arange(12) + 0.5) / 12


def extremes(case: Case) -> Finding:
    """At the ends of ranges and at far percentiles all results are finite and all shares legal."""
    ends = [i for i, c in enumerate(case.changes) if c.end]
    if not ends:
        raise NotApplicable("no parameter has a range or a distribution")
    wrong = [
        f"{case.changes[i].parameter.text} = {case.changes[i].value:.6g} "
        f"({case.changes[i].end}): {text}"
        for i, text in case.changed.breaches.items()
        if case.changes[i].end
    ]
    finite = bool(np.isfinite(case.changed.figures).all())
    return found(
        not wrong and finite,
        f"{len(ends)} extreme values",
        listed(wrong, 4) or "finite results and legal probabilities",
    )


def mean_of_draws(case: Case) -> Finding:
    """The mean over draws is near the base case, or as far off as curvature explains.

    Notes
    -----
    The difference that curvature predicts is the sum over parameters of the mean result over
    their own distribution, all others at base, less the base case: the second-order one-way
    effects. What is left must lie within the Monte Carlo error.
    """
    uncertain = [p for p in case.inputs() if p.distribution.varies]
    if not uncertain:
        raise NotApplicable("no parameter has a distribution")
    off = [
        f"{p.text}: {p.distribution.centre:.6g} against {case.numbers[p.key]:.6g}"
        for p in uncertain
        if p.distribution.kind != "dirichlet"
        and abs(p.distribution.centre - case.numbers[p.key])
        > CENTRE_TOLERANCE * abs(case.numbers[p.key]) + 1e-12
    ]
    if off:
        return found(False, f"{len(off)} off centre", f"not centred on the base: {listed(off)}")
    design = ProbabilisticDesign(case.study.parameters, DRAWS, SEED)
    drawn = figures(evaluate(case.model, design))[:2]
    base = case.base_figures[:2]
    error = drawn.std(axis=2, ddof=1) / np.sqrt(DRAWS)
    error = np.maximum(error, 1e-9 * np.maximum(1.0, np.abs(base)))
    difference = drawn.mean(axis=2) - base
    z = np.abs(difference / error)
    plain = f"largest difference {z.max():.1f} standard errors of {DRAWS} draws"
    if z.max() <= FAR:
        return found(True, plain, "near-linear: the mean of draws is the base case")
    single = [p for p in uncertain if p.distribution.kind != "dirichlet"]
    changes = [{p.key: float(v)} for p in single for v in p.distribution.quantile(NODES)]
    answers = case.answers(changes)
    if len(answers.rows) < len(changes):
        return found(False, plain, listed(list(answers.breaches.values()), 2))
    shape = (2, len(case.strategies), len(single), len(NODES))
    curved = answers.figures[:2].reshape(shape).mean(axis=3) - base[:, :, None]
    left = np.abs(difference - curved.sum(axis=2)) / error
    kind, strategy = np.unravel_index(int(z.argmax()), z.shape)
    share = curved[kind, strategy]
    leading = single[int(np.abs(share).argmax())].text
    what = f"{('cost', 'QALYs')[int(kind)]} of {case.strategies[int(strategy)]}"
    return found(
        float(left.max()) <= FAR,
        f"{plain}; {left.max():.1f} after curvature",
        f"{what}: mean of draws {difference[kind, strategy]:+.4g} off the base case, of which "
        f"curvature predicts {share.sum():+.4g}, most of it in {leading}",
    )


def ranges_and_distributions(case: Case) -> Finding:
    """A range is the 95 % interval of its distribution, or the row says that it is another."""
    both = [
        p
        for p in case.inputs()
        if p.stated_range is not None and p.distribution.varies and not p.estimate
    ]
    if not both:
        raise NotApplicable("no typed parameter has both a range and a distribution")
    odd = [p.text for p in both if p.range_at_odds]
    return found(
        not odd,
        f"{len(both)} ranges",
        f"not the distribution's 95 % interval, and range_is doesn't say so: {listed(odd, 6)}"
        if odd
        else "each is its distribution's 95 % interval, or says that it is another",
    )


CHECKS = [
    Check(
        "Ranges and distributions agree",
        "what is varied alone and what is drawn is the same doubt",
        ranges_and_distributions,
    ),
    Check("Extreme values stay legal", "no draw or range breaks the model", extremes),
    Check(
        "Mean of draws near the base case",
        "distributions are centred where the base case is",
        mean_of_draws,
    ),
]
