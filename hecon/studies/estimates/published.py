"""Estimates from one published effect with its interval, or one contrast."""

import math
from collections.abc import Mapping

from hecon.engine.expression import Expr, parse
from hecon.studies.estimates.evidence_records import PublishedEffect
from hecon.studies.estimates.making import Sources, finished
from hecon.studies.estimates.selection import (
    EstimateRow,
    Problem,
    columns,
    known,
    listed,
    pair,
    selected,
)
from hecon.studies.estimates.synthesised import (
    DIFFERENCE,
    MEAN_DIFFERENCE,
    PROPORTION,
    Member,
    Synthesised,
)
from hecon.synthesis.conversion import se_from_interval
from hecon.synthesis.estimate import Estimate, evaluate

#: Scales of published effects, by the measure they become.
SCALES = {
    "OR": "log odds ratio",
    "RR": "log risk ratio",
    "HR": "log hazard ratio",
    "IRR": "log rate ratio",
    "MD": MEAN_DIFFERENCE,
    "SMD": DIFFERENCE,
    "g": DIFFERENCE,
    "proportion": PROPORTION,
}
#: A published figure on the scale of analysis; a difference is on it already.
ON_SCALE: Mapping[str, Expr] = {
    "OR": parse("log(value)"),
    "RR": parse("log(value)"),
    "HR": parse("log(value)"),
    "IRR": parse("log(value)"),
    "MD": parse("value"),
    "SMD": parse("value"),
    "g": parse("value"),
    "proportion": parse("logit(value)"),
}


def reported(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    """One published effect with its interval, or one contrast with its standard error."""
    listings = [*sources.evidence.effects, *sources.evidence.contrasts]
    ids = listed(row.rows)
    if len(ids) != 1:
        raise Problem("rows", f"found {len(ids)} rows, needed is one published effect")
    turned = 1.0
    (item,) = selected(row, [e for e in listings if e.id in ids] or listings)
    known(item.scale, SCALES, "rows", f"a scale that can be used ({item.id})")
    if SCALES[item.scale] != row.measure:
        text = f"{item.id} is on the scale {item.scale}, which gives {SCALES[item.scale]}"
        raise Problem("measure", f"{text}, not '{row.measure}'")
    effect, low, high = _published(item)
    if row.treatments and row.measure != PROPORTION:
        wanted = pair(row)
        if set(wanted) != set(item.treatments):
            text = f"{item.id} compares {' with '.join(item.treatments)}"
            raise Problem("treatments", text, needs=columns([item], "treat2"))
        if wanted != item.treatments:
            effect, low, high = Estimate(-effect.estimate, effect.se), -high, -low
            turned = -1.0
    return finished(
        row,
        number,
        effect,
        [item.id],
        [sources.contrasts if item in sources.evidence.contrasts else sources.effects],
        [item.status],
        [item.study],
        {item.id: turned * effect.se},
        limits=(low, high),
        members=[Member(item.study, (item.id,), (), effect, 1.0)],
    )


def _published(item: PublishedEffect) -> tuple[Estimate, float, float]:
    """Estimate with standard error, and the interval as published, on the scale of analysis."""
    if item.se is not None:
        effect = Estimate(item.estimate, item.se)
        return effect, effect.low, effect.high
    if item.low is None or item.high is None or math.isnan(item.estimate):
        text = f"{item.id} ({item.study}) has no estimate with an interval"
        raise Problem("rows", text, needs=columns([item], "estimate", "ci_low", "ci_high"))
    ends = (item.estimate, item.low, item.high)
    inside = item.low > 0 or SCALES[item.scale] in (DIFFERENCE, MEAN_DIFFERENCE)
    if item.scale == "proportion":
        inside = inside and item.high < 1
    if not inside:
        text = f"{item.id}: {item.low:g} to {item.high:g} can't be the interval of a {item.scale}"
        raise Problem("rows", text)
    scale = ON_SCALE[item.scale]
    x, low, high = (float(evaluate(scale, {"value": v})) for v in ends)
    return Estimate(x, se_from_interval(low, high)), low, high
