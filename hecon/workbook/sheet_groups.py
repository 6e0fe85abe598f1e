"""Where a sheet belongs: groups in reading order, each with the colour of its tabs."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SheetGroup:
    """Sheets that answer one kind of question."""

    name: str
    about: str
    colour: str
    sheets: tuple[str, ...]  #: Titles in reading order; one that ends in a star begins so.

    def place(self, title: str) -> int | None:
        """The place of a sheet within the group; None if it is of another."""
        for position, known in enumerate(self.sheets):
            if title == known or (known.endswith("*") and title.startswith(known[:-1])):
                return position
        return None


#: The sheet that ends with how the report came about.
DOCUMENTATION = "Documentation"

GROUPS = (
    SheetGroup(
        "Answer",
        "what was asked, what came out, what it costs the payer",
        "2E7D4F",
        ("Summary", "Guide", "Results", "Severity", "Threshold", "Budget"),
    ),
    SheetGroup(
        "Inputs", "what goes in; yellow cells can be typed over", "D9A400", ("Inputs", "Sessions")
    ),
    SheetGroup(
        "Model",
        "from inputs to results, cycle by cycle",
        "1A5FB4",
        ("Time", "Trace *", "Equal value", "Budget months"),
    ),
    SheetGroup(
        "Analyses",
        "what moves the result, and how sure it is",
        "7B3FA0",
        ("Scenarios", "Sensitivity", "Uncertainty", "Live draws"),
    ),
    SheetGroup(
        "Evidence",
        "where figures come from, and what is assumed",
        "8A5A2B",
        ("Evidence", DOCUMENTATION),
    ),
    SheetGroup("Checks", "whether it is right, and what was changed", "9B1C1C", ("Checks",)),
)


@dataclass(frozen=True)
class SheetStack:
    """Sections below each other on a sheet, which may be live above them."""

    about: str  #: What the sheet is about, where it is not live.
    sections: tuple[str, ...]  #: Names in reading order.
    screen: tuple[str, ...] = ()  #: The same of those that come after them and are not printed.


#: Sheets on which sections stand below each other, by title.
STACKS: Mapping[str, SheetStack] = {
    "Budget": SheetStack("what a payer pays year by year", (), ("budget_impact",)),
    "Sensitivity": SheetStack(
        "what moves the result",
        ("two_way", "break_even", "price", "cycle_length", "time_horizon", "sensitivity"),
    ),
    "Uncertainty": SheetStack(
        "how sure it is, and what knowing more is worth", ("uncertainty", "trials")
    ),
    DOCUMENTATION: SheetStack(
        "the model written out, what is assumed, where it comes from, how the report came about",
        ("model", "assumptions", "guideline"),
        ("cheers", "article", "synthesis", "sources", "consistency", "replacements", "provenance"),
    ),
}

#: Where sheets go that no group names: analyses, in the order in which they come.
_OTHERS = 3


def group_of(title: str) -> SheetGroup:
    """The group of a sheet."""
    return next((g for g in GROUPS if g.place(title) is not None), GROUPS[_OTHERS])


def reading_order(title: str) -> tuple[int, int]:
    """What sheets are sorted by; those of no stated place stay in the order they have."""
    group = group_of(title)
    return GROUPS.index(group), group.place(title) or 0
