"""The sections of a report, one file each, and the registry that puts them in reading order."""

from collections.abc import Iterable

from hecon.errors import Fault, InputError, nearest
from hecon.report.registry import Registration

#: In reading order. One line an analysis: its command, its part of a full run, its files, its
#: section and sheet, and what `reproduce` compares follow from it.
REGISTRY = (
    Registration("answer", "The answer, and what it rests on.", command=""),
    Registration("results", "Totals by strategy, frontier, costs by item.", command=""),
    Registration("severity", "What a unit of effect may cost.", command=""),
    Registration("uncertainty", "The probabilistic analysis of a study.", command="psa"),
    Registration("one_way", "Each input at both ends of its range."),
    Registration("two_way", "Two inputs together, over a grid of values."),
    Registration("break_even", "The value of an input at which the decision turns."),
    Registration("price", "The price at which two strategies are equal."),
    Registration("cycle_length", "What the length of the cycle does to the result."),
    Registration("time_horizon", "What the horizon of the analysis does to the result."),
    Registration("budget_impact", "What a payer pays year by year, and for whom there are places."),
    Registration("scenarios", "Every scenario against the base case."),
    Registration("subgroups", "Results by subgroup, and what deciding by subgroup is worth."),
    Registration(
        "global_sensitivity", "Which inputs matter when all move at once.", command="sensitivity"
    ),
    Registration("information", "What knowing more is worth.", command="voi"),
    Registration("trials", "Which trial is worth doing, and how large.", command="trial"),
    Registration(
        "verification",
        "Ask a study questions whose answers are known.",
        command="verify",
        always=False,
    ),
    Registration(
        "compare", "What sets two studies, countries or versions apart.", command="", always=False
    ),
    Registration("model", "The model, written out: states, transitions, payoffs, formulas."),
    Registration("article", "What an article says, and what the model makes of it."),
    Registration("synthesis", "Choices of synthesis side by side."),
    Registration("consistency", "Whether direct and indirect evidence agree."),
    Registration("evidence", "What the result rests on."),
    Registration("replacements", "Which values took the place of the study's own.", command=""),
    Registration("assumptions", "What the model takes for granted.", command=""),
    Registration("guideline", "What the country's agency demands, and what is met."),
    Registration("sources", "Every published figure referred to.", command=""),
    Registration("cheers", "Where each item of CHEERS 2022 is reported.", command=""),
    Registration("provenance", "How the report came about.", command=""),
)


def analyses_named(names: Iterable[str], where: str) -> list[str]:
    """Analyses by the names of their commands, or their own.

    Raises:
        InputError: At `where`, if there is no such analysis.
    """
    commands = {entry.command_name or entry.name: entry.name for entry in REGISTRY}
    known = commands | {entry.name: entry.name for entry in REGISTRY}
    found = []
    for name in names:
        if name not in known:
            hint = nearest(name, known) or f"; allowed are {', '.join(commands)}"
            raise InputError([Fault(where, None, None, f"'{name}' is no analysis{hint}")])
        found.append(known[name])
    return found
