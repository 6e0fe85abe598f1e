"""What turns the decision, and what does so only by falling into another severity class."""

import pandas as pd

from hecon.report.content import Column, Listing, Sentence

TURNS = Column(
    "turns",
    "Turns the decision",
    "flag",
    meaning="net benefit has another sign than in the base case",
    detail=True,
)
BY_SEVERITY = Column(
    "turns_by_severity",
    "Only through severity",
    "flag",
    meaning="it turns only because another severity class has another threshold",
    shown=False,
)


def with_switches(found: pd.DataFrame) -> pd.DataFrame:
    """Both flags as flags; without classes of severity nothing turns by them."""
    steps = found.get("turns_by_severity", False)
    made = found.assign(turns=found["turns"].astype(bool), turns_by_severity=steps)
    return made.assign(turns_by_severity=made["turns_by_severity"].eq(True))


def by_severity(found: pd.DataFrame, column: str) -> tuple[Sentence, ...]:
    """Which of those that turn the decision do so only by a step of class."""
    flagged = with_switches(found)
    names = flagged.loc[flagged["turns_by_severity"], column].tolist()
    if not names:
        return ()
    text = "Only through a step of severity class: {names}."
    return (Sentence(text, {"names": Listing(names, 10)}, "warning"),)
