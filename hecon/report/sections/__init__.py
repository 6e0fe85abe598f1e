"""The sections of a report, one file each, and the registry that puts them in reading order."""

from __future__ import annotations

from collections.abc import Iterable

from hecon.errors import Fault, InputError, nearest
from hecon.report.registry import Entry

#: In reading order. One line an analysis: its command, its part of a full run, its files, its
#: section and sheet, and what `reproduce` compares follow from it.
REGISTRY = (
    Entry("answer", "The answer, and what it rests on.", command=""),
    Entry("results", "Totals by strategy, frontier, costs by item.", command=""),
    Entry("severity", "What a unit of effect may cost.", command=""),
    Entry("uncertainty", "The probabilistic analysis of a study.", command="psa"),
    Entry("one_way", "Each input at both ends of its range."),
    Entry("two_way", "Two inputs together, over a grid of values."),
    Entry("break_even", "The value of an input at which the decision turns."),
    Entry("price", "The price at which two strategies are equal."),
    Entry("cycle_length", "What the length of the cycle does to the result."),
    Entry("budget_impact", "What a payer pays year by year, and for whom there are places."),
    Entry("scenarios", "Every scenario against the base case."),
    Entry("subgroups", "Results by subgroup, and what deciding by subgroup is worth."),
    Entry(
        "global_sensitivity", "Which inputs matter when all move at once.", command="sensitivity"
    ),
    Entry("information", "What knowing more is worth.", command="voi"),
    Entry("trials", "Which trial is worth doing, and how large.", command="trial"),
    Entry(
        "verification",
        "Ask a study questions whose answers are known.",
        command="verify",
        always=False,
    ),
    Entry(
        "compare", "What sets two studies, countries or versions apart.", command="", always=False
    ),
    Entry("article", "What an article says, and what the model makes of it."),
    Entry("synthesis", "Choices of synthesis side by side."),
    Entry("consistency", "Whether direct and indirect evidence agree."),
    Entry("evidence", "What the result rests on."),
    Entry("replacements", "Which values took the place of the study's own.", command=""),
    Entry("assumptions", "What the model takes for granted.", command=""),
    Entry("guideline", "What the country's agency demands, and what is met."),
    Entry("sources", "Every published figure referred to.", command=""),
    Entry("cheers", "Where each item of CHEERS 2022 is reported.", command=""),
    Entry("provenance", "How the report came about.", command=""),
)


def analyses_named(names: Iterable[str], where: str) -> list[str]:
    """Analyses by the names of their commands, or their own.

    Raises
    ------
    InputError
        At `where`, if there is no such analysis.
    """
    known = {entry.command_name or entry.name: entry.name for entry in REGISTRY}
    known |= {entry.name: entry.name for entry in REGISTRY}
    found = []
    for name in names:
        if name not in known:
            hint = nearest(name, known) or f"; allowed are {', '.join(known)}"
            raise InputError([Fault(where, None, None, f"'{name}' is no analysis{hint}")])
        found.append(known[name])
    return found
