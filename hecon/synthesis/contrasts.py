"""Contrasts between treatments within studies, with the covariance that arms in common cause.

A contrast is one arm minus another. A study gives one contrast fewer than it has arms, so each arm
counts once; which arm is the common one changes nothing, because the covariance knows it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from hecon.engine.arrays import Array
from hecon.errors import FaultList, nearest
from hecon.synthesis.connected import components
from hecon.synthesis.effects import CONTINUITY, MEASURES, check_arm, no_contrast
from hecon.synthesis.estimate import evaluate

#: An arm: study, treatment, and a label that tells two arms of one treatment apart.
Arm = tuple[str, str, str]


@dataclass(frozen=True)
class Contrasts:
    """Contrasts on one scale, in a fixed order, with their sampling covariance."""

    scale: str  #: ``log odds ratio``, ``log risk ratio`` or ``SMD``.
    #: The two arms of each contrast: the first minus the second.
    pairs: tuple[tuple[Arm, Arm], ...]
    #: estimate, covariance: Shapes (contrasts,) and (contrasts, contrasts).
    estimate: Array
    covariance: Array

    @cached_property
    def treatments(self) -> tuple[str, ...]:
        """All treatments in alphabetical order."""
        return tuple(sorted({arm[1] for pair in self.pairs for arm in pair}))

    @cached_property
    def studies(self) -> tuple[str, ...]:
        """All studies in alphabetical order."""
        return tuple(sorted({pair[0][0] for pair in self.pairs}))

    @cached_property
    def heterogeneity(self) -> Array:
        """Pattern of the random effects: 1 on the diagonal, a half for an arm in common.

        Every contrast varies between studies as much as every other (Higgins and Whitehead 1996,
        Stat Med 15:2733).
        """
        incidence = _incidence(self.pairs)
        return incidence @ incidence.T / 2

    @cached_property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Rows of contrasts that common arms tie together: a study, or unrelated parts of one."""
        parts = components(self.pairs)
        return tuple(
            tuple(i for i, pair in enumerate(self.pairs) if pair[0] in part) for part in parts
        )

    def part(self, rows: list[int]) -> Contrasts:
        """Some of the contrasts."""
        chosen = np.ix_(rows, rows)
        pairs = tuple(self.pairs[i] for i in rows)
        return Contrasts(self.scale, pairs, self.estimate[rows], self.covariance[chosen])

    def table(self) -> pd.DataFrame:
        """``study``, ``treatment``, ``against``, ``estimate``, ``se``: one row a contrast."""
        return pd.DataFrame(
            {
                "study": [a[0] for a, _ in self.pairs],
                "treatment": [a[1] for a, _ in self.pairs],
                "against": [b[1] for _, b in self.pairs],
                "estimate": self.estimate,
                "se": np.sqrt(np.diag(self.covariance)),
            }
        )


def from_arms(measure: str, arms: pd.DataFrame, *, source: str = "arms") -> Contrasts:
    """Contrasts of binary outcomes against each study's first arm.

    Args:
        measure: ``log odds ratio`` or ``log risk ratio``.
        arms: ``study``, ``treatment``, ``events``, ``n``; and ``arm``, a label, where a study has
            two arms of a treatment. 0.5 is added to every cell of a study in which one is zero.

    Raises:
        InputError: Faulty counts, an arm given twice, a study of one arm or without a contrast of
            events.
    """
    faults = FaultList()
    if measure not in MEASURES or MEASURES[measure].arms != 2:
        allowed = [name for name, known in MEASURES.items() if known.arms == 2]
        message = f"'{measure}' does not compare arms; allowed are {', '.join(allowed)}"
        faults.add(source, None, "measure", message + nearest(measure, allowed))
        faults.raise_if_any()
    counts: dict[str, dict[Arm, tuple[float, float]]] = {}
    columns = (_arms(arms, "treatment", "arm"), arms["events"], arms["n"])
    for arm, events, n in zip(*columns, strict=True):
        group = counts.setdefault(arm[0], {})
        if arm in group:
            faults.add(source, None, "study", _twice(arm[0], _name(arm)))
        group[arm] = float(events), float(n)
        check_arm(float(events), float(n), f"study {arm[0]}, {_name(arm)}", source, faults)
    for study, group in counts.items():
        events, n = (sum(column) for column in zip(*group.values(), strict=True))
        if len(group) == 1:
            message = f"study {study} has one arm, {_name(*group)}; a contrast needs two"
            faults.add(source, None, "study", message)
        elif events in (0, n):
            faults.add(source, None, "events", no_contrast(study, events))
    faults.raise_if_any()
    formulas = MEASURES[measure].arm_estimate, MEASURES[measure].arm_variance
    pairs: list[tuple[Arm, Arm]] = []
    values: dict[Arm, tuple[float, float]] = {}
    for _, group in sorted(counts.items()):
        first, *others = sorted(group)
        pairs += [(arm, first) for arm in others]
        zero = any(events in (0, n) for events, n in group.values())
        for arm, (events, n) in group.items():
            given = {"events_1": events, "n_1": n, "added": CONTINUITY if zero else 0.0}
            estimate, variance = (float(evaluate(f, given)) for f in formulas)
            values[arm] = estimate, variance
    incidence = _incidence(pairs)
    ordered = np.array([values[arm] for arm in _arms_of(pairs)])
    estimate = incidence @ ordered[:, 0]
    covariance = (incidence * ordered[:, 1]) @ incidence.T
    return Contrasts(measure, tuple(pairs), estimate, covariance)


def from_differences(table: pd.DataFrame, *, source: str = "contrasts") -> Contrasts:
    """Contrasts as they are published.

    Args:
        table: ``study``, ``treatment``, ``against``, ``estimate`` (first minus second), ``se``,
            ``scale`` (one for all); ``n``, ``n_against`` for standardised differences that have an
            arm in common; ``arm``, ``arm_against``, labels, where a study has two arms of a
            treatment.

    Notes:
        Standardised differences g_i, g_j with an arm in common of size n_c, in a study of size N,
        have the covariance 1/n_c + g_i g_j / 2N (Gleser and Olkin 2009).

    Raises:
        InputError: Mixed scales, a contrast given twice or implied by others, missing figures, an
            arm in common on a scale on which its share of the variance is not known.
    """
    faults = FaultList()
    scales = sorted(set(table["scale"]))
    if len(scales) > 1:
        faults.add(source, None, "scale", _mixed(scales))
    pairs = _told_apart(
        list(
            zip(
                _arms(table, "treatment", "arm"),
                _arms(table, "against", "arm_against"),
                strict=True,
            )
        )
    )
    order = sorted(range(len(pairs)), key=lambda i: pairs[i])
    pairs = [pairs[i] for i in order]
    estimate, se = (table[c].to_numpy(float)[order] for c in ("estimate", "se"))
    blank = np.full(len(pairs), np.nan)
    sizes = [table[c].to_numpy(float)[order] if c in table else blank for c in ("n", "n_against")]
    for (a, b), y, s in zip(pairs, estimate, se, strict=True):
        where = f"study {a[0]}, {_name(a)} against {_name(b)}"
        if not np.isfinite(y):
            faults.add(source, None, "estimate", f"{where}: the effect is missing")
        if not (np.isfinite(s) and s > 0):
            faults.add(source, None, "se", f"{where}: the standard error must be above 0")
        if a == b:
            faults.add(source, None, "against", f"{where}: an arm against itself")
    _check_pairs(pairs, source, faults)
    faults.raise_if_any()
    covariance = np.diag(se**2)
    incidence = _incidence(pairs)
    arms = _arms_of(pairs)
    for i, j in zip(*np.nonzero(np.triu(incidence @ incidence.T, 1)), strict=True):
        common = arms[int(np.flatnonzero(incidence[i] * incidence[j])[0])]
        members = {arm: sizes[side][row] for row in (i, j) for side, arm in enumerate(pairs[row])}
        if scales[0] != "SMD" or not np.isfinite(list(members.values())).all():
            message = (
                f"study {common[0]}: two contrasts share the arm {_name(common)}; give the arms' "
                "sizes n and n_against of standardised differences, or the counts of arms"
            )
            faults.add(source, None, "n", message)
            continue
        sign = incidence[i] @ incidence[j]
        shared = sign / members[common]
        shared += estimate[i] * estimate[j] / (2 * sum(members.values()))
        covariance[i, j] = covariance[j, i] = shared
    faults.raise_if_any()
    found = Contrasts(scales[0] if scales else "SMD", tuple(pairs), estimate, covariance)
    for block in found.blocks:
        if np.linalg.eigvalsh(covariance[np.ix_(block, block)]).min() <= 0:
            message = (
                f"study {pairs[block[0]][0][0]}: the standard errors are too small for the arms' "
                "sizes; check both"
            )
            faults.add(source, None, "se", message)
    faults.raise_if_any()
    return found


def combined(*parts: Contrasts, source: str = "contrasts") -> Contrasts:
    """Contrasts of different studies together, for counts beside published effects.

    Raises:
        InputError: Mixed scales; a contrast twice.
    """
    faults = FaultList()
    scales = sorted({part.scale for part in parts})
    if len(scales) > 1:
        faults.add(source, None, "scale", _mixed(scales))
    pairs = [pair for part in parts for pair in part.pairs]
    _check_pairs(pairs, source, faults)
    faults.raise_if_any()
    order = np.array(sorted(range(len(pairs)), key=lambda i: pairs[i]), dtype=int)
    covariance = np.zeros((len(pairs), len(pairs)))
    at = 0
    for part in parts:
        size = len(part.pairs)
        covariance[at : at + size, at : at + size] = part.covariance
        at += size
    estimate = np.concatenate([part.estimate for part in parts])[order]
    covariance = covariance[np.ix_(order, order)]
    return Contrasts(scales[0], tuple(pairs[i] for i in order), estimate, covariance)


def _arms(table: pd.DataFrame, treatment: str, label: str) -> list[Arm]:
    labels = table[label].fillna("") if label in table else [""] * len(table)
    columns = (table["study"], table[treatment], labels)
    return [(str(s), str(t), str(a)) for s, t, a in zip(*columns, strict=True)]


def _told_apart(pairs: list[tuple[Arm, Arm]]) -> list[tuple[Arm, Arm]]:
    """Pairs whose arms keep a label only where a study has two arms of a treatment.

    A label on every row says nothing, and would make an arm another one where it stands second.
    """
    labels: dict[tuple[str, str], set[str]] = {}
    for first, second in pairs:
        labels.setdefault(first[:2], set()).add(first[2])
        labels.setdefault(second[:2], set()).update(filter(None, [second[2]]))

    def kept(arm: Arm) -> Arm:
        return arm if len(labels[arm[:2]]) > 1 else (arm[0], arm[1], "")

    def own(pair: tuple[Arm, Arm]) -> tuple[Arm, Arm]:
        # two arms of one treatment against each other are told apart by their labels alone
        return pair if pair[0][:2] == pair[1][:2] else (kept(pair[0]), kept(pair[1]))

    return [own(pair) for pair in pairs]


def _arms_of(pairs: list[tuple[Arm, Arm]] | tuple[tuple[Arm, Arm], ...]) -> list[Arm]:
    return sorted({arm for pair in pairs for arm in pair})


def _incidence(pairs: list[tuple[Arm, Arm]] | tuple[tuple[Arm, Arm], ...]) -> Array:
    """1 for the arm of a contrast, -1 for the arm against it; shape (contrasts, arms)."""
    position = {arm: i for i, arm in enumerate(_arms_of(pairs))}
    found = np.zeros((len(pairs), len(position)))
    for row, (a, b) in enumerate(pairs):
        found[row, position[a]] += 1.0
        found[row, position[b]] -= 1.0
    return found


def _check_pairs(pairs: list[tuple[Arm, Arm]], source: str, faults: FaultList) -> None:
    """Collect contrasts given twice, and those that the others of their study imply."""
    repeats = Counter(frozenset(pair) for pair in pairs)
    for a, b in dict.fromkeys((min(pair), max(pair)) for pair in pairs):
        if repeats[frozenset((a, b))] > 1:
            faults.add(source, None, "study", _twice(a[0], f"{_name(a)} against {_name(b)}"))
    implied = _check_treatments(pairs, source, faults)
    for part in components(list(dict.fromkeys((min(p), max(p)) for p in pairs))):
        if min(part)[0] in implied:
            continue
        inside = sum(1 for pair in repeats if pair <= part)
        if inside >= len(part) > 1:
            message = (
                f"study {min(part)[0]} gives {inside} contrasts of {len(part)} arms; give each arm "
                "against one common arm, the others follow"
            )
            faults.add(source, None, "study", message)


def _check_treatments(pairs: list[tuple[Arm, Arm]], source: str, faults: FaultList) -> set[str]:
    """Collect studies whose contrasts go round in a circle of treatments, whatever their labels."""
    found: set[str] = set()
    for study in sorted({pair[0][0] for pair in pairs}):
        names = {(a[1], b[1]) for a, b in pairs if a[0] == study and a[1] != b[1]}
        edges = sorted({(min(pair), max(pair)) for pair in names})
        for part in components([((study, a, ""), (study, b, "")) for a, b in edges]):
            inside = sum((study, a, "") in part for a, _ in edges)
            if inside >= len(part) > 1:
                message = (
                    f"study {study} gives {inside} contrasts of {len(part)} arms; give each arm "
                    "against one common arm, the others follow"
                )
                faults.add(source, None, "study", message)
                found.add(study)
    return found


def _name(arm: Arm) -> str:
    return f"{arm[1]} ({arm[2]})" if arm[2] else arm[1]


def _twice(study: str, what: str) -> str:
    return (
        f"study {study} gives {what} twice; keep one, or label the arms in the column arm if they "
        "are two"
    )


def _mixed(scales: list[str]) -> str:
    return f"the scales {' and '.join(scales)} do not mix; convert one (see smd_to_log_odds)"
