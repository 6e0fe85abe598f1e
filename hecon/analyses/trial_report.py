"""Which trial is worth doing: all designs of a study side by side, and what the answer rests on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from hecon.analyses.approval import approval_choices
from hecon.analyses.base_case import threshold
from hecon.analyses.drawn import LEAST_DRAWS, drawn_design, drawn_table
from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.net_benefit_of_sampling import Row, expected_net_benefit
from hecon.analyses.population import population
from hecon.analyses.run import MissingResult, Run, result
from hecon.analyses.sampling_information import METHODS, TrialInformation, trial_information
from hecon.analyses.trial_plan import Trial, Uninformative, plan
from hecon.errors import Fault, InputError
from hecon.parameters.design import Design, held
from hecon.studies.assumptions import Quantities
from hecon.studies.study import Study
from hecon.studies.trials import TRIALS, TrialDefinition, read_trials

#: The method that the choice of size and the advice rest on; the other one checks it.
CHOSEN = METHODS[0]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TrialReport:
    """What planned trials are worth."""

    #: A row a trial, follow-up, size and method, see `expected_net_benefit`; of the second method
    #: perhaps only the best sizes.
    sizes: pd.DataFrame
    #: The best size of each trial and follow-up, the best design first: the highest net benefit
    #: where one is above zero, else the least ``times``: how many times as many patients would have
    #: to benefit for the trial to pay.
    best: pd.DataFrame
    #: Adopt, adopt and study, or wait, for each row of `best`, see `approval_choices`.
    choices: pd.DataFrame
    #: The best trial's net benefit at its best size with one assumption at an end of its range:
    #: ``assumption``, ``end``, ``value``, ``patients``, ``enbs``, ``times``; the last two rows have
    #: all at their least and at their most favourable ends. Where an assumption changes what the
    #: trial sees, the best size is looked for from the base case's to both sides.
    ranges: pd.DataFrame

    @property
    def by_size(self) -> pd.DataFrame:
        """Rows of `sizes` by the method that choices rest on."""
        return self.sizes[self.sizes["method"] == CHOSEN]

    @property
    def checks(self) -> pd.DataFrame:
        """Rows of `sizes` by the other method."""
        return self.sizes[self.sizes["method"] != CHOSEN]


def trial_report(
    study: Study,
    definitions: Sequence[TrialDefinition],
    design: Design,
    table: DrawsTable,
    threshold: float,
    seed: int = 1,
    progress: Progress | None = None,
    *,
    check_all_sizes: bool = True,
) -> TrialReport:
    """Work out all trials at a threshold.

    Args:
        design, table: The draws and what they are made of, as `study_draws` gives them.
        check_all_sizes: Whether the second method checks every size, or only the best one of each
            design.

    Raises:
        InputError: If the intervention is no option, or a trial's formulas are faulty.
    """
    tell = progress or (lambda what, done, total: None)
    if study.compared[0] not in table.strategies:
        text = f"'{study.compared[0]}' is no option, so there is no adoption to decide on"
        raise InputError([Fault(study.name, None, "intervention", text)])
    design = held(design)
    quantities = Quantities(study.model, design.numbers, design.block(0, design.draws))
    planned = partial(plan, study=study, design=design, quantities=quantities)
    trials = [(d, t) for d in definitions for t in planned(d)]
    known, pieces = [], []
    for done, (definition, trial) in enumerate(trials):
        tell("Trials", done, len(trials) + 1)
        information = trial_information(table, trial, [threshold], seed)
        methods = METHODS if check_all_sizes else (CHOSEN,)
        found = _worth(information, definition.sizes, methods)
        if not check_all_sizes:
            others = [m for m in METHODS if m != CHOSEN]
            checked = _worth(information, [int(_best_size(found)["patients"])], others)
            found = sorted([*found, *checked], key=lambda row: int(row["patients"]))
        known.append(information)
        pieces.append(found)
    chosen = [_best_size(found) for found in pieces]
    best = pd.DataFrame(chosen)
    choices = pd.concat(
        [
            approval_choices(best.loc[[position]], table, trial, study.compared[0])
            for position, (_, trial) in enumerate(trials)
        ],
        ignore_index=True,
    )
    order = sorted(range(len(best)), key=lambda place: _rank(chosen[place]), reverse=True)
    tell("Trials", len(trials), len(trials) + 1)
    first = order[0]
    ranges = _ranges(planned, trials[first][0], known[first], pieces[first])
    sizes = pd.DataFrame([row for found in pieces for row in found])
    return TrialReport(sizes, best.loc[order].reset_index(drop=True), choices, ranges)


def _worth(known: TrialInformation, sizes: Sequence[int], methods: Sequence[str]) -> list[Row]:
    """Net benefit of sampling by size and method."""
    rows = [row for patients in sizes for row in known.at(patients, methods)]
    return expected_net_benefit(rows, known.trial)


def _best_size(found: Sequence[Row]) -> Row:
    """The best size of a design, with ``times``."""
    rows = []
    for row in found:
        if row["method"] == CHOSEN:
            worth = row["population_evsi"]
            rows.append(row | {"times": row["cost"] / worth if worth > 0 else np.inf})
    return max(rows, key=_rank)


def _rank(row: Row) -> tuple[bool, float, float]:
    """What pays goes by its net benefit, what doesn't by how far it is from paying, then cost."""
    pays, benefit = bool(row["enbs"] > 0), float(row["enbs"])
    return pays, 0.0 if pays else -float(row["times"]), benefit


def _ranges(
    planned: Callable[..., list[Trial]],
    definition: TrialDefinition,
    known: TrialInformation,
    found: Sequence[Row],
) -> pd.DataFrame:
    """The best net benefit over the ranges of the assumptions, one by one and all together."""
    trial = known.trial
    assumptions = {**definition.assumptions, **trial.population.assumptions}
    start = int(_best_size(found)["patients"])

    def best(changes: dict[str, float]) -> Row:
        (other,) = planned(definition, changes=changes, follow_up_weeks=[trial.follow_up_weeks])
        same = all(
            a.dropout == b.dropout and a.sd == b.sd and np.array_equal(a.truth, b.truth)
            for a, b in zip(trial.measured, other.measured, strict=True)
        )
        if same:
            return _best_size(expected_net_benefit(found, other))
        return _searched(known.of(other), start)

    def row(name: str, end: str, value: float, chosen: Row) -> tuple[object, ...]:
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


def _searched(known: TrialInformation, start: int) -> Row:
    """The best size, looked for from one of them to both sides as long as it gets better."""
    sizes = sorted(known.trial.definition.sizes)
    seen: dict[int, Row] = {}

    def rank(position: int) -> tuple[bool, float, float]:
        if position not in seen:
            seen[position] = _best_size(_worth(known, [sizes[position]], [CHOSEN]))
        return _rank(seen[position])

    here, best = -1, sizes.index(start)
    while here != best:
        here = best
        around = (i for i in (here, here - 1, here + 1) if 0 <= i < len(sizes))
        best = max(around, key=rank)
    return seen[here]


@result()
def trial_definitions(run: Run) -> Sequence[TrialDefinition]:
    """The trials that the study plans, or those that the run was asked for."""
    asked: list[str] = run.option("files", [])
    files = [Path(name) for name in asked]
    place = run.study.jurisdiction.definition
    return read_trials(files, place) if files else run.study.trials


@result("Trials", starts_from=(drawn_table, drawn_design))
def trial_values(run: Run) -> TrialReport:
    """What the planned trials are worth, on the run's own draws."""
    study = run.study
    a, _ = study.compared
    if not run(trial_definitions):
        raise MissingResult(f"the study plans no trial (looked for {TRIALS}/*.toml)")
    if run(population) is None:
        raise MissingResult("the study doesn't say how many people the decision concerns")
    if a not in study.options or len(study.options) < 2:
        raise MissingResult(f"{a} is no option among others, so there is no adoption to decide on")
    table = run(drawn_table)
    if table.draws < LEAST_DRAWS:
        raise MissingResult(
            f"this run has {table.draws} draws, needed are {LEAST_DRAWS} to learn from"
        )
    try:
        return trial_report(
            study,
            run(trial_definitions),
            run(drawn_design),
            table,
            run(threshold),
            run.settings.seed,
            run.tell,
            check_all_sizes=run.option("check_all_sizes", False),
        )
    except Uninformative as error:
        raise MissingResult("; ".join(fault.message for fault in error.faults)) from error
