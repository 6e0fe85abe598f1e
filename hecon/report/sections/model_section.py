"""The model, written out: its diagram, and every formula with what its symbols mean."""

from hecon.analyses.run import Run
from hecon.engine.expression import is_zero, substitute
from hecon.engine.model import CohortModel, Transition
from hecon.engine.timing import COUNTING
from hecon.report.content import Listing, Section, Sentence, count
from hecon.report.model_symbols import symbols_table
from hecon.report.model_tables import (
    course_tables,
    payoffs_table,
    rules_table,
    states_table,
    transitions_table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import Analysis
from hecon.studies.study import Study


def section(run: Run) -> Section:
    """States, transitions, payoffs, courses, time and discounting as they are written."""
    study = run.study
    tables = (
        states_table(study),
        transitions_table(study),
        payoffs_table(study),
        *course_tables(study),
        rules_table(study),
        symbols_table(study),
    )
    states, strategies = {s.name: s.dead for s in study.model.states}, study.model.strategies
    by = "state_diagram.state_diagram"
    figures = (pictured(run, "states", by, states, edges(study), strategies),)
    return Section("model", "The model", tuple(_sentences(study)), tables, figures)


def _sentences(study: Study) -> list[Sentence]:
    model = study.model
    rules = [COUNTING[rule].label for rule in model.rules]
    names = [s.name for s in model.states]
    said = [
        Sentence(
            "A cohort state-transition model of {strategies} strategies and {number} states: "
            "{states}.",
            {
                "strategies": count(len(model.strategies)),
                "number": count(len(names)),
                "states": Listing(names, len(names)),
            },
        ),
        Sentence("Counting: {rule}.", {"rule": rules[0]})
        if len(rules) == 1
        else Sentence(
            "Counting of effects: {rule}. Counting of costs: {rule_of_costs}.",
            {"rule": rules[0], "rule_of_costs": rules[1]},
        ),
    ]
    own = [s for s in model.strategies if any(t.strategy == s for t in model.transitions)]
    if own:
        text = "Transitions of their own have {names}; all others are those of all strategies."
        said.append(Sentence(text, {"names": Listing(own, len(own))}))
    else:
        text = "All strategies have the same transitions; they differ in what the symbols mean."
        said.append(Sentence(text))
    return said


def edges(study: Study) -> dict[tuple[str, str], tuple[str, ...]]:
    """Strategies in which people move from one state to another; those that never do are none."""
    model, found = study.model, dict[tuple[str, str], list[str]]()
    for strategy in model.strategies:
        for state in model.states:
            for each in model.transitions_of(strategy, state.name):
                if not _never(each, strategy, model):
                    found.setdefault((each.source, each.target), []).append(strategy)
    return {ends: tuple(names) for ends, names in found.items()}


def _never(each: Transition, strategy: str, model: CohortModel) -> bool:
    """Whether a probability is zero whatever the inputs are, by its names' own formulas."""
    if each.probability is None:
        return False
    keys = {name: model.resolve(name, strategy) for name in each.probability.names}
    meanings = {name: model.formulas[k] for name, k in keys.items() if k and k in model.formulas}
    return is_zero(substitute(each.probability, meanings))


ANALYSIS = Analysis(
    section,
    """The model, written out: states, transitions, payoffs, courses, counting and discounting.

    \b
    Examples
      hecon model inputs/studies/ptsd --jurisdiction norway
    """,
)
