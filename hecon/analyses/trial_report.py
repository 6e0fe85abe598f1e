"""Which trial is worth doing: all designs of a study side by side, and what the answer rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hecon.analyses.approval import approval_choices
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.net_benefit_of_sampling import expected_net_benefit
from hecon.analyses.sampling_information import METHODS, evsi
from hecon.analyses.trial import TrialDefinition
from hecon.analyses.trial_plan import Trial, plan
from hecon.errors import Fault, InputError
from hecon.parameters.design import Design
from hecon.studies.study import Study

TRIALS = "trials"
#: The method that the choice of size and the advice rest on; the other one checks it.
CHOSEN = METHODS[0]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TrialReport:
    """What planned trials are worth.

    Attributes
    ----------
    sizes
        A row a trial, follow-up, size and method, see `expected_net_benefit`.
    best
        The best size of each trial and follow-up, the best design first: the highest net benefit
        where one is above zero, else the least ``times``: how many times as many patients would
        have to benefit for the trial to pay.
    choices
        Adopt, adopt and study, or wait, for each row of `best`, see `approval_choices`.
    ranges
        The best trial's net benefit at its best size with one assumption at an end of its range:
        ``assumption``, ``end``, ``value``, ``patients``, ``enbs``, ``times``; the last two rows
        have all at their least and at their most favourable ends.
    """

    sizes: pd.DataFrame
    best: pd.DataFrame
    choices: pd.DataFrame
    ranges: pd.DataFrame


def trial_files(study: Study) -> list[Path]:
    """The files of a study's planned trials; raises InputError if there are none."""
    found = sorted((study.folder / TRIALS).glob("*.toml"))
    if not found:
        text = f"the study plans no trial (looked for {TRIALS}/*.toml)"
        raise InputError([Fault(study.folder.name, None, None, text)])
    return found


def trial_report(
    study: Study,
    definitions: Sequence[TrialDefinition],
    design: Design,
    table: DrawsTable,
    threshold: float,
    seed: int = 1,
    progress: Progress | None = None,
) -> TrialReport:
    """Work out all trials at a threshold.

    Parameters
    ----------
    design, table
        The draws and what they are made of, as `study_draws` gives them.
    """
    tell = progress or (lambda what, done, total: None)
    if study.compared[0] not in table.strategies:
        text = f"'{study.compared[0]}' is no option, so there is no adoption to decide on"
        raise InputError([Fault(study.name, None, "intervention", text)])
    trials = [(d, t) for d in definitions for t in plan(d, study, design)]
    pieces = []
    for done, (_, trial) in enumerate(trials):
        tell("Trials", done, len(trials) + 1)
        found = evsi(table, trial, [threshold], seed=seed)
        pieces.append(expected_net_benefit(found, trial))
    sizes = pd.concat(pieces, ignore_index=True)
    best = pd.concat([_best_size(found) for found in pieces], ignore_index=True)
    choices = pd.concat(
        [
            approval_choices(best.loc[[position]], table, trial, study.compared[0])
            for position, (_, trial) in enumerate(trials)
        ],
        ignore_index=True,
    )
    order = best.apply(_rank, axis=1).sort_values(ascending=False, kind="stable").index
    definition, trial = trials[int(order[0])]
    found = pieces[int(order[0])]
    tell("Trials", len(trials), len(trials) + 1)
    ranges = _ranges(study, definition, trial, design, table, found, seed)
    return TrialReport(sizes, best.loc[order].reset_index(drop=True), choices, ranges)


def _best_size(found: pd.DataFrame) -> pd.DataFrame:
    """The best size of a design as one row, with ``times``."""
    rows = found[found["method"] == CHOSEN].copy()
    worth = rows["population_evsi"]
    rows["times"] = (rows["cost"] / worth.where(worth > 0)).fillna(np.inf)
    return rows.loc[[rows.apply(_rank, axis=1).idxmax()]]


def _rank(row: pd.Series) -> float:
    """What pays goes by its net benefit, what doesn't by how far it is from paying."""
    return float(row["enbs"]) if row["enbs"] > 0 else -float(row["times"])


def _ranges(
    study: Study,
    definition: TrialDefinition,
    trial: Trial,
    design: Design,
    table: DrawsTable,
    found: pd.DataFrame,
    seed: int,
) -> pd.DataFrame:
    """The best net benefit over the ranges of the assumptions, one by one and all together."""
    assumptions = {**definition.assumptions, **trial.population.assumptions}
    position = definition.follow_up_weeks.index(trial.follow_up_weeks)
    columns = ["trial", "follow_up_weeks", "patients", "threshold", "method"]
    columns += ["evsi", "standard_error", "evppi", "evppi_error", "effective_draws"]
    threshold = float(found["threshold"].iloc[0])

    def best(changes: dict[str, float]) -> pd.Series:
        other = plan(definition, study, design, changes)[position]
        same = all(
            a.dropout == b.dropout and a.sd == b.sd and np.array_equal(a.truth, b.truth)
            for a, b in zip(trial.measured, other.measured, strict=True)
        )
        known = found[found["method"] == CHOSEN][columns]
        if not same:
            known = evsi(table, other, [threshold], methods=[CHOSEN], seed=seed)
        return _best_size(expected_net_benefit(known, other)).iloc[0]

    def row(name: str, end: str, value: float, chosen: pd.Series) -> tuple[object, ...]:
        return (name, end, value, int(chosen["patients"]), chosen["enbs"], chosen["times"])

    rows = []
    favourable: dict[str, float] = {}
    unfavourable: dict[str, float] = {}
    for name, entry in assumptions.items():
        ends = {"low": entry.low, "high": entry.high}
        values = {end: best({name: value}) for end, value in ends.items()}
        better = max(values, key=lambda end: _rank(values[end]))
        favourable[name] = ends[better]
        unfavourable[name] = ends["low" if better == "high" else "high"]
        rows += [row(name, end, ends[end], values[end]) for end in ends]
    for label, chosen in (("all unfavourable", unfavourable), ("all favourable", favourable)):
        rows.append(row("all", label, np.nan, best(chosen)))
    names = ["assumption", "end", "value", "patients", "enbs", "times"]
    return pd.DataFrame(rows, columns=names)
