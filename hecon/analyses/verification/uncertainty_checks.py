"""Checks on ranges, distributions and draws."""

import numpy as np

from hecon.analyses.evaluate import evaluate
from hecon.analyses.preflight import unit_problems
from hecon.analyses.verification.case import ComputedStudy, figures
from hecon.analyses.verification.finding import Check, Finding, NotApplicable, found, listed
from hecon.parameters.design import ProbabilisticDesign
from hecon.parameters.parameter_schema import Parameter

DRAWS = 1000
SEED = 20240501

#: Standard errors within which a mean of draws agrees with what is expected.
FAR = 4.0

#: Middles of equal shares of a distribution: its one-way mean is the mean over them.
NODES = (np.arange(12) + 0.5) / 12
FINE = (np.arange(1000) + 0.5) / 1000

#: Standard deviations by which a base value may miss its distribution's centre.
OFF = 0.25


def extremes(case: ComputedStudy) -> Finding:
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


def _single(case: ComputedStudy) -> list[Parameter]:
    """Inputs with a distribution of their own; not applicable without any uncertain one."""
    uncertain = [p for p in case.inputs() if p.distribution.varies]
    if not uncertain:
        raise NotApplicable("no parameter has a distribution")
    return [p for p in uncertain if p.distribution.kind != "dirichlet"]


def base_is_mean(case: ComputedStudy) -> Finding:
    """Each base value is what its distribution is centred on, and its mean is near it.

    Notes:
        Measured in standard deviations: one part in a hundred is much of a narrow distribution. A
        base value that is the median or the mode, as of a ratio's lognormal, passes and is named.
    """
    off, skewed = [], []
    for p in _single(case):
        base, points = case.numbers[p.key], p.distribution.quantile(FINE)
        mean, spread = float(points.mean()), float(points.std())
        words = f"{p.text} {base:.6g}, mean {mean:.6g}"
        if abs(mean - base) > OFF * spread:
            if abs(p.distribution.centre - base) > OFF * spread:
                off.append(f"{words} ({abs(mean - base) / spread:.1f} standard deviations)")
            else:
                skewed.append(words)
    if off:
        detail = f"base values that are not their distributions' means: {listed(off)}"
        return found(False, f"{len(off)} off", detail)
    named = f"medians or modes, not means: {listed(skewed)}"
    return found(True, f"{len(skewed)} skewed", named if skewed else "all are near their means")


def mean_of_draws(case: ComputedStudy) -> Finding:
    """The mean over draws is near the base case, or as far off as the inputs one by one explain.

    Notes:
        The difference predicted is the sum over parameters of two parts, all others at base: the
        result at the distribution's mean less the base case (a base value that is no mean), and the
        mean result over the distribution less that at its mean (curvature). What is left must lie
        within the Monte Carlo error.
    """
    single = _single(case)
    design = ProbabilisticDesign(
        case.study.parameters, DRAWS, SEED, correlations=case.study.correlations
    )
    drawn = figures(evaluate(case.model, design))[:2]
    base = case.base_figures[:2]
    error = drawn.std(axis=2, ddof=1) / np.sqrt(DRAWS)
    error = np.maximum(error, 1e-9 * np.maximum(1.0, np.abs(base)))
    difference = drawn.mean(axis=2) - base
    z = np.abs(difference / error)
    plain = f"largest difference {z.max():.1f} standard errors of {DRAWS} draws"
    if z.max() <= FAR:
        return found(True, plain, "near-linear: the mean of draws is the base case")
    points = {p.key: p.distribution.quantile(NODES) for p in single}
    changes = [{key: float(v)} for key, q in points.items() for v in (q.mean(), *q)]
    answers = case.answers(changes)
    if len(answers.rows) < len(changes):
        return found(False, plain, listed(list(answers.breaches.values()), 2))
    shape = (2, len(case.strategies), len(single), 1 + len(NODES))
    by_input = answers.figures[:2].reshape(shape)
    moved_base = by_input[..., 0] - base[:, :, None]
    curved = by_input[..., 1:].mean(axis=3) - by_input[..., 0]
    left = np.abs(difference - (moved_base + curved).sum(axis=2)) / error
    kind, strategy = np.unravel_index(int(z.argmax()), z.shape)
    what = f"{('cost', 'QALYs')[int(kind)]} of {case.strategies[int(strategy)]}"
    parts = []
    for words, part in (("base values that are no means", moved_base), ("curvature", curved)):
        share = part[kind, strategy]
        leading = single[int(np.abs(share).argmax())].text
        parts.append(f"{words} {share.sum():+.4g} (most of it in {leading})")
    return found(
        float(left.max()) <= FAR,
        f"{plain}; {left.max():.1f} after what is explained",
        f"{what}: mean of draws {difference[kind, strategy]:+.4g} off the base case; explained by "
        f"{' and '.join(parts)}",
    )


def ranges_and_distributions(case: ComputedStudy) -> Finding:
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


def within_units(case: ComputedStudy) -> Finding:
    """Neither a distribution nor what is computed from it leaves what its unit allows."""
    if not any(p.distribution.varies for p in case.inputs()):
        raise NotApplicable("no parameter has a distribution")
    wrong = [f"{name}: {text}" for _, name, text in unit_problems(case.study)]
    return found(not wrong, f"{len(wrong)} outside", listed(wrong, 4) or "all draws keep to them")


CHECKS = [
    Check(
        "Ranges and distributions agree",
        "what is varied alone and what is drawn is the same doubt",
        ranges_and_distributions,
    ),
    Check("Extreme values stay legal", "no draw or range breaks the model", extremes),
    Check(
        "Base values are their distributions' centres",
        "draws and base case are about the same figure",
        base_is_mean,
    ),
    Check(
        "Mean of draws near the base case",
        "distributions are centred where the base case is",
        mean_of_draws,
    ),
    Check(
        "Draws keep to their units",
        "a share lies in 0 to 1, a utility is 1 at most, a price is not negative",
        within_units,
    ),
]
