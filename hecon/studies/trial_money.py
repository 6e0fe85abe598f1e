"""Money in a trial's file: each amount with its currency and price year."""

from collections.abc import Mapping

from hecon.engine.expression import ExpressionError, parse
from hecon.errors import Fault, InputError
from hecon.jurisdictions.jurisdiction_schema import JurisdictionDefinition as Jurisdiction
from hecon.parameters.money import NOMINAL
from hecon.parameters.units import currency_in
from hecon.parameters.written_money import amounts
from hecon.studies.assumptions import Assumption

_SUCH_AS = 'such as {{ value = 300, unit = "{}/patient", price_year = "{}" }}'


def in_local_money(
    assumptions: Mapping[str, Assumption],
    costs: Mapping[str, str],
    place: Jurisdiction,
    file: str,
) -> dict[str, Assumption]:
    """A trial's assumptions with amounts in the jurisdiction's money.

    An amount is an assumption whose unit names its currency. None stands in a formula of `costs`.

    Raises:
        InputError: With every amount whose currency is missing or has no rate.
    """
    faults: list[Fault] = []
    such_as = _SUCH_AS.format(place.currency, place.price_year)
    found, money = dict(assumptions), set[str]()
    for name, entry in assumptions.items():
        own = place.currency if place.currency in entry.unit else ""
        currency = currency_in(entry.unit) or own
        if not currency:
            continue
        money.add(name)
        try:
            factor = place.money_factor(currency, entry.price_year)
        except ValueError as error:
            faults.append(Fault(file, None, f"assumptions.{name}", str(error)))
            continue
        ends = {end: getattr(entry, end) * factor for end in ("value", "low", "high")}
        unit = entry.unit.replace(currency, place.currency)
        year = NOMINAL if entry.price_year == NOMINAL else place.price_year
        found[name] = entry.model_copy(update={**ends, "unit": unit, "price_year": year})
    for column, text in costs.items():
        try:
            expr = parse(text)
        except ExpressionError as error:
            faults.append(Fault(file, None, column, str(error)))
            continue
        if expr.names and expr.names <= assumptions.keys() and not expr.names & money:
            said = f"no unit of {', '.join(sorted(expr.names))} names a currency; {such_as}"
            faults.append(Fault(file, None, column, said))
        for amount in amounts(expr)[:1]:
            said = f"{amount:g} is an amount without a currency; make it an assumption, {such_as}"
            faults.append(Fault(file, None, column, said))
    if faults:
        raise InputError(faults)
    return found
