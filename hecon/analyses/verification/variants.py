"""Models made from a study's own: strategies exchanged, death switched off, payoffs told apart."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hecon.engine.expression import Expr, constant, substitute
from hecon.engine.model import CohortModel, Key, Payoff, Transition

ONE, ZERO = constant(1.0), constant(0.0)


def reached(
    model: CohortModel, targets: Iterable[tuple[Expr, str | None]]
) -> set[tuple[Key, str | None]]:
    """Parameters and formulas that expressions rest on, each with the strategy it is read in."""
    seen: set[tuple[Key, str | None]] = set()
    queue = list(targets)
    while queue:
        expr, strategy = queue.pop()
        names = set(expr.names)
        if "age" in names and model.start_age is not None:
            queue.append((model.start_age, strategy))
        for name in names:
            key = model.resolve(name, strategy)
            if key is not None and (key, strategy) not in seen:
                seen.add((key, strategy))
                if key in model.formulas and key not in model.parameter_set:
                    queue.append((model.formulas[key], strategy))
    return seen


def result_targets(model: CohortModel) -> list[tuple[Expr, str | None]]:
    """Every expression that a result comes from, with the strategy it is read in."""
    found: list[tuple[Expr, str | None]] = [
        (model.cycle_months, None),
        (model.horizon_years, None),
    ]
    for strategy in model.strategies:
        exprs: list[Expr | None] = [model.discount_cost, model.discount_effect, model.start_age]
        exprs += [e for (_, s), e in model.initial.items() if s in (None, strategy)]
        for state in model.states:
            exprs += [t.probability for t in model.transitions_of(strategy, state.name)]
        for payoff in model.payoffs_of(strategy):
            exprs += [payoff.amount, payoff.week]
        found += [(e, strategy) for e in exprs if e is not None]
    return found


class Exchange:
    """Gives strategies the rows of other strategies.

    Every formula is copied under a name of its own strategy (`name@strategy`), so that what was
    written for one strategy keeps its meaning when another one uses it. `numbers` holds the
    base values, with those that belong to one strategy under their new names too.
    """

    def __init__(self, model: CohortModel, numbers: Mapping[Key, float]):
        self.model = model
        self.numbers = dict(numbers)
        self.formulas: dict[Key, Expr] = dict(model.formulas)
        parameters = list(model.parameters)
        for strategy in model.strategies:
            for name in {key[0] for key in (*model.formulas, *model.parameters)}:
                key = model.resolve(name, strategy)
                if key is None:
                    continue
                copy: Key = (f"{name}@{strategy}", None)
                if key in model.parameter_set:
                    self.numbers[copy] = numbers[key]
                    parameters.append(copy)
                else:
                    self.formulas[copy] = self._own(model.formulas[key], strategy)
        self.parameters = tuple(parameters)

    def _own(self, expr: Expr, strategy: str) -> Expr:
        meanings = {
            name: Expr("name", name=f"{name}@{strategy}")
            for name in expr.names
            if self.model.resolve(name, strategy) is not None
        }
        return substitute(expr, meanings)

    def exchanged(
        self, moves: Mapping[str, str], payoffs: Mapping[str, str] | None = None
    ) -> CohortModel:
        """The model in which each strategy has the rows of the strategy it is mapped to.

        Args:
            moves: Whose start and transitions each strategy has.
            payoffs: Whose costs and effects; the same mapping if None.
        """
        model = self.model
        paid = payoffs or moves
        initial: dict[Key, Expr | None] = {}
        transitions: list[Transition] = []
        amounts: list[Payoff] = []
        for strategy in model.strategies:
            source = moves[strategy]
            for state in model.states:
                for key in ((state.name, source), (state.name, None)):
                    if key in model.initial:
                        expr = model.initial[key]
                        own = None if expr is None else self._own(expr, source)
                        initial[(state.name, strategy)] = own
                        break
                for t in model.transitions_of(source, state.name):
                    own = None if t.probability is None else self._own(t.probability, source)
                    transitions.append(replace(t, probability=own, strategy=strategy))
            source = paid[strategy]
            for p in model.payoffs_of(source):
                week = None if p.week is None else self._own(p.week, source)
                amount = self._own(p.amount, source)
                amounts.append(replace(p, amount=amount, week=week, strategy=strategy))
        return replace(
            model,
            parameters=self.parameters,
            formulas=self.formulas,
            initial=initial,
            transitions=tuple(transitions),
            payoffs=tuple(amounts),
        )


def without_death(model: CohortModel) -> CohortModel:
    """The model in which whoever would die stays where he or she is."""
    dead = {s.name for s in model.states if s.dead}
    rows: list[Transition] = []
    for strategy in model.strategies:
        for state in model.states:
            row = model.transitions_of(strategy, state.name)
            if state.dead:
                rows += [replace(t, strategy=strategy) for t in row]
                continue
            deaths = [t for t in row if t.target in dead]
            others = [t for t in row if t.target not in dead]
            stay = [t for t in others if t.target == state.name]
            leave = [t for t in others if t.target != state.name]
            rows += [replace(t, strategy=strategy) for t in leave]
            if any(t.probability is None for t in leave):
                # somebody else is the complement: those who would die are added to who stays
                parts = [t.probability for t in (*stay, *deaths) if t.probability is not None]
                total = ZERO
                for part in parts:
                    total = Expr("add", (total, part))
                rows.append(Transition(state.name, state.name, total, strategy))
            else:
                rows.append(Transition(state.name, state.name, None, strategy))
    return replace(model, transitions=tuple(rows), payoffs=())


def with_certain_death(model: CohortModel) -> CohortModel:
    """The model in which everybody alive dies in every cycle."""
    grave = next(s.name for s in model.states if s.dead)
    rows = [Transition(s.name, s.name if s.dead else grave, ONE) for s in model.states]
    return replace(model, transitions=tuple(rows), payoffs=())


def payoff_label(payoff: Payoff) -> str:
    """Where a payoff falls, in words."""
    if payoff.on == "once":
        return f"{payoff.item} at {payoff.session or 'the start'}"
    if payoff.on == "transition":
        return f"{payoff.item} on {payoff.source} -> {payoff.target}"
    return f"{payoff.item} in {payoff.source}"


def told_apart(model: CohortModel) -> CohortModel:
    """The model with every payoff under an item of its own; a strategy's row still goes first."""
    return replace(model, payoffs=tuple(replace(p, item=payoff_label(p)) for p in model.payoffs))
