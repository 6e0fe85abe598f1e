"""What the computing page says, by name: every text is looked up here, and nowhere in a script."""

from hecon.analyses.frontier import ON, SAME
from hecon.report.language import say
from hecon.report.numbers import Units

#: English texts by the name that scripts ask for; `{..}` are filled in by scripts.
TEXTS: dict[str, str] = {
    # the answer
    "cost_effective": "At {threshold} per {effect} {a} is {cost_effective} against {b}.",
    "not_cost_effective": "At {threshold} per {effect} {a} is not {cost_effective} against {b}.",
    "same_benefit": "At {threshold} per {effect} {a} and {b} have the same net benefit.",
    "dominant_same": "{a} dominates {b}: it costs the same and gives more {effects}.",
    "dominant": "{a} dominates {b}: it costs less and gives more {effects}.",
    "dominated_same": "{a} is dominated by {b}: it costs the same and gives fewer {effects}.",
    "dominated": "{a} is dominated by {b}: it costs more and gives fewer {effects}.",
    "saving": "{a} against {b} saves {icer} per {effect} forgone.",
    "ratio": "{a} against {b}: {icer} per {effect} gained.",
    "no_difference": "{a} against {b}: no difference.",
    "more_costly": "{a} against {b}: more costly, no difference in {effects}.",
    "less_costly": "{a} against {b}: less costly, no difference in {effects}.",
    "best": "The best of {all} at {threshold} per {effect} is {best}.",
    "equal": "{names} have the same net benefit at {threshold} per {effect}, the highest of {all}.",
    "no_threshold": "No threshold is stated: there is no verdict.",
    "benefit": "Net benefit",
    "benefit_at": "Net benefit at {threshold} per {effect}",
    # the table
    "alternative": "Alternative",
    "cost": "Cost",
    "effects": "{effects}",
    "life_years": "Life-years",
    "on_frontier": "Frontier",
    "increment": "{a} less {b}",
    "totals": "Totals per person, discounted",
    "on": ON,
    "same": SAME,
    "dominated_status": "dominated",
    "extended": "extendedly dominated",
    "icer_step": "{icer} per {effect}",
    "no_choice": "no alternative to choose",
    # severity
    "severity": "Severity and threshold",
    "shortfall": "Absolute shortfall ({effects})",
    "proportional": "Proportional shortfall",
    "weight": "Severity weight",
    "threshold": "Threshold per {effect}",
    # draws, figures
    "working": "Working out {count} draws with these inputs …",
    "so_far": "{done} of {count} draws with these inputs so far …",
    "no_draws": "Nothing is drawn here.",
    "probability": "At {threshold} per {effect} {a} has the higher net benefit in {share} of "
    "{count} draws.",
    "drawn_icer": "Means of the draws: {cost} and {qaly} {effects}.",
    "plane": "Cost-effectiveness plane, {a} less {b}",
    "plane_said": "{count} draws; mean {qaly} {effects} and {cost}.",
    "acceptability": "Acceptability",
    "acceptability_said": "Share of draws in which each alternative has the highest net benefit.",
    "occupancy": "Where people are, {strategy}",
    "budget": "Budget impact, net cost by year",
    "budget_total": "{amount} in {years} years",
    "budget_not": "The budget impact can't be worked out with these inputs: {why}",
    "years_axis": "Years",
    "year_axis": "Year",
    "cost_axis": "Cost",
    "threshold_axis": "Value of a {effect}",
    # controls
    "scenario": "Scenario",
    "subgroup": "Subgroup",
    "perspective": "Perspective",
    "budget_scenario": "Scenario of the budget",
    "rules": "Rules of other countries, another threshold",
    "rules_said": "Rules carry over; prices, tables of people and what a {effect} may cost are "
    "another country's data and do not. A rule that the inputs here can't express is not offered.",
    "discounting": "Discounting as in",
    "severity_rule": "Severity as in",
    "counted": "What is counted as in",
    "asked": "Value of a {effect} to judge by",
    "asked_said": "Empty: the threshold of the base case, by severity. A value is taken as it is.",
    "asked_now": "Value of a {effect} to judge by: {value}",
    "base_case": "base case",
    "inputs": "Inputs that matter most",
    "budget_inputs": "Inputs that move the budget most",
    "search": "Find another input",
    "found_none": "No input has that in its name or description.",
    "more_found": "{count} more; write more of the name.",
    "add": "Add {label}",
    "value_of": "{label}, value",
    "slider_of": "{label}, slider",
    "base_value": "Base {value}",
    "back": "Back to base: {label}",
    "back_short": "Back",
    "changed": "What differs from the base case",
    "nothing_changed": "Nothing: this is the base case.",
    "was": "{label}: {value} instead of {base} {unit}",
    "reset": "Reset all",
    "link": "Copy a link to this",
    "link_copied": "The link is in the clipboard.",
    "link_here": "The link stands in the address line.",
    "save_scenario": "Save as a scenario",
    "scenario_said": "A line for {file} of the study, with its header:",
    "scenario_not": "There is no new scenario here that a line can hold.",
    "save_inputs": "Save inputs",
    "inputs_said": "A file for this command:",
    "inputs_not": "What is chosen here is no value of an input (a formula, a rule of severity, a "
    "threshold): no file of values holds it.",
    "tried": "Tried on the page",
    "source": "set on the page",
    "text_to_copy": "Text to copy",
    # checks and faults
    "check_pass": "Python's figures: {icer}, {cost}, {qaly} {effects}. The page's agree with them.",
    "check_fail": "The page's figures differ from Python's ({icer}, {cost}, {qaly} {effects}): "
    "don't use them.",
    "budget_pass": "Python's figures of the budget agree with the page's.",
    "budget_fail": "The page's budget differs from Python's: don't use it.",
    "check_none": "Python's figures are those of the base case and of scenarios by themselves.",
    "out_of_range": "{label}: {value} can't be; allowed is {allowed}.",
    "from_to": "{low} to {high}",
    "at_least": "{low} or more",
    "at_most": "{high} at most",
    "a_number": "a number",
    "by_choice": "{label} is set by the scenario or subgroup that is chosen.",
    "unknown": "The link asks for what this page doesn't have, which was left out: {names}.",
    "fault": "With these inputs there is no answer.",
    "breach": "In {strategy}, in cycle {cycle}, a probability from {from} is {value}; allowed is 0 "
    "to 1.",
    "infinite": "{item} of {strategy} is no finite number.",
    "cycles": "The horizon holds {cycles} cycles of {months} months; needed is a whole number.",
    "uneven_cycles": "Cycle {cycle} of {months} months doesn't fit into the horizon.",
    "odd_cycles": "The counting rule needs an even number of cycles, found {cycles}.",
    "length": "In this model time in a state is remembered by cycle: the page can't work out this "
    "horizon or length of cycles. Save the inputs and run them.",
    "budget_entry": "{entry} comes to {value}.",
    "failed": "The page could not work this out.",
    # figures' signs
    "not_available": "n/a",
    "less_share": "less than {share}",
    "more_share": "more than {share}",
    "million": "{amount} million",
    "and": "and",
}


def words(units: Units) -> dict[str, str]:
    """Every text in the language in force, with the names of what is counted in it."""
    found = {}
    for name, text in TEXTS.items():
        said = say(text)
        for counted in ("effects", "effect", "cost_effective"):
            said = said.replace(f"{{{counted}}}", say(getattr(units, counted)))
        found[name] = said
    return found
