"""What the jurisdiction's agency demands, and where the report stands to it."""

from collections.abc import Mapping

import pandas as pd

from hecon.analyses.guideline import guideline, guideline_moves
from hecon.analyses.run import Run
from hecon.jurisdictions.demands import MET, NOT_JUDGED, NOT_MET, PARTLY, STATED
from hecon.report.content import Column, Listing, Section, Sentence, Table, Value, count, table
from hecon.report.registry import Analysis
from hecon.report.vocabulary import (
    COST_DIFFERENCE,
    NMB,
    QALY_DIFFERENCE,
    STATUS,
    ratio_columns,
    with_savings,
)

TITLE = "Guideline"
_ITEM = Column("item", "Demand", "text", meaning="what the agency asks for")
DEMANDS = (
    _ITEM,
    Column("value", "What is demanded", "text"),
    Column("judgement", "Judgement", "status", meaning="met, partly, not met or not judged"),
    Column("found", "Here", "text", meaning="what the study has"),
    Column("where", "Reported in", "text"),
    Column("nmb_low", "Moves net benefit from", "change", meaning="least of what is listed below"),
    Column("nmb_high", "to", "change", meaning="most of what is listed below"),
    STATUS,
    Column("by_hand", "By hand", "flag", detail=True, meaning="judged in the file, not in the run"),
    Column("note", "Note", detail=True),
    Column("url", "Address", detail=True, meaning="where the demand was read"),
)
MOVES = (
    _ITEM,
    Column("what", "By", "name", meaning="scenario, input at an end of its range, or perspective"),
    Column("title", "Title", "text"),
    COST_DIFFERENCE,
    QALY_DIFFERENCE,
    *ratio_columns(),
    NMB,
    Column("nmb_to_base", "Change in net benefit", "change", meaning="net benefit less the base's"),
)
#: Titles of the sections in which what is judged stands.
WHERE: Mapping[str, tuple[str, ...]] = {
    "discounting": ("Scenarios", "One-way sensitivity"),
    "threshold": ("What a QALY may cost",),
    "severity": ("What a QALY may cost",),
    "equal value": ("Results",),
    "inputs": ("Scenarios", "One-way sensitivity"),
    "sources": ("Evidence", "Assumptions", "Sources"),
    "budget years": ("Budget impact",),
    "second perspective": ("Results",),
    "lifetime": ("Scenarios", "One-way sensitivity"),
    "uncertainty": ("Uncertainty",),
}


def demands_table(run: Run) -> Table:
    """Every demand, met or not, where it is reported, and what it moves."""
    hand = {d.row.item: d.needs for d in run.study.jurisdiction.demands if d.row.check == STATED}
    found = run(guideline).rename(columns={"verdict": "judgement"})
    where = [
        str(hand[item].get("where", "")) if item in hand else ", ".join(WHERE[check])
        for item, check in zip(found["item"], found["check"], strict=True)
    ]
    frame = found.assign(where=where, by_hand=found["item"].isin(hand))
    return table("guideline", "Demands of the agency", DEMANDS, frame, ("item",))


def moves_table(run: Run) -> Table:
    """What demands move, by scenarios, ranges and perspectives of this run."""
    frame = run(guideline_moves)
    frame = with_savings(frame) if len(frame) else frame.assign(saving=pd.Series(dtype=float))
    caption = "What demands move: scenarios, inputs and perspectives that touch nothing else"
    return table("guideline_moves", caption, MOVES, frame, ("item", "what", "title"))


def tally(found: pd.DataFrame, body: str) -> list[Sentence]:
    """How many demands are met, and which are not."""
    counts = found["judgement"].value_counts()
    values: dict[str, Value] = {
        "body": body,
        "all": count(len(found)),
        "met": count(counts.get(MET, 0)),
        "partly": count(counts.get(PARTLY, 0)),
        "not_met": count(counts.get(NOT_MET, 0)),
    }
    text = "{body}: {met} of {all} demands are met, {partly} partly, {not_met} not."
    said = [Sentence(text, values, "verdict")]
    for word, template in (
        (NOT_MET, "Not met: {items}."),
        (PARTLY, "Partly met: {items}."),
        (NOT_JUDGED, "Not judged, as the study has nothing of the kind: {items}."),
    ):
        items = found.loc[found["judgement"] == word, "item"].tolist()
        if items:
            said.append(Sentence(template, {"items": Listing(items, 20)}))
    return said


def section(run: Run) -> Section:
    """Demands with their verdicts; nothing where the jurisdiction lists none."""
    if run.get(guideline) is None:
        return Section("guideline", TITLE)
    place = run.study.jurisdiction.definition
    demands = demands_table(run)
    said = tally(demands.frame, place.body or place.title)
    hand = int(demands.frame["by_hand"].sum())
    if hand:
        text = "Judged by hand, with the reason beside them: {hand}; the others by this run."
        said.append(Sentence(text, {"hand": count(hand)}, "note"))
    return Section("guideline", TITLE, tuple(said), (demands, moves_table(run)))


ANALYSIS = Analysis(
    section,
    """What the jurisdiction's agency demands: met, partly or not, and what it moves.

    \b
    Example
      hecon guideline inputs/studies/ptsd --jurisdiction england
    """,
    rests_on=(guideline,),
    lacking="the jurisdiction lists no demands of its agency",
)
