"""What a report adds to a run's results: break-even values, global sensitivity, planned trials."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from hecon.analyses.break_even import break_even
from hecon.analyses.cube import uncertain_groups
from hecon.analyses.draws_table import study_draws
from hecon.analyses.global_sensitivity import morris, sobol
from hecon.analyses.results import LEAST_DRAWS, Progress, Results
from hecon.analyses.trial_plan import Uninformative
from hecon.analyses.trial_report import TrialReport, trial_report
from hecon.errors import InputError, ModelError
from hecon.studies.trials import TrialDefinition

#: Base samples of Sobol' indices and trajectories of Morris screening: enough for an order.
SAMPLES = 2**10
TRAJECTORIES = 50


@dataclass(frozen=True)
class Further:
    """Analyses of the decision beyond `Results`, at the threshold of the base case.

    Attributes
    ----------
    break_even
        See `hecon.analyses.break_even`; no rows if no input has a range.
    sobol, morris
        See `hecon.analyses.global_sensitivity`; None if there is nothing to share out.
    samples
        Base samples of `sobol`.
    definitions
        The trials that the study plans.
    trials
        What they are worth: of the second method, only each design's best size. None if the study
        plans none or they can't be worked out.
    missing
        Why an analysis that was asked for is not there, in words: ``sobol``, ``trials``.
    """

    break_even: pd.DataFrame
    sobol: pd.DataFrame | None = None
    morris: pd.DataFrame | None = None
    samples: int = SAMPLES
    definitions: tuple[TrialDefinition, ...] = ()
    trials: TrialReport | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, as the commands of the single analyses write them."""
        found = {"break_even": self.break_even, "sobol": self.sobol, "morris": self.morris}
        trials = vars(self.trials) if self.trials else {}
        found |= {f"trial_{name}": frame for name, frame in trials.items()}
        return {name: frame for name, frame in found.items() if frame is not None and len(frame)}


def further(results: Results, *, workers: int = 1, progress: Progress | None = None) -> Further:
    """Run the analyses that `analyse` leaves out, trials on the run's own draws and seed.

    Parameters
    ----------
    workers
        Threads for the samples of global sensitivity.
    progress
        Called with what is running, the amount done and the amount in all.

    Raises
    ------
    InputError
        If a trial's file is faulty.
    """
    tell = progress or (lambda what, done, total: None)
    study = results.study
    missing: dict[str, str] = {}
    tell("Break-even values", 0, 1)
    turns = break_even(study)
    indices, effects = _global(results, workers, tell, missing)
    definitions = study.trials
    trials = _trials(results, definitions, tell, missing) if definitions else None
    return Further(turns, indices, effects, SAMPLES, definitions, trials, missing)


def _global(
    results: Results, workers: int, tell: Progress, missing: dict[str, str]
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Sobol' indices and Morris effects, if any input is uncertain."""
    study, threshold = results.study, results.threshold
    seed = results.probabilistic.design.seed
    if not uncertain_groups(study):
        return None, None

    def told(what: str) -> Callable[[int, int], None]:
        return lambda done, total: tell(what, done, total)

    try:
        effects = morris(study, threshold, TRAJECTORIES, seed, workers, told("Morris screening"))
        indices = sobol(study, threshold, SAMPLES, seed, workers, told("Sobol' indices"))
    except ModelError as error:
        missing["sobol"] = f"the model refuses some of the points that would be sampled: {error}"
        return None, None
    except InputError as error:
        missing["sobol"] = "; ".join(fault.message for fault in error.faults)
        return None, None
    return indices, effects


def _trials(
    results: Results,
    definitions: Sequence[TrialDefinition],
    tell: Progress,
    missing: dict[str, str],
) -> TrialReport | None:
    """What the planned trials are worth, where the run allows it."""
    study, psa = results.study, results.probabilistic
    a, _ = study.compared
    if results.population is None:
        missing["trials"] = "the study doesn't say how many people the decision concerns"
    elif a not in study.options or len(study.options) < 2:
        missing["trials"] = f"{a} is no option among others, so there is no adoption to decide on"
    elif not uncertain_groups(study):
        missing["trials"] = "no input has a distribution, so there is nothing to learn"
    elif psa.design.draws < LEAST_DRAWS:
        missing["trials"] = (
            f"this run has {psa.design.draws} draws, needed are {LEAST_DRAWS} to learn from"
        )
    if "trials" in missing:
        return None
    table = study_draws(study, psa.design, psa.outcomes)
    try:
        return trial_report(
            study,
            definitions,
            psa.design,
            table,
            results.threshold,
            psa.design.seed,
            tell,
            check_all_sizes=False,
        )
    except Uninformative as error:
        missing["trials"] = "; ".join(fault.message for fault in error.faults)
        return None
