"""Where the decision turns along the range of each input."""

import pandas as pd

from hecon.analyses.break_even import break_even_values, turning
from hecon.analyses.run import Run
from hecon.report.content import Column, Section, Sentence, Table, Value, count, table
from hecon.report.registry import Analysis, Option
from hecon.report.things_called import inputs, labeller
from hecon.report.vocabulary import BASE, LABEL, PARAMETER, RANGE_HIGH, RANGE_LOW, UNIT

COLUMNS = (
    LABEL,
    PARAMETER,
    UNIT,
    BASE,
    RANGE_LOW,
    RANGE_HIGH,
    Column("break_even", "Break-even value", "number", meaning="value of equal net benefit"),
    Column("nmb_low", "Net benefit at from", "change", detail=True),
    Column("nmb_high", "Net benefit at to", "change", detail=True),
    Column("result", "Result", meaning="how the search ended"),
)


def break_even_table(run: Run) -> Table:
    """Every input with a range; those that turn the decision first."""
    found, label = run(break_even_values), labeller(run.study)
    inside = turning(found)
    ordered = pd.concat([inside, found[~found.index.isin(inside.index)]])
    frame = ordered.rename(columns={"low": "range_low", "high": "range_high", "status": "result"})
    frame["label"] = [label(name) for name in frame["parameter"]]
    caption = "Values of one input, all others at base, at which net benefit is equal"
    return table("break_even", caption, COLUMNS, frame, ("parameter", "break_even"))


def conclusion(run: Run) -> Sentence:
    """How many inputs turn the decision alone, and which."""
    found = run(break_even_values)
    a, b = run.study.compared
    names = turning(found)["parameter"]
    searched = found["parameter"].nunique()
    both: dict[str, Value] = {"a": a, "b": b}
    if names.empty and searched == 1:
        return Sentence(
            "No solution in range: no value of the one input searched makes {a} and {b} equal, all "
            "others at base.",
            both,
            "verdict",
        )
    if names.empty:
        return Sentence(
            "No solution in range: no value of the {searched} inputs searched makes {a} and {b} "
            "equal, all others at base.",
            {**both, "searched": count(searched)},
            "verdict",
        )
    return Sentence(
        "{a} and {b} have equal net benefit at a value inside the range for {turning} of "
        "{searched} inputs: {names}.",
        {
            **both,
            "turning": count(names.nunique()),
            "searched": count(searched),
            "names": inputs(run.study, names),
        },
        "verdict",
    )


def section(run: Run) -> Section:
    """Break-even values."""
    found = run(break_even_values)
    if found.empty:
        return Section("break_even", "Break-even values")
    return Section("break_even", "Break-even values", (conclusion(run),), (break_even_table(run),))


ANALYSIS = Analysis(
    section,
    """The value of an input at which the decision turns, or that there is none in its range.

    \b
    Examples
      hecon break-even inputs/studies/ptsd --jurisdiction norway
      hecon break-even inputs/studies/ptsd hr_relapse_mdma -j norway
      hecon break-even inputs/studies/ptsd u_gain -j norway --low 0 --high 0.6
    """,
    (
        Option(
            "parameters", str, "Inputs; without any, all with a range.", argument=True, many=True
        ),
        Option("low", float, "Where the search begins (one input)."),
        Option("high", float, "Where the search ends (one input)."),
    ),
    lacking="no input has a range",
)
