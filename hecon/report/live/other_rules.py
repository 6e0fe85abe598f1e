"""What carries over of the rules of jurisdictions beside the study's own, as choices of a page.

Discounting, what is counted, and severity are rules without money. Prices, tables of people and
what a QALY may cost are another country's data, and stay where they are.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from hecon.engine.expression import Expr, constant, parse
from hecon.engine.model import Key
from hecon.errors import InputError
from hecon.jurisdictions.jurisdiction_schema import FILE, Jurisdiction, Severity
from hecon.jurisdictions.load_jurisdiction import load_jurisdiction
from hecon.parameters.parameter_schema import Parameter
from hecon.report.language import say
from hecon.report.numbers import figure, yes_or_no
from hecon.studies.assumptions import worked_out
from hecon.studies.study import Scenario, Study

#: Starts, rates of costs and rates of effects, by step.
Steps = list[tuple[float, float, float]]


@dataclass(frozen=True)
class RuleChoice:
    """Rules of a kind that some jurisdictions share."""

    kind: str  #: ``discounting``, ``counted`` or ``severity``.
    places: tuple[str, ...]
    told: str
    scenario: Scenario  #: Inputs that it sets; none in the case of severity.
    #: The rule in the place of the study's own, None for no weight.
    severity: Severity | None = None

    @property
    def title(self) -> str:
        """What people call it: the jurisdictions, and what they say."""
        return f"{', '.join(say(place) for place in self.places)}: {self.told}"


def other_rules(study: Study) -> list[RuleChoice]:
    """Choices by kind, in the order of the jurisdictions' names; those that rule alike are one.

    What the study's own inputs can't express is left out, and so is what is as in the base case.
    A jurisdiction that can't be read gives nothing.
    """
    found: dict[object, RuleChoice] = {}
    for place in _beside(study):
        for rules in (_discounting, _counted, _severe):
            for choice in rules(study, place):
                alike = choice.kind, choice.told, _acts(choice.severity)
                known = found.get(alike)
                found[alike] = choice if known is None else _together(known, choice)
    return list(found.values())


def _together(one: RuleChoice, other: RuleChoice) -> RuleChoice:
    """Two that rule alike."""
    name = f"{one.scenario.id}+{other.scenario.id}"
    places = (*one.places, *other.places)
    return replace(one, places=places, scenario=replace(one.scenario, id=name))


def _acts(rule: Severity | None) -> object:
    """What a rule of severity does, whoever says so."""
    if rule is None:
        return None
    classes = tuple((c.shortfall, c.proportional, c.weight) for c in rule.classes)
    return rule.measure, rule.discounted, classes


def _beside(study: Study) -> Iterator[Jurisdiction]:
    """The other jurisdictions of the folder in which the study's own lies."""
    own = study.jurisdiction.folder
    if own in study.folders:
        return
    for path in sorted(own.absolute().parent.glob(f"*/{FILE}")):
        if path.parent.name != own.absolute().name:
            with suppress(InputError):
                yield load_jurisdiction(path.parent)


def _choice(
    study: Study, place: Jurisdiction, kind: str, told: str, values: Mapping[Key, float]
) -> RuleChoice:
    changes: dict[Key, Expr] = {key: constant(value) for key, value in values.items()}
    name, title = place.definition.name, place.definition.title
    scenario = Scenario(
        name, title, "", changes, study.compared, "", "assumption", FILE, 0, "", dict(changes)
    )
    return RuleChoice(kind, (title,), told, scenario)


def _steps(place: Jurisdiction) -> Steps:
    """The steps as numbers; none where a formula rests on more than the jurisdiction's inputs."""
    values = {p.name: p.value for p in place.parameters if p.value is not None}
    steps = place.definition.discount.steps
    exprs = [[parse(text) for text in (s.start, s.cost, s.effect)] for s in steps]
    if any(expr.names - values.keys() for step in exprs for expr in step):
        return []
    return [
        (float(a), float(b), float(c))
        for a, b, c in ([worked_out(e, values) for e in s] for s in exprs)
    ]


def _discounting(study: Study, place: Jurisdiction) -> Iterator[RuleChoice]:
    """Rates by the names that they have in the study's jurisdiction, where it has as many steps."""
    here, theirs = study.jurisdiction.definition.discount, _steps(place)
    if here.compounding != place.definition.discount.compounding or not theirs:
        return
    cost, effect = ([step[i] for step in theirs] for i in (1, 2))
    told = say("{rate} a year", rate=_rates(cost))
    if cost != effect:
        told = say(
            "costs {cost}, effects {effect} a year", cost=_rates(cost), effect=_rates(effect)
        )
    if len(theirs) == 1:
        theirs = theirs * len(here.steps)
        starts = []
    else:
        starts = [step.start for step in here.steps[1:]]
    if len(theirs) != len(here.steps):
        return
    wanted = [*zip(starts, (start for start, _, _ in theirs[1:]), strict=False)]
    for step, (_, of_cost, of_effect) in zip(here.steps, theirs, strict=True):
        wanted += [(step.cost, of_cost), (step.effect, of_effect)]
    values: dict[Key, float] = {}
    for name, value in wanted:
        key = (name, None)
        if key not in study.model.parameter_set or values.setdefault(key, value) != value:
            return
    base = {p.key: p.value for p in study.parameters}
    if any(base[key] != value for key, value in values.items()):
        yield _choice(study, place, "discounting", told, values)


def _rates(values: list[float]) -> str:
    return ", ".join(figure(value, "share", "typeset") for value in values)


def _counted(study: Study, place: Jurisdiction) -> Iterator[RuleChoice]:
    """Inputs that the agency's demands set, where the study has them at another value."""
    inputs = {p.text: p for p in study.parameters if p.is_input and not p.money}
    values, told = dict[Key, float](), []
    for demand in place.demands:
        for name, value in demand.needs.items() if demand.row.check == "inputs" else ():
            if name in inputs and isinstance(value, tuple) and value != (inputs[name].value,):
                values[inputs[name].key] = value[0]
                told.append(f"{say(inputs[name].description)}: {_setting(inputs[name], value[0])}")
    if values:
        yield _choice(study, place, "counted", "; ".join(told), values)


def _setting(parameter: Parameter, value: float) -> str:
    return yes_or_no(value) if parameter.unit == "0/1" else figure(value, "number", "typeset")


def _severe(study: Study, place: Jurisdiction) -> Iterator[RuleChoice]:
    """The rule of severity, unless there is money in it here or there."""
    own, rule = study.jurisdiction.definition.severity, place.definition.severity
    if study.population is None or any(r is not None and r.sets_threshold for r in (own, rule)):
        return
    if rule is None:
        if own is not None:
            yield _choice(study, place, "severity", say("no weight"), {})
        return
    if _acts(own) != _acts(rule):
        ends = [figure(rule.classes[at].factor, "number", "typeset") for at in (0, -1)]
        measure = say(rule.measure)
        told = say("{measure}, weights {low} to {high}", measure=measure, low=ends[0], high=ends[1])
        yield replace(_choice(study, place, "severity", told, {}), severity=rule)
