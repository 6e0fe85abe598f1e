"""What a country's body asks of a budget impact, and whether the figures reach what it acts on."""

from hecon.analyses.budget_results import budget_numbers, budget_table
from hecon.analyses.run import Run
from hecon.jurisdictions.jurisdiction_schema import BudgetRules
from hecon.report.content import Amount, Sentence, Value, count

_VAT = {"in": "in the budget", "out": "out of it", "as paid": "as the payer bears it"}


def rules_sentences(run: Run) -> tuple[Sentence, ...]:
    """The rules, each with its status, where the figures depart from them, and the trigger."""
    place = run.study.jurisdiction.definition
    rules = place.budget
    if rules is None:
        return ()
    said: dict[str, Value] = {
        "body": place.body or place.title,
        "years": count(rules.years.value),
        "years_status": rules.years.status,
        "view": rules.view.value,
        "view_status": rules.view.status,
    }
    text = "Rules of {body}: {years} years [{years_status}]; the budget is that of {view} "
    text += "[{view_status}]"
    if rules.vat is not None:
        said |= {"vat": _VAT[rules.vat.value], "vat_status": rules.vat.status}
        text += "; value-added tax is {vat} [{vat_status}]"
    found = [Sentence(f"{text}.", said, "note")]
    return (*found, *_departures(run, rules), *_trigger(run, rules))


def _departures(run: Run, rules: BudgetRules) -> list[Sentence]:
    """Where the study's budget is another than the rules ask for."""
    values, found = run(budget_numbers), []
    if values.years != rules.years.value:
        text = "Shown are {shown} years, where the rules ask for {years}."
        said: dict[str, Value] = {
            "shown": count(values.years),
            "years": count(rules.years.value),
        }
        found.append(Sentence(text, said, "warning"))
    taxed = "vat.rate" in values.by_entry and float(values["vat.rate"][0]) > 0
    if rules.vat is not None and rules.vat.value == "in" and not taxed:
        found.append(
            Sentence("Value-added tax is left out, and the rules want it in.", {}, "warning")
        )
    if rules.vat is not None and rules.vat.value == "out" and taxed:
        text = "Value-added tax is in, and the rules want it out."
        found.append(Sentence(text, {}, "warning"))
    return found


def _trigger(run: Run, rules: BudgetRules) -> list[Sentence]:
    """Whether the net cost passes what the body acts on."""
    trigger = rules.trigger
    if trigger is None:
        return []
    frame = run(budget_table)
    first = frame[frame["year"] <= trigger.years]
    highest = first.sort_values("net").iloc[-1]
    said: dict[str, Value] = {
        "limit": Amount(trigger.value, "millions"),
        "of": f" of {trigger.price_year}" if trigger.price_year else "",
        "years": count(trigger.years),
        "means": trigger.means,
        "net": Amount(float(highest["net"]), "millions"),
        "year": count(highest["year"]),
        "status": trigger.status,
        "note": f" ({trigger.note})" if trigger.note else "",
    }
    start = (
        "Above {limit}{of} in any of the first {years} years, {means} [{status}]{note}. The net "
        "cost is highest in year {year}, {net}: "
    )
    if highest["net"] > trigger.value:
        return [Sentence(f"{start}above it.", said, "warning")]
    return [Sentence(f"{start}below it.", said)]
