"""Reading named estimates: each row is made from the evidence that it selects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from hecon.errors import InputError, UnknownName
from hecon.parameters.parameter_schema import STATUSES, Derived
from hecon.studies.estimates.counts import pairwise, pooled_counts, proportion
from hecon.studies.estimates.derived import converted, indirect, pool_of_estimates
from hecon.studies.estimates.evidence_records import Evidence, read_evidence
from hecon.studies.estimates.making import Sources
from hecon.studies.estimates.networks import network
from hecon.studies.estimates.published import reported
from hecon.studies.estimates.selection import CHOOSING, EstimateRow, Problem, Unmade, known
from hecon.studies.estimates.singles import jeffreys, prediction, shrunk
from hecon.studies.estimates.synthesised import MEASURES, Synthesised
from hecon.studies.reading import StudyReading
from hecon.synthesis.heterogeneity import METHODS as TAU2

_MAKERS: dict[str, Callable[[EstimateRow, int, Sources], Synthesised]] = {
    "pooled counts": pooled_counts,
    "Jeffreys": jeffreys,
    "proportion": proportion,
    "prediction": prediction,
    "shrunk": shrunk,
    "pairwise": pairwise,
    "reported": reported,
    "pool of estimates": pool_of_estimates,
    "indirect": indirect,
    "converted": converted,
    "network": network,
}
METHODS = tuple(_MAKERS)


@dataclass
class StudySynthesis:
    """The evidence of a study and the estimates made from it."""

    evidence: Evidence = field(default_factory=Evidence)
    estimates: dict[str, Synthesised] = field(default_factory=dict)
    #: Every name of the file, also of estimates that are faulty.
    names: list[str] = field(default_factory=list)
    rows: dict[str, EstimateRow] = field(default_factory=dict)  #: What each estimate asks for.
    #: False if some row of the file could not be read, whose name may then be any.
    complete: bool = True

    def find(self, name: str) -> Synthesised | None:
        """An estimate, or None if its own row is at fault; raises UnknownName if there is none."""
        if name in self.names or not self.complete:
            return self.estimates.get(name)
        raise UnknownName(name, "an estimate", self.names)

    def derived(self, name: str, unit: str) -> Derived | None:
        """What a parameter in a unit takes from an estimate."""
        found = self.find(name)
        return None if found is None else found.derived(unit)


def read_synthesis(reading: StudyReading) -> StudySynthesis:
    """Evidence and estimates named in `[synthesis]` of `study.toml`, with faults recorded."""
    entry = reading.definition.synthesis
    if entry is None:
        return StudySynthesis()
    found = StudySynthesis(read_evidence(reading, entry))
    rows = reading.rows("synthesis.estimates", EstimateRow, lambda row: row.name)
    found.complete = "synthesis.estimates" not in reading.broken
    sources = Sources(
        found.evidence, found.estimates, found.names, entry.arms, entry.effects, entry.contrasts
    )
    _check_use(reading, found.evidence, [row for _, _, row, _ in rows])
    for file, number, row, _ in rows:
        if row.name in found.names:
            text = f"the estimate '{row.name}' is already in another row"
            reading.faults.add(file, number, "name", text)
            continue
        found.rows[row.name] = row
        try:
            if found.evidence.complete:
                found.estimates[row.name] = _made(row, number, sources)
        except Unmade:
            pass
        except Problem as problem:
            needs = (*problem.needs, *((file, column) for column in problem.also))
            reading.faults.add(file, number, problem.column, problem.message, *needs)
        except InputError as error:
            for fault in error.faults:
                needs = ((file, "merge"), (file, "parts"))
                reading.faults.add(file, number, None, fault.message, *needs)
        found.names.append(row.name)
    return found


def _check_use(reading: StudyReading, evidence: Evidence, rows: Sequence[EstimateRow]) -> None:
    """Where evidence is of several uses, the column that chooses among them can't be left out."""
    uses = {arm.use for arm in evidence.arms}
    uses |= {effect.use for effect in (*evidence.effects, *evidence.contrasts)}
    by_use = [row for row in rows if not row.rows and not row.parts]
    if by_use and len(uses) > 1 and not any("use" in row.model_fields_set for row in rows):
        text = "the column is missing; its cells may be blank, which takes evidence of every use"
        reading.faults.add(reading.file("synthesis.estimates"), 1, "use", text)


def _made(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    known(row.method, _MAKERS, "method", "a method")
    known(row.measure, MEASURES, "measure", "a measure")
    if row.status:
        known(row.status, STATUSES, "status", "a status")
    if row.tau2:
        known(row.tau2, TAU2, "tau2", "a method for the variance between studies")
    if row.knapp_hartung:
        known(row.knapp_hartung, ("yes", "no"), "knapp_hartung", "an answer")
    asked = _CellsRead(row)
    made = _MAKERS[row.method](cast("EstimateRow", asked), number, sources)
    for column in CHOOSING:
        if getattr(row, column) and column not in asked.columns:
            raise Problem(column, f"'{row.method}' makes no use of it here; leave it blank")
    return made


class _CellsRead:
    """A row that keeps account of which of its cells are read."""

    def __init__(self, row: EstimateRow):
        self._row = row
        self.columns: set[str] = set()

    def __getattr__(self, column: str) -> Any:
        self.columns.add(column)
        return getattr(self._row, column)
