"""What sets two results apart: which inputs, formulas and rules differ, and what each does."""

from functools import partial

from hecon.analyses.run import Run
from hecon.analyses.swaps import MOST, Swaps, swapped
from hecon.report.content import (
    Column,
    Drawn,
    Figure,
    Listing,
    Section,
    Sentence,
    Value,
    change,
    count,
    effect,
    money,
    table,
)
from hecon.report.registry import Analysis

TITLE = "What differs, and what it does"

_CHANGES = (
    Column("cost", "Cost", "change", meaning="change of the incremental cost"),
    Column("qaly", "{effects}", "gain", meaning="change of the incremental effect"),
)
_NMB = Column("nmb", "Net benefit", "change", meaning="change of the incremental net benefit")
ENDS = (
    Column("of", "Result", "label"),
    Column("cost", "Cost", "change", meaning="incremental cost"),
    Column("qaly", "{effects}", "gain", meaning="incremental effect"),
    Column("icer", "ICER", "money"),
    Column("threshold", "Value of a {effect}", "money"),
    Column("nmb", "Net benefit", "change", meaning="incremental net monetary benefit"),
)
CONTRIBUTIONS = (
    Column("group", "What differs", "label"),
    Column("differences", "Differences", "count"),
    *_CHANGES,
    Column("icer", "ICER", "change", meaning="change of the ICER; blank where an order has none"),
    _NMB,
)
DIFFERENCES = (
    Column("step", "Step", "count", detail=True),
    Column("label", "What differs"),
    Column("first", "Before"),
    Column("second", "After"),
    _NMB,
    *_CHANGES,
    Column("icer", "ICER after it", "money", detail=True),
    Column("kind", "Kind", "label", detail=True),
    Column("name", "Name", "name", detail=True),
    Column("group", "Belongs to", "label", detail=True),
    Column("threshold", "Value of a {effect}", "change", detail=True),
    Column("source_first", "Source before", detail=True),
    Column("source_second", "Source after", detail=True),
)
BESIDE = (
    Column("kind", "Kind", "label"),
    Column("name", "Name", "name"),
    Column("first", "Before"),
    Column("second", "After"),
)


def section(run: Run) -> Section:
    """Both results, what each group of differences does, and every difference by itself."""
    return swaps_section(run(swapped))


def swaps_section(found: Swaps) -> Section:
    """The same of a decomposition."""
    differences = table(
        "differences",
        "Every difference, one after another swapped",
        DIFFERENCES,
        found.differences,
        ("kind", "name"),
        note=Sentence(
            "What one does can hang on what was swapped before it; the mean over orders can't."
        ),
    )
    groups = table(
        "contributions",
        "What each group does, the mean over all orders of swapping",
        CONTRIBUTIONS,
        found.contributions,
        ("group",),
    )
    ends = table("results_compared", "Both results", ENDS, found.ends, ("of",))
    beside = table(
        "beside",
        "What differs and moves no base case",
        BESIDE,
        found.beside,
        ("kind", "name"),
    )
    figures = (Figure("waterfall", partial(_picture, found)),) if len(found.differences) else ()
    return Section("compare", TITLE, _said(found), (ends, groups, differences, beside), figures)


def _said(found: Swaps) -> tuple[Sentence, ...]:
    names: dict[str, Value] = {"first": found.names[0], "second": found.names[1]}
    if found.differences.empty:
        same = Sentence("{first} and {second} have the same base case in every input.", names)
        return (same,)
    ends = found.ends
    whole = Sentence(
        "From {first} to {second} the net benefit of {a} against {b} changes by {change}, from "
        "{before} to {after}.",
        {
            **names,
            "a": found.compared[0],
            "b": found.compared[1],
            "change": change(ends["nmb"][1] - ends["nmb"][0]),
            "before": change(ends["nmb"][0]),
            "after": change(ends["nmb"][1]),
        },
        "verdict",
    )
    acting = found.contributions[found.contributions["nmb"] != 0]
    sentences = [whole]
    if len(acting):
        top = acting.iloc[0]
        sentences.append(
            Sentence(
                "Of what differs, {group} does most: {nmb} of net benefit ({cost} of cost, {qaly} "
                "{effects}).",
                {
                    "group": str(top["group"]),
                    "nmb": change(top["nmb"]),
                    "cost": change(top["cost"]),
                    "qaly": effect(top["qaly"]),
                },
            )
        )
    still = found.differences[(found.differences[["cost", "qaly", "nmb"]] == 0).all(axis=1)]
    if len(still):
        sentences.append(
            Sentence(
                "{number} of {all} differences move nothing in the base case: {names}.",
                {
                    "number": count(len(still)),
                    "all": count(len(found.differences)),
                    "names": Listing(still["name"].tolist()),
                },
                "note",
            )
        )
    if found.factor != 1:
        sentences.append(
            Sentence(
                "Amounts of {second} are in the money of {first}, at {rate} for one of its own.",
                {**names, "rate": money(found.factor)},
                "note",
            )
        )
    sentences.append(
        Sentence(
            "A group's figure is the mean over all orders in which up to {most} groups can be "
            "swapped (Shapley value); they add up to the whole change.",
            {"most": count(MOST)},
            "note",
        )
    )
    return tuple(sentences)


def _picture(found: Swaps) -> Drawn:
    from hecon.report.figures.waterfall import waterfall

    return waterfall(found)


ANALYSIS = Analysis(section, lacking="there is no other study to compare with")
