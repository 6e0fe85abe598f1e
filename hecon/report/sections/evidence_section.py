"""What the result rests on: the weakest links first, then every input, arms and effects."""

from dataclasses import replace

import numpy as np

from hecon.analyses.evidence import input_evidence
from hecon.analyses.run import Run
from hecon.report.content import Column, Section, Table, table
from hecon.report.plain import plain_table
from hecon.report.registry import DRAWN, Analysis
from hecon.report.sections.answer_section import status_of_inputs
from hecon.report.vocabulary import (
    LABEL,
    PARAMETER,
    RANGE_HIGH,
    RANGE_LOW,
    SOURCE,
    STATUS,
    UNIT,
)

#: Weak rows that people see; the file holds all.
SHOWN = 12

WEAK = (
    LABEL,
    PARAMETER,
    STATUS,
    Column("swing", "Swing of net benefit", "money", meaning="span over the input's range"),
    Column("evppi", "EVPPI per person", "money"),
    Column("needed", "What would firm it up"),
)
INPUTS = (
    LABEL,
    replace(PARAMETER, kind="symbol"),
    Column("value", "Value", "number"),
    UNIT,
    RANGE_LOW,
    RANGE_HIGH,
    Column("distribution", "Distribution", "label"),
    STATUS,
    Column("estimate", "Estimate", "name", detail=True, meaning="estimate that it is made from"),
    Column("rows", "Evidence", detail=True, meaning="rows of the evidence that it rests on"),
    SOURCE,
    Column("swing", "Swing of net benefit", "money", shown=False),
    Column("evppi", "EVPPI per person", "money", shown=False),
    Column("weak", "Weak", "flag", shown=False),
    Column("needed", "What would firm it up", shown=False),
)


def section(run: Run) -> Section:
    """Weak links, every input, and the rows of evidence behind them."""
    study = run.study
    tables = [weak_links(run), inputs_table(run)]
    for name, caption in (("trials", "Trial arms"), ("reported_effects", "Published effects")):
        if given := study.evidence(name):
            tables.append(plain_table(name, caption, given))
    said = (status_of_inputs(study),)
    return Section("evidence", "Evidence", said, tuple(tables), live="Evidence")


def weak_links(run: Run) -> Table:
    """Inputs on weak evidence, the most influential first."""
    found = run(input_evidence)
    weak = found[found["weak"] & ((found["swing"] > 0) | (found["evppi"] > 0))]
    caption = "Weakest links: inputs on weak evidence that move the decision most"
    shown = weak.head(SHOWN).rename(columns={"description": "label"})
    return table("weak_links", caption, WEAK, shown, ("parameter",))


def inputs_table(run: Run) -> Table:
    """Every input with its value, range, source and influence."""
    known = {p.text: p for p in run.study.parameters}
    found = run(input_evidence).rename(columns={"description": "label"})
    of = [known[name] for name in found["parameter"]]
    frame = found.assign(
        range_low=np.array([p.low for p in of], dtype=float),
        range_high=np.array([p.high for p in of], dtype=float),
        distribution=[p.distribution.kind for p in of],
        source=["; ".join(filter(None, [p.source, p.derivation])) for p in of],
    )
    caption = "Every input with its value, range and source"
    return table("inputs", caption, INPUTS, frame, ("parameter",))


ANALYSIS = Analysis(
    section,
    """What the result rests on: every input with its source, and the weak links that matter most.

    \b
    Examples
      hecon evidence inputs/studies/ptsd --jurisdiction norway
      hecon evidence inputs/studies/ptsd -j norway --draws 2000
    """,
    settings=DRAWN,
)
