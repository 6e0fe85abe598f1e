"""Planned trials: which is worth its cost, at what size, and what to decide meanwhile."""

import math

from hecon.analyses.approval import ADOPT, ADOPT_AND_STUDY, REJECT, WAIT
from hecon.analyses.base_case import threshold
from hecon.analyses.drawn import drawn_outcomes
from hecon.analyses.population import population
from hecon.analyses.run import Run
from hecon.analyses.trial_report import trial_definitions, trial_values
from hecon.report.content import (
    Amount,
    Chart,
    Figure,
    Listing,
    Section,
    Sentence,
    Series,
    Value,
    count,
    money,
)
from hecon.report.pictured import pictured
from hecon.report.registry import DRAWN, THRESHOLD, Analysis, Option
from hecon.report.sections.trial_tables import if_others_pay, tables
from hecon.report.things_called import at_threshold

TITLE = "Trials"


def which(run: Run) -> Sentence:
    """Which trial is worth its cost, or the one nearest to it."""
    found = run(trial_values)
    first = found.best.iloc[0]
    titles = {d.name: d.title for d in run(trial_definitions)}
    values: dict[str, Value] = {
        "place": run.study.jurisdiction.definition.title,
        "trial": titles[str(first["trial"])],
        "weeks": count(first["follow_up_weeks"]),
        "patients": count(first["patients"]),
        "worth": Amount(float(first["population_evsi"]), "millions"),
        "cost": Amount(float(first["cost"]), "millions"),
    }
    if first["enbs"] > 0:
        return Sentence(
            "For {place} the trial most worth doing is {trial} ({weeks} weeks, {patients} "
            "patients): its information is worth {worth} and it costs {cost}.",
            values,
            "verdict",
        )
    return Sentence(
        "For {place} alone no planned trial is worth its cost: the information of the one nearest "
        "to it, {trial} ({weeks} weeks, {patients} patients), is worth {worth} here and it costs "
        "{cost}.",
        values,
        "verdict",
    )


def shared(run: Run) -> Sentence:
    """How many more patients would have to benefit for the trial nearest to its cost to pay."""
    times = float(run(trial_values).best.iloc[0]["times"])
    if math.isinf(times):
        return Sentence("That trial would pay for no number of patients.")
    return Sentence(
        "That trial would pay for {times} times as many patients, as one shared by many countries "
        "may have.",
        {"times": Amount(times, "number")},
    )


def favourable(run: Run) -> Sentence:
    """How that trial fares with every assumption at its favourable end."""
    ranges = run(trial_values).ranges
    end = ranges[ranges["end"] == "all favourable"].iloc[0]
    opening = "With every assumption at its favourable end that trial "
    if end["enbs"] > 0:
        gain = Amount(float(end["enbs"]), "millions")
        return Sentence(opening + "would gain {gain}.", {"gain": gain})
    if math.isinf(end["times"]):
        return Sentence(opening + "would pay for no number of patients.")
    times = Amount(float(end["times"]), "number")
    return Sentence(opening + "would still take {times} times as many.", {"times": times})


LICENCE = Sentence("Whether to license it is another question, which costs don't decide.")

_ADVICE = {
    REJECT: "{a} is not worth funding on today's evidence, and no trial is worth paying for.",
    WAIT: "funding {a} should wait for the trial.",
    ADOPT: "{a} is worth funding today, and no trial is worth paying for.",
    ADOPT_AND_STUDY: "{a} is worth funding today, with the trial going on beside it.",
}


def advice(run: Run) -> Sentence:
    """What to decide about funding today, if the trial is paid for here."""
    found = run(trial_values)
    first = found.best.iloc[0]
    rows = found.choices
    same = (rows["trial"] == first["trial"]) & (rows["follow_up_weeks"] == first["follow_up_weeks"])
    best = str(rows[same & rows["best"]]["choice"].iloc[0])
    values: dict[str, Value] = {"a": run.study.compared[0], **at_threshold(run)}
    return Sentence("At {threshold} per {effect} " + _ADVICE[best], values, "verdict")


def without_trial(run: Run) -> Sentence:
    """What funding is worth today, and where it is, what waiting for others' trial changes.

    Where it is not, information that costs nothing adds its own worth: by construction, so that
    nothing is said of it.
    """
    found = run(trial_values)
    rows = found.choices.assign(free=if_others_pay(found))
    first = found.best.iloc[0]
    same = (rows["trial"] == first["trial"]) & (rows["follow_up_weeks"] == first["follow_up_weeks"])
    free = rows[same].set_index("choice")["free"]
    gain = float(free[ADOPT] - free[REJECT])
    more = Amount(abs(gain), "millions")
    if gain <= 0:
        text = "Without a trial keeping current care is worth {more} more than funding today."
        return Sentence(text, {"more": more})
    change = float(free[WAIT] - free[ADOPT])
    opening = "Without a trial funding today is worth {more} more than keeping current care; "
    waiting = "waiting for a trial that others pay for adds {change}."
    taking = "waiting for a trial that others pay for takes {change}."
    values: dict[str, Value] = {"more": more, "change": Amount(abs(change), "millions")}
    return Sentence(opening + (waiting if change >= 0 else taking), values)


def short_answer(run: Run) -> tuple[Sentence, ...]:
    """Which trial is worth doing and what to decide, or why that is not known; else nothing."""
    if run.get(trial_values) is None:
        return ()
    return which(run), advice(run), LICENCE


def section(run: Run) -> Section:
    """Planned trials; why there are no figures, if there are none."""
    found = run.get(trial_values)
    if found is None:
        planned = bool(run(trial_definitions))
        why = Sentence("Not worked out: {why}.", {"why": run.missing[trial_values.name]})
        return Section("trials", TITLE, (why,) if planned else ())
    people = run(population)
    assert people is not None
    guesses = [
        name
        for d in (*(t.assumptions for t in run(trial_definitions)), people.assumptions)
        for name, entry in d.items()
        if entry.status == "assumption"
    ]
    basis = Sentence(
        "At {threshold} per {effect}; {annual} eligible a year over {years}, {people} discounted "
        "patients whom the decision reaches. EVSI by regression, checked by importance weights.",
        {
            "threshold": money(run(threshold)),
            "annual": count(people.annual),
            "years": f"{people.years:g} years",
            "people": count(people.effective()),
        },
        "note",
    )
    guessed = Sentence(
        "Assumptions, not evidence: {names}; their ranges stand in the table.",
        {"names": Listing(list(dict.fromkeys(guesses)), 8)},
        "warning",
    )
    sentences = [which(run)]
    if found.best["enbs"].iloc[0] <= 0:
        sentences += [shared(run), favourable(run)]
    sentences += [advice(run), LICENCE, without_trial(run), basis]
    if guesses:
        sentences.append(guessed)
    return Section("trials", TITLE, tuple(sentences), tables(run), _figures(run))


SAMPLING = "net benefit of sampling"


def _figures(run: Run) -> tuple[Figure, ...]:
    found = run(trial_values)
    first = str(found.best["trial"].iloc[0])
    shown = found.by_size[found.by_size["trial"] == first]
    where = {"trial": first, "method": shown["method"].iloc[0]}
    figures = []
    for name, by, title, up in (
        ("evsi", "sample_information", "Value of the information per person", "EVSI"),
        ("enbs", "net_benefit_of_sampling", "Expected net benefit of sampling", SAMPLING),
    ):
        series = tuple(
            Series(name, f"{weeks:g} weeks", {**where, "follow_up_weeks": weeks})
            for weeks in shown["follow_up_weeks"].unique()
        )
        across = "patients randomised, all arms together"
        title = f"{title}: {first}"
        chart = Chart("lines", title, "trial_sizes", "patients", series, across, up)
        by = f"sampling.{by}"
        figures.append(pictured(run, name, by, shown, threshold=threshold, chart=chart))
    return tuple(figures)


ANALYSIS = Analysis(
    section,
    """What planned trials are worth: EVSI, net benefit of sampling, and whether to wait.

    \b
    Examples
      hecon trial inputs/studies/ptsd --jurisdiction norway
      hecon trial inputs/studies/ptsd inputs/studies/ptsd/trials/head_to_head.toml -j norway
    """,
    (
        Option("files", str, "Trials; without any, those of the study.", argument=True, many=True),
        THRESHOLD,
        Option("check_all_sizes", bool, "Check every size by importance weights.", False),
    ),
    settings=DRAWN,
    rests_on=(drawn_outcomes, trial_values),
    late=True,
    long=(trial_values,),
    answers=short_answer,
)
