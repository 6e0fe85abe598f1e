"""Cases of a batch: a study in a jurisdiction, read once, with a hash of what its jobs rest on."""

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from hecon.engine.model import Key
from hecon.errors import Fault, HeconError, InputError, grouped, nearest_or_some
from hecon.parameters.parameter_schema import FIRMEST_FIRST, weakest
from hecon.report.grade import mark
from hecon.studies.budget import BUDGET, BUDGET_INPUTS, BUDGET_SCENARIOS
from hecon.studies.load_study import load_study
from hecon.studies.study import BASE, Scenario, Study
from hecon.studies.subgroup_rows import AND, with_subgroup
from hecon.studies.trials import TRIALS
from hecon.studies.variant import with_changes


@dataclass(frozen=True)
class Rests:
    """What a scenario's jobs rest on."""

    inputs: str  #: Hash of all that their figures come from.
    status: str  #: The weakest status of an input in use.
    title: str = ""  #: What the scenario is, in words.


@dataclass(frozen=True)
class SentStudy:
    """A study in a jurisdiction, ready to be sent to whoever computes.

    Attributes:
        study, jurisdiction, perspective, subgroup: What tells cases apart; the last two are empty
            for the country's own and for everybody.
        grade: What stands before its conclusions, such as that it is exploratory; mostly empty.
        judges: Whether the jurisdiction has a threshold to judge by.
        made: The study itself, in its perspective and subgroup.
        scenarios: The base case and every scenario, by name, in the order of the file.
    """

    study: str
    jurisdiction: str
    currency: str
    price_year: str
    made: Study = field(repr=False, compare=False)
    scenarios: Mapping[str, Rests]
    grade: str = ""
    perspective: str = ""
    subgroup: str = ""
    judges: bool = True

    @cached_property
    def content(self) -> bytes:
        """The study pickled, as it is sent: two workers read the same."""
        return pickle.dumps(self.made)

    @property
    def title(self) -> str:
        """The case in words."""
        more = [text for text in (self.perspective, self.subgroup) if text]
        return ", ".join([f"{self.study} in {self.jurisdiction}", *more])


@dataclass(frozen=True)
class BatchFault:
    """A job, or all jobs of a study in a jurisdiction, that could not be done."""

    study: str
    jurisdiction: str
    message: str
    scenario: str = ""
    draws: int = 0
    seed: int = 0
    perspective: str = ""
    subgroup: str = ""


#: What a batch calls the country's own perspective, and the whole population of a study.
OWN, EVERYBODY = "own", "everybody"


class Cases:
    """Studies in jurisdictions, each read once, and why some could not be."""

    def __init__(self) -> None:
        self.faults: list[BatchFault] = []
        self._studies: dict[tuple[Path, Path | None], Study | None] = {}
        self._cases: dict[tuple[Path, Path | None, str, str], SentStudy] = {}
        self._named: dict[tuple[str, str], tuple[Path, Path | None]] = {}

    @property
    def read(self) -> tuple[SentStudy, ...]:
        """Those that were asked for, in that order."""
        return tuple(self._cases.values())

    def study(self, folder: Path, jurisdiction: Path | None) -> Study | None:
        """The study of two folders; None, and a fault, if it can't be read.

        Raises:
            InputError: If another study, or another jurisdiction, of the batch has the same name.
        """
        place = (folder, jurisdiction)
        if place not in self._studies:
            try:
                self._studies[place] = made = load_study(folder, jurisdiction)
            except HeconError as error:
                said = grouped(error.faults) if isinstance(error, InputError) else [str(error)]
                more = f" (and {len(said) - 1} more)" if len(said) > 1 else ""
                where = jurisdiction.name if jurisdiction else ""
                self.faults.append(BatchFault(folder.name, where, said[0] + more))
                self._studies[place] = made = None
            if made is not None:
                name = made.jurisdiction.definition.name
                other = self._named.setdefault((made.name, name), place)
                if other != place:
                    text = f"{other[0]} and {folder} are both {made.name} in {name}; "
                    text += "give one another name"
                    raise InputError([Fault(str(folder), None, "name", text)])
        return self._studies[place]

    def case(
        self, folder: Path, jurisdiction: Path | None, perspective: str = "", subgroup: str = ""
    ) -> SentStudy:
        """A study that could be read, in a perspective and a subgroup; blank for its own.

        Raises:
            InputError: If it has no such perspective or subgroup.
        """
        key = (folder, jurisdiction, perspective, subgroup)
        if key not in self._cases:
            study = self.study(folder, jurisdiction)
            assert study is not None
            self._cases[key] = _case(study, perspective, subgroup)
        return self._cases[key]


def _case(whole: Study, perspective: str, subgroup: str) -> SentStudy:
    place, study, special = whole.jurisdiction.definition, whole, ""
    if perspective:
        known = {p.id: p for p in whole.perspectives}
        if perspective not in known:
            hint = nearest_or_some(perspective, [OWN, *known])
            text = f"'{perspective}' is no perspective{hint}"
            raise InputError([Fault("", None, "perspectives", text)])
        scenario = known[perspective]
        study = with_changes(study, scenario, f"perspective {scenario.id}")
        special += _changes(scenario)
    if subgroup:
        study = with_subgroup(study, subgroup)
        parts = [p.strip() for p in subgroup.split(AND.strip())]
        special += "".join(_changes(s.scenario) for s in whole.subgroups if s.name in parts)
    common = _common(study) + special
    statuses = _statuses(study)
    scenarios = {BASE: Rests(_hash(common, BASE), _status(statuses), "Base case")}
    for s in study.scenarios:
        scenarios[s.id] = Rests(_hash(common, _changes(s)), _status(statuses, s), s.title)
    return SentStudy(
        study.name,
        place.name,
        place.currency,
        place.price_year,
        study,
        scenarios,
        mark(study),
        perspective,
        study.subgroup,
        whole.jurisdiction.judges,
    )


def _common(study: Study) -> str:
    """Hash of what every job of a study rests on.

    All that was read, but for what moves no figure of a job: files for the reader, demands of the
    agency, plans of trials, the budget, and the rows of other scenarios, subgroups and
    perspectives. Cells that a scenario overrides are inputs of the model, so that its inputs
    are named besides.
    """
    apart = [
        "scenarios",
        "subgroups",
        "perspectives",
        *(f"evidence.{name}" for name in study.definition.evidence),
    ]
    left_out = {source.shown for entry in apart for source in study.sources(entry)}
    place = study.jurisdiction
    left_out.add(f"{place.folder.name}/{place.definition.rules}")
    budget = {f"{folder.name}/{name}" for folder in study.folders for name in _BUDGET}
    kept = {
        name: digest
        for name, digest in study.digests.items()
        if name not in left_out | budget and Path(name).parent.name != TRIALS
    }
    return _hash(repr(sorted(kept.items())), repr(study.model.parameters))


_BUDGET = (BUDGET, BUDGET_INPUTS, BUDGET_SCENARIOS)


def _changes(scenario: Scenario) -> str:
    """Everything of a scenario that its figures come from."""
    own = [
        (p.key, p.value, p.formula, p.low, p.high, p.distribution, p.stream) for p in scenario.own
    ]
    changes, drawn = (sorted(each.items(), key=repr) for each in (scenario.changes, scenario.drawn))
    return repr((scenario.id, scenario.compare, scenario.weakest_status, changes, drawn, own))


def _statuses(study: Study) -> list[tuple[str, set[Key]]]:
    """Inputs in use by status, the weakest first."""
    used: dict[str, set[Key]] = {}
    for p in study.parameters:
        if p.text not in study.unused:
            used.setdefault(p.status, set()).add(p.key)
    return [(each, used[each]) for each in reversed(FIRMEST_FIRST) if each in used]


def _status(statuses: list[tuple[str, set[Key]]], scenario: Scenario | None = None) -> str:
    """The weakest status of the inputs in use."""
    left = scenario.changes.keys() if scenario is not None else set[Key]()
    found = next((status for status, keys in statuses if keys - left), "")
    return weakest([found, *([scenario.weakest_status] if scenario is not None else [])])


def _hash(*texts: str) -> str:
    found = hashlib.sha256()
    for text in texts:
        found.update(text.encode() + b"\0")
    return found.hexdigest()
