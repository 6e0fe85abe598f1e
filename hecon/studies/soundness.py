"""Checks on what a study decides and pays: alternatives, payoffs, the price, the dead."""

from collections.abc import Sequence

from hecon.engine.model import CohortModel, Payoff
from hecon.engine.values import formula_values
from hecon.errors import ModelError
from hecon.parameters.design import base_values
from hecon.studies.dependencies import Dependencies
from hecon.studies.inputs import Inputs
from hecon.studies.reading import StudyReading


def check_alternatives(reading: StudyReading) -> None:
    """A decision needs two strategies that can be chosen."""
    options = [s.name for s in reading.definition.strategies if s.option]
    if len(options) < 2:
        found = f"only {options[0]} can" if options else "none can"
        text = f"a decision needs two strategies that can be chosen, and {found} (option = true)"
        reading.faults.add(reading.place("strategies"), None, "strategies", text)


def check_payoffs(reading: StudyReading, payoffs: Sequence[Payoff]) -> None:
    """Something must be paid or gained somewhere."""
    if not payoffs and not reading.faults.faults:
        text = "the study has no payoff; give at least one row with a cost or QALYs"
        reading.faults.add(reading.file("payoffs"), None, "item", text)


def check_price_alike(reading: StudyReading, inputs: Inputs) -> None:
    """The price whose threshold is asked for is one figure, the same in every strategy."""
    price = reading.definition.price
    if price is None:
        return
    for parameter in inputs.parameters:
        if parameter.name == price.parameter and parameter.strategy is not None:
            text = (
                f"'{price.parameter}' differs by strategy ({parameter.file}, row "
                f"{parameter.row}); allowed is a parameter that is the same in every strategy"
            )
            reading.faults.add(reading.place("price.parameter"), None, "price.parameter", text)
            return


def check_course_depth(reading: StudyReading, model: CohortModel, deepest: int) -> None:
    """What a session pays is a product of formulas: together they must not nest too deeply."""
    dependencies = Dependencies(model)
    seen = set()
    for payoff in model.payoffs:
        if not payoff.session or payoff.item in seen:
            continue
        depth = dependencies.of(payoff.amount, payoff.strategy).depth
        if depth > deepest:
            seen.add(payoff.item)
            file, _, row = payoff.origin.rpartition(", row ")
            text = f"'{payoff.item}' nests {depth} levels deep, allowed are {deepest}"
            reading.faults.add(file, int(row), "amount", text)


def check_dead(reading: StudyReading, inputs: Inputs, model: CohortModel) -> None:
    """Nobody in a state that is dead has QALYs."""
    dead = {s.name for s in model.states if s.dead}
    numbers = base_values(inputs.parameters)
    for payoff in model.payoffs:
        if payoff.kind != "qaly" or payoff.on != "state" or payoff.source not in dead:
            continue
        for strategy in [payoff.strategy] if payoff.strategy else model.strategies:
            try:
                (found,) = formula_values(model, [(payoff.amount, strategy)], numbers, {})
            except ModelError:
                continue
            if float(found) != 0.0:
                file, _, row = payoff.origin.rpartition(", row ")
                text = f"{float(found):g} QALYs in {payoff.source}, where nobody is alive (dead)"
                reading.faults.add(file, int(row), "amount", text)
                break
