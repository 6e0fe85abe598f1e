"""What a study holds, as `hecon check` prints it."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from hecon.parameters.parameter_schema import STATUSES
from hecon.report.console import facts
from hecon.studies.study import Study


def print_contents(study: Study, notes: Sequence[str], to: Console) -> None:
    """Print how many of what were read, and what may not be meant."""
    place = study.jurisdiction.definition
    inputs = [p for p in study.parameters if p.is_input and p.text not in study.unused]
    counts = Counter(p.status for p in inputs)
    drawn = sum(p.distribution.varies for p in inputs)
    to.print(study.definition.title, style="bold")
    rows = facts()
    rows.add_row("Jurisdiction", f"{place.title}; {place.currency}, {place.price_year} prices")
    rows.add_row("Files", str(len(study.input_hashes())))
    rows.add_row("Inputs", f"{len(inputs)}, {drawn} of them with a distribution")
    rows.add_row("  by status", ", ".join(f"{counts[s]} {s}" for s in STATUSES if counts[s]))
    if study.unused:
        rows.add_row("  used by nothing", ", ".join(study.unused))
    computed = sum(not p.is_input for p in study.parameters) + len(study.variables)
    rows.add_row("Formulas", f"{computed} computed quantities")
    rows.add_row("States", ", ".join(s.name for s in study.model.states))
    rows.add_row("Strategies", ", ".join(study.model.strategies))
    rows.add_row("Compared", " against ".join(study.compared))
    rows.add_row("Transitions", str(len(study.model.transitions)))
    rows.add_row("Sessions", str(len(study.course.sessions) if study.course else 0))
    rows.add_row("Scenarios", str(len(study.scenarios)))
    to.print(rows)
    for note in notes:
        to.print(f"Note: {note}", soft_wrap=True, highlight=False, markup=False)
    to.print("No faults; the base case, every scenario and both ends of every range run.")
