"""Effects of binary outcomes and their variances, each formula written once.

The text of a formula gives the NumPy computation here and the Excel formula in a workbook.
Zero cells: 0.5 is added to every cell of a study in which one cell is zero (Sweeting et al. 2004;
Cochrane Handbook 10.4.4.1), to no other study. How much was added is a formula of its own,
`added`, so that a reader sees it. A comparison in which nobody or everybody has the event says
nothing of a ratio; it is an error, not a study of effect one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hecon.engine.arrays import Array
from hecon.engine.expression import Expr, parse
from hecon.errors import FaultList, nearest
from hecon.synthesis.estimate import evaluate

#: What is added to every cell of a study in which one is zero.
CONTINUITY = 0.5

#: One arm's estimate and variance, by scale.
ARM_FORMULAS: Mapping[str, tuple[str, str]] = {
    "log odds": (
        "log((events_{i} + added) / (n_{i} - events_{i} + added))",
        "1 / (events_{i} + added) + 1 / (n_{i} - events_{i} + added)",
    ),
    "log risk": (
        "log((events_{i} + added) / (n_{i} + 2 * added))",
        "1 / (events_{i} + added) - 1 / (n_{i} + 2 * added)",
    ),
}


@dataclass(frozen=True)
class Measure:
    """A measure of effect as formulas over ``events_1, n_1`` (and ``events_2, n_2``)."""

    name: str
    arms: int  #: 2 for a comparison of arm 1 with arm 2, 1 for a single proportion.
    added: Expr  #: What is added to each cell, over the counts.
    #: estimate, variance: Over the counts and ``added``.
    estimate: Expr
    variance: Expr
    natural: Expr  #: The natural scale over ``estimate``: a ratio or a probability.
    #: arm_estimate, arm_variance: Those of arm 1 alone, over ``events_1, n_1, added``: a comparison
    #: is a difference of arms.
    arm_estimate: Expr
    arm_variance: Expr


@dataclass(frozen=True)
class Effects:
    """Estimates and variances of studies, each of shape (studies,)."""

    estimate: Array
    variance: Array


def _measure(name: str, scale: str, arms: int, natural: str) -> Measure:
    estimate, variance = ARM_FORMULAS[scale]
    indices = range(1, arms + 1)
    cells = [f"events_{i} == 0 or events_{i} == n_{i}" for i in indices]
    return Measure(
        name,
        arms,
        parse(f"{CONTINUITY} if {' or '.join(cells)} else 0"),
        parse(" - ".join(estimate.format(i=i) for i in indices)),
        parse(" + ".join(f"({variance.format(i=i)})" for i in indices)),
        parse(natural),
        parse(estimate.format(i=1)),
        parse(variance.format(i=1)),
    )


#: The measures by name.
MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        _measure("log odds ratio", "log odds", 2, "exp(estimate)"),
        _measure("log risk ratio", "log risk", 2, "exp(estimate)"),
        _measure("logit", "log odds", 1, "expit(estimate)"),
    )
}


def effects(
    measure: str,
    events_1: ArrayLike,
    n_1: ArrayLike,
    events_2: ArrayLike | None = None,
    n_2: ArrayLike | None = None,
    *,
    studies: Sequence[str] | None = None,
    source: str = "arms",
) -> Effects:
    """Estimates and variances of studies from their counts.

    Args:
        measure: One of `MEASURES`: ``log odds ratio`` and ``log risk ratio`` compare arm 1 with arm
            2, ``logit`` is the log odds of arm 1 alone.
        events_1, n_1, events_2, n_2: Counts by study, shape (studies,).
        studies, source: Names for messages: the studies, and the table they are from.

    Returns:
        On the log scale of the measure.

    Raises:
        InputError: Every missing count, events above n, empty or one-armed study, and comparison
            without any contrast of events.
    """
    faults = FaultList()
    known = MEASURES.get(measure)
    if known is None:
        message = f"'{measure}' is not a measure of effect; allowed are {', '.join(MEASURES)}"
        faults.add(source, None, "measure", message + nearest(measure, MEASURES))
        faults.raise_if_any()
        raise AssertionError
    given = {"events_1": events_1, "n_1": n_1, "events_2": events_2, "n_2": n_2}
    k = np.size(events_1)
    counts = {
        name: np.full(k, np.nan)
        if given[name] is None
        else np.ravel(np.asarray(given[name], float))
        for i in range(1, known.arms + 1)
        for name in (f"events_{i}", f"n_{i}")
    }
    for name, column in counts.items():
        if column.size != k:
            faults.add(source, None, name, f"{column.size} counts for {k} studies")
    faults.raise_if_any()
    names = studies if studies is not None else [str(i + 1) for i in range(k)]
    for j, study in enumerate(names):
        row = {name: float(column[j]) for name, column in counts.items()}
        _check(row, study, known, source, faults)
    faults.raise_if_any()
    values = {**counts, "added": evaluate(known.added, counts)}
    return Effects(evaluate(known.estimate, values), evaluate(known.variance, values))


def _check(
    row: Mapping[str, float], study: str, measure: Measure, source: str, faults: FaultList
) -> None:
    """Collect the faults of one study's counts."""
    before = len(faults.faults)
    for i in range(1, measure.arms + 1):
        events, n = row[f"events_{i}"], row[f"n_{i}"]
        if np.isnan(events) and np.isnan(n):
            message = f"study {study} has no arm {i}: a {measure.name} needs {measure.arms} arms"
            faults.add(source, None, f"events_{i}", message)
        else:
            check_arm(events, n, f"study {study}, arm {i}", source, faults)
    if measure.arms == 2 and len(faults.faults) == before:
        total = row["n_1"] + row["n_2"]
        if row["events_1"] + row["events_2"] in (0, total):
            faults.add(source, None, "events_1", no_contrast(study, row["events_1"]))


def no_contrast(study: str, events: float) -> str:
    """What is wrong with a study in which nobody, or everybody, has the event."""
    who = "everybody" if events else "nobody"
    return f"study {study}: {who} has the event, which says nothing of a ratio; leave the study out"


def check_arm(events: float, n: float, where: str, source: str, faults: FaultList) -> None:
    """Collect the faults of one arm's counts: missing, not whole, negative, above n."""
    for name, value in (("events", events), ("n", n)):
        if not np.isfinite(value):
            message = f"{where}: the count is missing; write a whole number or leave the study out"
            faults.add(source, None, name, message)
        elif value < 0 or value != np.floor(value):
            faults.add(source, None, name, f"{where}: {value:g} is not a count (0, 1, 2, ...)")
    if n == 0:
        faults.add(source, None, "n", f"{where}: n is 0; an arm needs participants")
    if events > n:
        faults.add(source, None, "events", f"{where}: {events:g} events among {n:g} participants")
