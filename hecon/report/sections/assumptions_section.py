"""What the model takes for granted, and the inputs that nobody read in a source."""

import pandas as pd

from hecon.analyses.run import Run
from hecon.parameters.parameter_schema import Parameter
from hecon.report.content import Column, Section, Table, table
from hecon.report.plain import plain_table
from hecon.report.registry import Analysis
from hecon.report.vocabulary import LABEL, PARAMETER, RANGE_HIGH, RANGE_LOW, STATUS
from hecon.studies.study import Study

INPUTS = (
    LABEL,
    PARAMETER,
    Column("justification", "Justification"),
    Column("tested_by", "Scenarios that test it"),
    STATUS,
    RANGE_LOW,
    RANGE_HIGH,
)


def section(run: Run) -> Section:
    """Structural assumptions, then assumed inputs."""
    given = run.study.evidence("assumptions")
    caption = "What the model takes for granted, why, and what tests it"
    structure = plain_table("assumptions", caption, given, ("status",))
    return Section("assumptions", "Assumptions", (), (structure, assumed_inputs(run.study)))


def assumed_inputs(study: Study) -> Table:
    """Every input that is an assumption."""
    rows = [
        {
            "label": p.description,
            "parameter": p.text,
            "justification": p.derivation or p.note or p.source,
            "tested_by": ", ".join(tests(study, p)) or "one-way only",
            "status": p.status,
            "range_low": p.low,
            "range_high": p.high,
        }
        for p in study.parameters
        if p.is_input and p.status == "assumption"
    ]
    frame = pd.DataFrame(rows, columns=[c.key for c in INPUTS])
    caption = "Inputs that are assumptions"
    return table("assumed_inputs", caption, INPUTS, frame, ("parameter",))


def tests(study: Study, parameter: Parameter) -> list[str]:
    """Scenarios that set a parameter, or a quantity computed from nothing else."""
    same = {parameter.key}
    same |= {
        k for k, e in study.model.formulas.items() if e.op == "name" and e.name == parameter.name
    }
    return [s.id for s in study.scenarios if same & set(s.changes)]


ANALYSIS = Analysis(section)
