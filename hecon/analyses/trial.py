"""A trial's file: who is randomised, what is measured, what it costs and when it reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from hecon.analyses.assumptions import Assumption, parsed
from hecon.errors import Fault, InputError, nearest
from hecon.jurisdictions.schema import Definition as Jurisdiction
from hecon.parameters.amounts import amounts
from hecon.parameters.definitions import read_toml
from hecon.parameters.records import Real, Required, Strict
from hecon.parameters.units import currency_in


class Arm(Strict):
    """A randomised group."""

    strategy: Required
    share: Annotated[Real, Field(gt=0, le=1)]


class Outcome(Strict):
    """What is measured in every arm.

    `values` holds a formula an arm: a probability, or the mean of a normal outcome whose spread
    between persons is `sd`. `among` names an earlier binomial outcome: only persons who had it
    are followed. `dropout` is the share of those followed whose outcome is not seen.
    """

    name: Required
    kind: Literal["binomial", "normal"]
    values: dict[str, Required]
    sd: Required | None = None
    among: str | None = None
    dropout: Required = "0"


class TrialDefinition(Strict):
    """Contents of a trial's file."""

    name: Required
    title: Required
    question: str = ""
    sizes: Annotated[list[Annotated[int, Field(ge=2)]], Field(min_length=1)]
    follow_up_weeks: Annotated[list[Annotated[Real, Field(gt=0)]], Field(min_length=1)]
    arms: Annotated[list[Arm], Field(min_length=1)]
    outcomes: Annotated[list[Outcome], Field(min_length=1)]
    fixed_cost: Required
    cost_per_patient: Required
    years_to_report: Required
    assumptions: dict[str, Assumption] = Field(default_factory=dict)


def read_trials(paths: Sequence[Path], place: Jurisdiction) -> list[TrialDefinition]:
    """Read trials' files, amounts in the jurisdiction's money.

    Raises
    ------
    InputError
        With a file's faults, or if two share a name.
    """
    found: dict[str, Path] = {}
    definitions = []
    for path in paths:
        definition = in_local_money(read_trial(path), place, f"{path.parent.name}/{path.name}")
        if other := found.get(definition.name):
            text = f"'{definition.name}' is the trial of {other.name} already"
            raise InputError([Fault(f"{path.parent.name}/{path.name}", None, "name", text)])
        found[definition.name] = path
        definitions.append(definition)
    return definitions


def read_trial(path: Path) -> TrialDefinition:
    """Read and validate a trial's file; raises InputError with every fault."""
    shown = f"{path.parent.name}/{path.name}"
    found = read_toml(path, shown, TrialDefinition)
    faults = []
    if abs(sum(arm.share for arm in found.arms) - 1) > 1e-9:
        faults.append(Fault(shown, None, "arms", "the shares of the arms must add up to 1"))
    names = [arm.strategy for arm in found.arms]
    earlier: list[str] = []
    for outcome in found.outcomes:
        where = f"outcomes[{outcome.name}]"
        if set(outcome.values) != set(names):
            text = f"needs one formula an arm: {', '.join(names)}"
            faults.append(Fault(shown, None, f"{where}.values", text))
        if (outcome.sd is None) == (outcome.kind == "normal"):
            text = "is needed for a normal outcome, and only there"
            faults.append(Fault(shown, None, f"{where}.sd", text))
        if outcome.among is not None and outcome.among not in earlier:
            hint = nearest(outcome.among, earlier)
            text = f"'{outcome.among}' is no earlier binomial outcome{hint}"
            faults.append(Fault(shown, None, f"{where}.among", text))
        if outcome.kind == "binomial":
            earlier.append(outcome.name)
    if faults:
        raise InputError(faults)
    return found


_SUCH_AS = 'such as { value = 300, unit = "NOK/patient", price_year = "2024" }'


def in_local_money(found: TrialDefinition, place: Jurisdiction, shown: str) -> TrialDefinition:
    """The trial with its amounts in the jurisdiction's money; raises InputError with every fault.

    An amount is an assumption whose unit names its currency. None stands in a formula of costs.
    """
    faults, assumptions, money = [], {}, set()
    for name, entry in found.assumptions.items():
        assumptions[name] = entry
        currency = currency_in(entry.unit) or (
            place.currency if place.currency in entry.unit else ""
        )
        if currency:
            money.add(name)
            try:
                factor = place.money_factor(currency, entry.price_year)
            except ValueError as error:
                faults.append(Fault(shown, None, f"assumptions.{name}", str(error)))
                continue
            ends = {end: getattr(entry, end) * factor for end in ("value", "low", "high")}
            assumptions[name] = entry.model_copy(update=ends)
    for entry_, text in (
        ("fixed_cost", found.fixed_cost),
        ("cost_per_patient", found.cost_per_patient),
    ):
        expr = parsed(text, shown, entry_)
        if expr.names and expr.names <= assumptions.keys() and not expr.names & money:
            said = f"no unit of {', '.join(sorted(expr.names))} names a currency; {_SUCH_AS}"
            faults.append(Fault(shown, None, entry_, said))
        for amount in amounts(expr)[:1]:
            said = f"{amount:g} is an amount without a currency; make it an assumption, {_SUCH_AS}"
            faults.append(Fault(shown, None, entry_, said))
    if faults:
        raise InputError(faults)
    return found.model_copy(update={"assumptions": assumptions})
