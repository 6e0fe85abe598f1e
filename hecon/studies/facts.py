"""An article's facts: each with references to the model's figures, read and name-checked."""

import re
from collections.abc import Sequence

from hecon.errors import UnknownName
from hecon.parameters.cell_text import parse_formula
from hecon.parameters.records import short
from hecon.studies.course import TreatmentCourse
from hecon.studies.documents import ARTICLE, FORMULA, Fact, FactRow, ModelFigure
from hecon.studies.inputs import Inputs
from hecon.studies.reading import COUNTED, NO_TIME, SCENARIO, STRATEGY, StudyReading
from hecon.studies.study import Scenario

_CALL = re.compile(r"(scenario|quantity|estimate|result)\(([^()]*)\)")
_OWN = re.compile(r"(\w+)\s*\[(.+)\]")


class _Wrong(Exception):
    """What is wrong with a reference."""


def read_facts(
    reading: StudyReading,
    inputs: Inputs,
    scenarios: Sequence[Scenario],
    course: TreatmentCourse | None,
) -> tuple[Fact, ...]:
    """Facts of the evidence file ``article``, with faults recorded and formulas to be checked."""
    if ARTICLE not in reading.definition.evidence:
        return ()
    known = {
        "scenario": (SCENARIO, [s.id for s in scenarios]),
        "strategy": (STRATEGY, list(reading.strategies)),
        "quantity": (COUNTED, [q.name for q, _ in course.quantities] if course else []),
    }

    def check(what: str, name: str, file: str, number: int) -> None:
        kind, names = known[what]
        if name not in names and inputs.complete:
            reading.faults.add(file, number, "figures", UnknownName(name, kind, names))

    def read(label: str, reference: str, file: str, number: int) -> ModelFigure:
        call = _CALL.fullmatch(reference)
        if call is None:
            return formula(label, reference, file, number)
        kind, names = call.group(1), tuple(a.strip() for a in call.group(2).split(","))
        wanted = 2 if kind in ("scenario", "quantity") else 1
        if len(names) != wanted or not all(names):
            text = "two names" if wanted == 2 else "one name"
            raise _Wrong(f"found '{short(reference)}', needed are {text}")
        if kind == "quantity":
            check("strategy", names[0], file, number)
            check("quantity", names[1], file, number)
        elif kind == "scenario":
            check("scenario", names[0], file, number)
        elif kind == "estimate":
            try:
                inputs.synthesis.find(names[0])
            except UnknownName as error:
                reading.faults.add(file, number, "figures", error)
        return ModelFigure(label, reference, kind, names)

    def formula(label: str, reference: str, file: str, number: int) -> ModelFigure:
        own = _OWN.fullmatch(reference)
        text, strategy = (own.group(1), own.group(2).strip()) if own else (reference, None)
        if strategy is not None:
            check("strategy", strategy, file, number)
        expr = parse_formula(text, reading.faults, file, number, "figures")
        if expr is not None and (strategy is None or strategy in reading.strategies):
            reading.remember(expr, file, number, "figures", (strategy,), time=NO_TIME)
        return ModelFigure(label, reference, FORMULA, (), expr, strategy)

    facts = []
    for file, number, row, _ in reading.rows(
        f"evidence.{ARTICLE}", FactRow, lambda row: row.id, free=True
    ):
        figures = []
        for part in filter(str.strip, row.figures.split(";")):
            label, sign, reference = (each.strip() for each in part.partition("="))
            try:
                if not (sign and label and reference):
                    raise _Wrong(f"found '{short(part.strip())}', allowed is 'label = reference'")
                figures.append(read(label, reference, file, number))
            except _Wrong as problem:
                reading.faults.add(file, number, "figures", str(problem))
        facts.append(Fact(row, tuple(figures), file, number))
    return tuple(facts)
