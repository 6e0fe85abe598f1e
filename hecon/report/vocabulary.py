"""Columns that several tables have: one key, heading and meaning for one thing."""

import pandas as pd

from hecon.analyses.comparison import SAVING
from hecon.report.content import Column

LABEL = Column("label", "Input", meaning="what the input is", detail=True)
PARAMETER = Column("parameter", "Name", "name", meaning="name of the input in its file")
UNIT = Column("unit", "Unit", "label", detail=True)
BASE = Column("base", "Base", "number", meaning="value in the base case")
RANGE_LOW = Column("range_low", "From", "number", meaning="low end of the input's range")
RANGE_HIGH = Column("range_high", "To", "number", meaning="high end of the input's range")
STRATEGY = Column("strategy", "Strategy", "name")
THRESHOLD = Column(
    "threshold", "Value of a {effect}", "money", meaning="what a unit of effect may cost"
)
STANDARD_ERROR = Column("standard_error", "Standard error", "money", detail=True)
STATUS = Column("status", "Status", "status", meaning="how the figure is known")
SOURCE = Column("source", "Source", detail=True)
INTERVENTION = Column("intervention", "Intervention", "name", detail=True)
COMPARATOR = Column("comparator", "Comparator", "name", detail=True)
COST_DIFFERENCE = Column("cost_difference", "Cost", "change", meaning="incremental cost")
QALY_DIFFERENCE = Column("qaly_difference", "{effects}", "gain", meaning="incremental effect")
NMB = Column("nmb", "Net benefit", "change", meaning="incremental net monetary benefit")
INTERVAL_LOW = Column("interval_low", "95 % from", "number", meaning="2.5 % of the draws are below")
INTERVAL_HIGH = Column("interval_high", "to", "number", meaning="97.5 % of the draws are below")


def ratio_columns(where: str = "", suffix: str = "") -> tuple[Column, Column, Column]:
    """An ICER, a saving per unit of effect forgone, and the words where there is no ICER.

    Args:
        where: What follows the headings: `` at low``.
        suffix: What follows the keys: ``_low``.
    """
    verdict = f"verdict{suffix}"
    saved = "cost saved per unit of effect forgone, where both are less"
    return (
        Column(f"icer{suffix}", f"ICER{where}", "money", words=verdict, meaning=_ICER),
        Column(
            f"saving{suffix}",
            f"Saved per {{effect}} forgone{where}",
            "money",
            meaning=saved,
            detail=True,
        ),
        Column(verdict, f"In words{where}", meaning="what the differences mean", shown=False),
    )


_ICER = "incremental cost per unit of effect gained"


def with_savings(frame: pd.DataFrame, suffix: str = "") -> pd.DataFrame:
    """Ratios told apart: what is saved per unit of effect forgone is no ICER."""
    ratio, saves = frame[f"icer{suffix}"], frame[f"verdict{suffix}"] == SAVING
    return frame.assign(
        **{f"icer{suffix}": ratio.where(~saves), f"saving{suffix}": ratio.where(saves)}
    )
