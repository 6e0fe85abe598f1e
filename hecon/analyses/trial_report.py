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
        The size with the highest net benefit of each trial and follow-up, the best first, with
        ``times``: how many times as many patients would have to benefit for the trial to pay.
    choices
        Adopt, adopt and study, or wait, for each row of `best`, see `approval_choices`.
    ranges
        The best trial's net benefit at its best size with one assumption at an end of its range:
        ``assumption``, ``end``, ``value``, ``patients``, ``enbs``; the last two rows have all at
        their least and at their most favourable ends.
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
    trials = [(d, t) for d in definitions for t in plan(d, study, design)]
    pieces = []
    for done, (_, trial) in enumerate(trials):
        tell("Trials", done, len(trials) + 1)
        found = evsi(table, trial, [threshold], seed=seed)
        pieces.append(expected_net_benefit(found, trial))
    sizes = pd.concat(pieces, ignore_index=True)
    best, choices = [], []
    for (_, trial), found in zip(trials, pieces, strict=True):
        chosen = found[found["method"] == CHOSEN]
        row = chosen.loc[[chosen["enbs"].idxmax()]]
        best.append(row)
        choices.append(approval_choices(row, table, trial, study.compared[0]))
    ranked = pd.concat(best, ignore_index=True)
    order = ranked["enbs"].sort_values(ascending=False, kind="stable").index
    ranked = ranked.loc[order].reset_index(drop=True)
    ranked["times"] = [
        least_times(sizes, str(row["trial"]), float(row["follow_up_weeks"]))
        for row in ranked.to_dict("records")
    ]
    definition, trial = trials[int(order[0])]
    found = pieces[int(order[0])]
    tell("Trials", len(trials), len(trials) + 1)
    ranges = _ranges(study, definition, trial, design, table, found, seed)
    return TrialReport(sizes, ranked, pd.concat(choices, ignore_index=True), ranges)


def least_times(sizes: pd.DataFrame, trial: str, weeks: float) -> float:
    """How many times as many patients would make some size of a trial pay; infinite if none."""
    rows = sizes[(sizes["trial"] == trial) & (sizes["follow_up_weeks"] == weeks)]
    rows = rows[(rows["method"] == CHOSEN) & (rows["population_evsi"] > 0)]
    return float((rows["cost"] / rows["population_evsi"]).min()) if len(rows) else np.inf


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

    def highest(changes: dict[str, float]) -> tuple[int, float]:
        other = plan(definition, study, design, changes)[position]
        same = all(
            a.dropout == b.dropout and a.sd == b.sd and np.array_equal(a.truth, b.truth)
            for a, b in zip(trial.measured, other.measured, strict=True)
        )
        known = found[found["method"] == CHOSEN][columns]
        if not same:
            known = evsi(table, other, [threshold], methods=[CHOSEN], seed=seed)
        rows = expected_net_benefit(known, other)
        row = max(rows.to_dict("records"), key=lambda row: float(row["enbs"]))
        return int(row["patients"]), float(row["enbs"])

    rows = []
    favourable: dict[str, float] = {}
    unfavourable: dict[str, float] = {}
    for name, entry in assumptions.items():
        ends = {"low": entry.low, "high": entry.high}
        values = {end: highest({name: value}) for end, value in ends.items()}
        better = max(values, key=lambda end: values[end][1])
        favourable[name] = ends[better]
        unfavourable[name] = ends["low" if better == "high" else "high"]
        rows += [(name, end, ends[end], *values[end]) for end in ends]
    for label, chosen in (("all unfavourable", unfavourable), ("all favourable", favourable)):
        rows.append(("all", label, np.nan, *highest(chosen)))
    return pd.DataFrame(rows, columns=["assumption", "end", "value", "patients", "enbs"])
