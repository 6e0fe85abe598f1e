"""What sentences and tables call the things of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hecon.analyses.base_case import threshold
from hecon.report.content import Listing, Value, money
from hecon.report.language import say
from hecon.report.numbers import Units

if TYPE_CHECKING:
    from hecon.analyses.run import Run
    from hecon.studies.study import Study

#: How inputs that are sampled as one are written.
TOGETHER = " + "


def study_units(study: Study) -> Units:
    """What a study counts in, in its jurisdiction."""
    place = study.jurisdiction.definition
    return Units(
        place.currency,
        place.price_year,
        study.definition.effect.name,
        study.definition.effect.plural,
        cost_effective=judgement(study),
        study=study.name,
        jurisdiction=place.name,
    )


def counted_in(study: Study) -> str:
    """A line on where, in which currency and in whose prices."""
    place = study.jurisdiction.definition
    return say(
        "{jurisdiction}; costs in {currency}, {price_year} prices, per person",
        jurisdiction=say(place.title),
        currency=place.currency,
        price_year=place.price_year,
    )


def judgement(study: Study) -> str:
    """What is said of a positive net benefit; without a threshold nothing is judged."""
    return "cost-effective" if study.jurisdiction.judges else "of positive net benefit"


def at_threshold(run: Run) -> dict[str, Value]:
    """Values of `at {threshold} per {effect}`: the run's own threshold."""
    return {"threshold": money(run(threshold))}


def labeller(study: Study) -> Callable[[str], str]:
    """A function that says what an input is: its description, or its name without one."""
    known = {p.text: p.description for p in study.parameters}

    def label(name: str) -> str:
        return "; ".join(known.get(part) or part for part in name.split(TOGETHER))

    return label


def inputs(study: Study, names: Iterable[str], most: int = 5) -> Listing:
    """Inputs within a sentence: each name with what it is."""
    known = {p.text: p.description for p in study.parameters}

    def full(name: str) -> str:
        return f"{name} ({known[name]})" if known.get(name) else name

    some = list(dict.fromkeys(names))
    return Listing([TOGETHER.join(map(full, n.split(TOGETHER))) for n in some], most)
