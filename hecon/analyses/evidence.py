"""What each parameter rests on, and where the decision rests on weak evidence."""

import pandas as pd

from hecon.analyses.drawn import evpi, partial_information
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run, result
from hecon.parameters.parameter_schema import FIRMEST_FIRST, Parameter

#: What would firm up a figure, by its status, where the study says nothing of its own.
NEEDED = {
    "assumption": "a source that gives it",
    "secondary": "the source itself instead of where it is quoted",
    "retracted": "evidence that stands",
    "derived": "a source that gives it without derivation",
}


@result()
def input_evidence(run: Run) -> pd.DataFrame:
    """Every input, the one on whose weak evidence most of the decision hangs first.

    Returns:
        ``parameter``, ``description``, ``value``, ``unit``, ``status``, ``estimate`` (blank if
        typed), ``rows`` (of the evidence: arms, effects, contrasts, sources), ``source``, ``swing``
        (span of net monetary benefit over its range), ``evppi`` (per person, at the threshold; NaN
        if not estimated), ``weak`` (True for assumption, retracted and for what was read only where
        it is quoted), ``needed`` (what would firm it up).

    Notes:
        Weak rows come first, each group by the larger of its EVPPI's share of the EVPI and its
        swing's share of the widest: status crossed with influence.
    """
    study, swings, worth = run.study, _swings(run), _worth(run)
    wanted = {row["parameter"]: row["needed"] for row in study.evidence("missing")}
    rows = []
    for p in study.parameters:
        if not p.is_input:
            continue
        rows.append(
            {
                "parameter": p.text,
                "description": p.description,
                "value": p.value,
                "unit": p.unit,
                "status": p.status,
                "estimate": p.estimate,
                "rows": p.evidence_ids,
                "source": p.source,
                "swing": swings.get(p.text, 0.0),
                "evppi": worth.get(p.text, float("nan")),
                "weak": is_weak(p.status),
                "needed": wanted.get(p.text) or _needed(p),
            }
        )
    table = pd.DataFrame(rows)
    widest, everything = table["swing"].max() or 1.0, run.get(evpi) or 1.0
    shares = [table["swing"] / widest, table["evppi"].fillna(0.0) / everything]
    influence = pd.concat(shares, axis=1)
    table["influence"] = influence.max(axis=1)
    order = table.sort_values(["weak", "influence"], ascending=False, kind="stable")
    return order.drop(columns="influence").reset_index(drop=True)


def is_weak(status: str) -> bool:
    """True for what is weaker than a figure derived from sources that were read."""
    return FIRMEST_FIRST.index(status) > FIRMEST_FIRST.index("derived")


def _needed(parameter: Parameter) -> str:
    return NEEDED.get(parameter.status, "")


def _worth(run: Run) -> dict[str, float]:
    """EVPPI of single inputs, where the run can have it."""
    partial = run.get(partial_information)
    if partial is None:
        return {}
    return dict(zip(partial["set"], partial["evppi"], strict=True))


def _swings(run: Run) -> dict[str, float]:
    """Span of net monetary benefit over each input's range."""
    table = run(one_way_ends)
    if not len(table):
        return {}
    grouped = table.groupby("parameter")["nmb"]
    return {str(name): float(span) for name, span in (grouped.max() - grouped.min()).items()}
