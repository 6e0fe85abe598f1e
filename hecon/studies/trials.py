"""A trial's file: who is randomised, what is measured, what it costs and when it reports."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from hecon.errors import Fault, InputError, nearest
from hecon.jurisdictions.jurisdiction_schema import JurisdictionDefinition as Jurisdiction
from hecon.parameters import limits
from hecon.parameters.definitions import read_toml
from hecon.parameters.files import check_name
from hecon.parameters.records import Named, Real, Required, RequiredFormula, Strict, Text, Whole
from hecon.studies.assumptions import Assumption, PlanFormula, remember_formulas, there
from hecon.studies.reading import StudyReading
from hecon.studies.trial_money import in_local_money

#: The folder of a study that holds its planned trials, and what only their formulas may use.
TRIALS = "trials"
GIVEN = ("follow_up_weeks", "weeks_per_year")
PATIENTS = "patients"


class TrialGroup(Strict):
    """A randomised group."""

    strategy: Required
    share: Annotated[Real, Field(gt=0, le=1)]


class TrialOutcome(Strict):
    """What is measured in every arm.

    `values` holds a formula an arm: a probability, or the mean of a normal outcome whose spread
    between persons is `sd`. `among` names an earlier binomial outcome: only persons who had it
    are followed. `dropout` is the share of those followed whose outcome is not seen.
    """

    name: Named
    kind: Literal["binomial", "normal"]
    values: dict[str, RequiredFormula]
    sd: RequiredFormula | None = None
    among: Required | None = None
    dropout: RequiredFormula = "0"


class TrialDefinition(Strict):
    """Contents of a trial's file."""

    name: Named
    title: Required
    question: Text = ""
    sizes: Annotated[
        list[Annotated[Whole, Field(ge=2, le=limits.PERSONS)]], Field(min_length=1, max_length=100)
    ]
    follow_up_weeks: Annotated[
        list[Annotated[Real, Field(gt=0)]], Field(min_length=1, max_length=100)
    ]
    arms: Annotated[list[TrialGroup], Field(min_length=1, max_length=20)]
    outcomes: Annotated[list[TrialOutcome], Field(min_length=1, max_length=20)]
    fixed_cost: RequiredFormula
    cost_per_patient: RequiredFormula
    years_to_report: RequiredFormula
    assumptions: dict[str, Assumption] = Field(default_factory=dict)
    _file: str = PrivateAttr("")

    @property
    def file(self) -> str:
        """The file it was read from, as messages name it."""
        return self._file or f"trial {self.name}"

    def numbers(self) -> Iterator[tuple[str, str]]:
        """Entries that hold for the whole trial, with their formulas."""
        for entry in ("fixed_cost", "cost_per_patient", "years_to_report"):
            yield entry, getattr(self, entry)

    def by_strategy(self) -> Iterator[tuple[str, str, str | None]]:
        """Entries of outcomes with their formula and the strategy it is read in."""
        for outcome in self.outcomes:
            where = f"outcomes[{outcome.name}]"
            for arm in self.arms:
                if arm.strategy in outcome.values:
                    yield (
                        f"{where}.values.{arm.strategy}",
                        outcome.values[arm.strategy],
                        (arm.strategy),
                    )
                yield f"{where}.dropout", outcome.dropout, arm.strategy
            if outcome.sd is not None:
                yield f"{where}.sd", outcome.sd, None


def read_planned_trials(reading: StudyReading) -> tuple[TrialDefinition, ...]:
    """The trials that a study plans, with faults recorded and formulas to be checked."""
    folder = reading.study.folder / TRIALS
    if not there(folder):
        return ()
    shown = f"{reading.study.folder.name}/{TRIALS}"
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix == ".toml" and p.name[0] != ".")
    except OSError as error:
        reading.faults.add(shown, None, None, f"the folder can't be read: {error.strerror}")
        return ()
    if not paths:
        reading.faults.add(shown, None, None, "the folder holds no trial (*.toml)")
    found: list[TrialDefinition] = []
    for path in paths:
        with reading.faults.collect():
            check_name(path)
            trial = read_trial(path, f"{shown}/{path.name}")
            found.append(_in_local_money(trial, reading.jurisdiction.definition))
    for trial in found:
        _check_trial(reading, trial)
    with reading.faults.collect():
        _check_names(found)
    return tuple(found)


def _check_trial(reading: StudyReading, trial: TrialDefinition) -> None:
    for arm in trial.arms:
        reading.known_strategy(arm.strategy, trial.file, None, "arms")
    formulas: list[PlanFormula] = [(*each, GIVEN) for each in trial.by_strategy()]
    formulas += [(*each, None, (*GIVEN, PATIENTS)) for each in trial.numbers()]
    remember_formulas(reading, trial.file, formulas, trial.assumptions)


def _in_local_money(trial: TrialDefinition, place: Jurisdiction) -> TrialDefinition:
    costs = {"fixed_cost": trial.fixed_cost, "cost_per_patient": trial.cost_per_patient}
    assumptions = in_local_money(trial.assumptions, costs, place, trial.file)
    return trial.model_copy(update={"assumptions": assumptions})


def read_trials(paths: Sequence[Path], place: Jurisdiction) -> list[TrialDefinition]:
    """Read trials' files, amounts in the jurisdiction's money.

    Raises:
        InputError: With a file's faults, or if two share a name.
    """
    found = [_in_local_money(read_trial(path), place) for path in paths]
    _check_names(found)
    return found


def _check_names(definitions: Sequence[TrialDefinition]) -> None:
    """Refuse two trials of the same name."""
    files: dict[str, str] = {}
    for each in definitions:
        if other := files.get(each.name):
            text = f"'{each.name}' is the trial of {Path(other).name} already"
            raise InputError([Fault(each.file, None, "name", text)])
        files[each.name] = each.file


def read_trial(path: Path, shown: str = "") -> TrialDefinition:
    """Read and validate a trial's file; raises InputError with every fault."""
    shown = shown or f"{path.parent.name}/{path.name}"
    found = read_toml(path, shown, TrialDefinition)
    faults = []
    if abs(sum(arm.share for arm in found.arms) - 1) > 1e-9:
        faults.append(Fault(shown, None, "arms", "the shares of the arms must add up to 1"))
    names = [arm.strategy for arm in found.arms]
    earlier: list[str] = []
    for outcome in found.outcomes:
        where = f"outcomes[{outcome.name}]"
        if set(outcome.values) != set(names):
            text = f"needs one formula an arm: {', '.join(names)}"
            faults.append(Fault(shown, None, f"{where}.values", text))
        if (outcome.sd is None) == (outcome.kind == "normal"):
            text = "is needed for a normal outcome, and only there"
            faults.append(Fault(shown, None, f"{where}.sd", text))
        if outcome.among is not None and outcome.among not in earlier:
            hint = nearest(outcome.among, earlier)
            text = f"'{outcome.among}' is no earlier binomial outcome{hint}"
            faults.append(Fault(shown, None, f"{where}.among", text))
        if outcome.kind == "binomial":
            earlier.append(outcome.name)
    for what, given in (("arms", names), ("outcomes", [o.name for o in found.outcomes])):
        for name in sorted({n for n in given if given.count(n) > 1}):
            faults.append(Fault(shown, None, what, f"'{name}' appears twice"))
    if faults:
        raise InputError(faults)
    found._file = shown
    return found
