"""The answer on the page, in plain sentences, and what it rests on."""

from __future__ import annotations

from collections import Counter

from hecon.analyses.comparison import sentence
from hecon.analyses.results import Results
from hecon.reports.answers.trial_words import trial_short
from hecon.reports.conclusions import (
    NO_DOUBT,
    base_and_draws,
    best_of_draws,
    drawn,
    fixed_in_draws,
    headline,
    marked,
    shares_of_best,
)
from hecon.reports.figures.material import Material
from hecon.reports.figures.setting import study_setting
from hecon.reports.figures.writing import listed, number
from hecon.reports.html.section import Section
from hecon.reports.html.tables import thin
from hecon.reports.summary import evidence

#: Statuses of inputs that nobody read in a source, or that nobody should rest on.
WEAK = {"assumption": "assumptions", "memory": "from memory", "retracted": "retracted"}
#: Widest ranges looked at when asking what the result rests on.
WIDEST = 10


def answer(found: Material) -> Section:
    """The answer in plain sentences, and what it rests on."""
    results = found.results
    psa, setting = results.probabilistic, study_setting(results.study, results.threshold)
    texts = [thin(headline(results))]
    ratio = thin(sentence(results.comparison, setting.currency))
    texts.append(f"Base case, every input at its own value: {ratio}")
    if not drawn(results):
        return Section("answer", "The answer", [*texts, NO_DOUBT], warnings=_rests_on(results))
    texts[-1] += (
        f" Means over {number(psa.design.draws)} draws of the uncertain inputs: "
        f"{thin(sentence(psa.comparison, setting.currency))}"
    )
    if said := base_and_draws(results):
        texts.append(thin(said))
    best = ""
    if len(results.study.options) > 1:
        best = f" Best on average of {listed(results.study.options)} is {best_of_draws(results)}."
    left = fixed_in_draws(results)
    texts.append(
        f"{shares_of_best(results)} of the draws {setting.at(results.threshold)}.{best} Settling "
        f"all that is drawn would be worth {setting.amount(psa.evpi)} per person."
        + (f" {left}" if left else "")
    )
    further = found.extras.further
    if further is not None and further.trials is not None:
        texts.append(marked(thin(trial_short(results.study, further.trials)), results.study))
    return Section("answer", "The answer", texts, warnings=_rests_on(results))


def _rests_on(results: Results) -> list[str]:
    """What the result rests on that was not read in a source."""
    study = results.study
    status = {p.text: p.status for p in study.parameters}
    said = [evidence(study.parameters)]
    if len(results.one_way):
        widest = results.one_way["parameter"].drop_duplicates().head(WIDEST).tolist()
        counts = Counter(status.get(name, "") for name in widest)
        weak = [f"{counts[s]} are {words}" for s, words in WEAK.items() if counts[s]]
        if weak:
            said.append(
                f"This result rests on evidence that is weak where it matters: of the "
                f"{len(widest)} inputs that move it most, {listed(weak)}."
            )
    memory = [p for p in study.parameters if p.is_input and p.status == "memory"]
    if memory:
        said.append(
            f"Not read in a source, to be confirmed: {listed([p.description for p in memory])}."
        )
    used = [p.text for p in study.parameters if p.is_input and p.status == "retracted"]
    if used:
        said.append(f"Retracted work enters this result: {listed(used)}.")
    retracted = [s.id for s in study.scenarios if s.status == "retracted"]
    if retracted and not used:
        said.append(
            f"Retracted work enters only scenario {listed(retracted)}, never the base case."
        )
    return said
