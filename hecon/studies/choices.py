"""What a scenario's cell may hold besides a formula: an estimate by name, or a distribution."""

import re
from dataclasses import dataclass, field

from hecon.engine.expression import Expr, constant
from hecon.parameters.distributions import NATIVE, distribution
from hecon.parameters.parameter_schema import Derived, Parameter
from hecon.parameters.records import number, short
from hecon.parameters.rows import FIXED
from hecon.studies.estimates.read import StudySynthesis

_NAMED = re.compile(r"\b(estimate|lower|upper)\s*\(\s*([A-Za-z0-9_]*)\s*\)")
_DRAWN = re.compile(r"([a-z]+)\s*\(([^()]*)\)")

#: Distributions that a cell may name.
KINDS = tuple(k for k in NATIVE if k not in ("fixed", "dirichlet"))


@dataclass
class Choice:
    """A cell: its formula, and what its names stand for."""

    text: str  #: The cell as a formula: an estimate in it is a name such as ``estimate_x``.
    #: What the whole cell stands for, if it is one estimate or one distribution.
    whole: Derived | None = None
    #: What is named within a formula, by the name it has there, with its estimate.
    names: dict[str, tuple[Derived, str]] = field(default_factory=dict)
    estimates: list[str] = field(default_factory=list)  #: Every estimate that is named.

    @property
    def meanings(self) -> dict[str, Expr]:
        """Numbers that a deterministic run puts in place of the names."""
        return {name: constant(found.value) for name, (found, _) in self.names.items()}


def read_choice(text: str, unit: str, synthesis: StudySynthesis) -> Choice | None:
    """The choice that a cell makes, None if an estimate in it is at fault itself.

    Args:
        text: ``estimate(x)``, ``lower(x)`` and ``upper(x)`` (the ends of its 95 % interval), alone
            or within a formula; or a distribution in its own parameters, ``triangular(0, 0.2,
            0.6)``.
        unit: Unit of what is set: an estimate alone is given in it, within a formula on its own
            scale (logarithms of ratios, probabilities, differences).

    Raises:
        ValueError: If there is no such estimate, the unit doesn't fit, or no such distribution.
    """
    call = _DRAWN.fullmatch(text)
    if call and call.group(1) in KINDS:
        return Choice(text, _distribution(call.group(1), call.group(2)))
    alone = _NAMED.fullmatch(text)
    choice = Choice(text)
    for what, name in _NAMED.findall(text):
        found = synthesis.derived(name, unit if alone else "")
        if found is None:
            return None
        choice.estimates.append(name)
        end = {"lower": found.low, "upper": found.high}.get(what, found.value)
        assert end is not None
        fixed = found if what == "estimate" else _fixed(found, end)
        if alone:
            choice.whole = fixed
        else:
            choice.names[f"{what}_{name}"] = fixed, name
    choice.text = _NAMED.sub(r"\1_\2", text)
    return choice


def estimates_in(text: str) -> dict[str, tuple[str, str]]:
    """What a cell takes from estimates: (what, estimate) by the name it has in the formula."""
    return {f"{what}_{name}": (what, name) for what, name in _NAMED.findall(text)}


def _fixed(found: Derived, value: float) -> Derived:
    return Derived(
        value, None, None, FIXED, found.source, found.status, found.derivation, found.rows
    )


def _distribution(kind: str, arguments: str) -> Derived:
    names = NATIVE[kind]
    given = [part for part in arguments.split(",") if part.strip()]
    if len(given) != len(names):
        found = f"{kind}({short(arguments)})"
        raise ValueError(f"found '{found}', allowed is {kind}({', '.join(names)})")
    drawn = distribution(kind, dict(zip(names, map(number, given), strict=True)))
    return Derived(drawn.centre, None, None, drawn, "", "", drawn.describe())


def own_parameter(
    name: str,
    strategy: str | None,
    unit: str,
    found: Derived,
    like: Parameter | None,
    estimate: str,
) -> Parameter:
    """The parameter that a probabilistic run of a scenario draws for a choice."""
    return Parameter(
        name=name,
        strategy=strategy,
        description=like.description if like else found.derivation,
        unit=unit,
        value=found.value,
        formula=None,
        low=found.low,
        high=found.high,
        distribution=found.distribution,
        concerns=like.concerns if like else "",
        currency=like.currency if like else "",
        price_year=like.price_year if like else "",
        derivation=found.derivation,
        source=found.source,
        evidence_ids=", ".join(found.rows),
        status=found.status,
        file=like.file if like else "",
        row=like.row if like else 0,
        estimate=estimate,
    )
