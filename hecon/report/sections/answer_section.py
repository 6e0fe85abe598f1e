"""The answer in plain sentences, and what it rests on."""

from collections import Counter

from hecon.analyses.base_case import base_comparison
from hecon.analyses.conclusion import base_conclusion
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run
from hecon.parameters.parameter_schema import STATUSES
from hecon.report.certainty import how_sure
from hecon.report.conclusions import headline, outside_frontier, ratio
from hecon.report.content import Listing, Section, Sentence, Value, count
from hecon.report.registry import Analysis
from hecon.report.sections import REGISTRY
from hecon.studies.study import Study

#: Statuses of inputs that no source gives, or that nobody should rest on.
WEAK = {"assumption": ("an assumption", "assumptions"), "retracted": ("retracted", "retracted")}
#: Widest ranges looked at when asking what the result rests on.
WIDEST = 10


def section(run: Run) -> Section:
    """The verdict, the base case, how sure it is, what is weak, and what analyses add."""
    said = [*headline(run), *_base_case(run), *how_sure(run), *rests_on(run), *added(run)]
    return Section("answer", "The answer", tuple(said), live="Summary")


def _base_case(run: Run) -> list[Sentence]:
    """The pair's own ratio, where the verdict has not given it, and whether it decides."""
    found, pair = run(base_conclusion), run(base_comparison)
    told = not found.pairwise and run.study.jurisdiction.judges
    steps = [s for s in (found.reached, found.refused) if s is not None and told]
    said = []
    if (pair.intervention, pair.comparator) not in [(s.strategy, s.against) for s in steps]:
        base = ratio(pair)
        text = f"Base case, every input at its own value: {base.template}"
        said.append(Sentence(text, base.values))
    note = outside_frontier(run)
    return [*said, note] if note else said


def added(run: Run) -> list[Sentence]:
    """What other analyses add to the answer, in their order."""
    adding = [entry.load().answers for entry in REGISTRY]
    return [sentence for add in adding if add is not None for sentence in add(run)]


def rests_on(run: Run) -> list[Sentence]:
    """What the result rests on that was not read in a source."""
    study = run.study
    said = [status_of_inputs(study)]
    if weak := _weak_where_it_matters(run):
        said.append(weak)
    used = [p.text for p in study.parameters if p.is_input and p.status == "retracted"]
    scenarios = [s.id for s in study.scenarios if s.weakest_status == "retracted"]
    if used:
        text = "Retracted work enters this result: {names}."
        said.append(Sentence(text, {"names": Listing(used)}, "warning"))
    elif scenarios:
        text = "Retracted work enters only scenarios {names}, never the base case."
        one = "Retracted work enters only scenario {names}, never the base case."
        chosen = one if len(scenarios) == 1 else text
        said.append(Sentence(chosen, {"names": Listing(scenarios)}, "warning"))
    return said


def status_of_inputs(study: Study) -> Sentence:
    """How many of the inputs that results rest on have which status."""
    used = [p for p in study.parameters if p.is_input and p.text not in study.unused]
    counts = Counter(p.status for p in used)
    values: dict[str, Value] = {"all": count(counts.total())}
    parts = []
    for status in STATUSES:
        if counts[status]:
            values[status] = count(counts[status])
            parts.append(f"{{{status}}} {status}")
    opening = (
        "Evidence status of the 1 input: "
        if counts.total() == 1
        else ("Evidence status of the {all} inputs: ")
    )
    if counts.total() == 1:
        values.pop("all")
    return Sentence(opening + ", ".join(parts) + ".", values, "warning")


def _weak_where_it_matters(run: Run) -> Sentence | None:
    ends = run(one_way_ends)
    if ends.empty:
        return None
    status = {p.text: p.status for p in run.study.parameters}
    widest = ends["parameter"].drop_duplicates().head(WIDEST)
    counts = Counter(status.get(name, "") for name in widest)
    values: dict[str, Value] = {"number": count(len(widest))}
    parts = []
    for name, (one, several) in WEAK.items():
        if counts[name]:
            values[name] = count(counts[name])
            words = f"is {one}" if counts[name] == 1 else f"are {several}"
            parts.append(f"{{{name}}} {words}" if len(widest) > 1 else words)
    if not parts:
        return None
    if len(widest) == 1:
        text = (
            "This result rests on evidence that is weak where it matters: the input that moves it "
        )
        return Sentence(f"{text}most {parts[0]}.", {}, "warning")
    return Sentence(
        "This result rests on evidence that is weak where it matters: of the {number} inputs that "
        f"move it most, {' and '.join(parts)}.",
        values,
        "warning",
    )


ANALYSIS = Analysis(section, late=True)
