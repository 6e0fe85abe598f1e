"""Columns that several tables have: one key, heading and meaning for one thing."""

from __future__ import annotations

from hecon.report.content import Column

LABEL = Column("label", "Input", meaning="what the input is", detail=True)
PARAMETER = Column("parameter", "Name", "name", meaning="name of the input in its file")
UNIT = Column("unit", "Unit", "name", detail=True)
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
