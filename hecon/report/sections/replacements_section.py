"""Which values took the place of the study's own: a country's, or those of a study on top of it."""

import pandas as pd

from hecon.analyses.run import Run
from hecon.parameters.parameter_schema import Parameter
from hecon.report.content import Column, Section, Sentence, table
from hecon.report.registry import Analysis
from hecon.report.vocabulary import LABEL, PARAMETER, SOURCE, STATUS, UNIT
from hecon.report.words import listed

TITLE = "Replaced values"
COLUMNS = (
    LABEL,
    PARAMETER,
    UNIT,
    Column("before", "Study's own", "text", meaning="value or formula that was replaced"),
    Column("value", "Here", "text", meaning="value or formula in its place"),
    STATUS,
    SOURCE,
    Column("source_before", "Source of the study's own", detail=True),
    Column("file", "File", "label", detail=True),
)


def section(run: Run) -> Section:
    """Every input that is not the study's own, with both values and sources."""
    rows = [
        {
            "label": new.description,
            "parameter": new.text,
            "unit": new.unit,
            "before": _said(old),
            "value": _said(new),
            "status": new.status,
            "source": new.source,
            "source_before": old.source,
            "file": f"{new.file}, row {new.row}",
        }
        for old, new in run.study.replaced
    ]
    if not rows:
        return Section("replacements", TITLE)
    said = Sentence("Inputs that stand in place of the study's own, with both values and sources.")
    caption = "Inputs in place of the study's own"
    frame = pd.DataFrame(rows, columns=[c.key for c in COLUMNS])
    return Section(
        "replacements",
        TITLE,
        (said,),
        (table("replacements", caption, COLUMNS, frame, ("parameter",)),),
    )


def _said(parameter: Parameter) -> object:
    """A value; of a computed row what it rests on."""
    if parameter.formula is None:
        return parameter.value
    return f"computed from {listed(sorted(parameter.formula.names))}"


ANALYSIS = Analysis(section)
