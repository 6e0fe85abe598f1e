"""One order of bars everywhere: by how far each reaches from the base case and over both ends."""

import numpy as np
import pandas as pd
import pytest

from hecon.analyses.comparison import comparison
from hecon.analyses.one_way import bar_widths, tornado
from hecon.report.figures.setting import Setting
from hecon.report.figures.tornado import _ends
from hecon.report.figures.tornado import tornado as drawn_tornado


def test_fault_36_a_bar_reaches_from_the_base_case() -> None:
    """Ends (10, 30) are 20 apart and (-12, 12) are 24, but from 0 the first reaches 30."""
    low, high = np.array([10.0, -12.0]), np.array([30.0, 12.0])
    assert bar_widths(low, high, 0.0).tolist() == [30.0, 24.0]
    assert bar_widths(low, high, np.nan).tolist() == [20.0, 24.0]
    assert bar_widths(np.array([np.nan]), np.array([1.0]), 0.0).tolist() == [np.inf]


@pytest.fixture
def table() -> pd.DataFrame:
    """Parameters A and B as in the first test, in the wrong order."""
    rows = [("B", "low", -12.0), ("B", "high", 12.0), ("A", "low", 10.0), ("A", "high", 30.0)]
    table = pd.DataFrame(rows, columns=["parameter", "end", "nmb"])
    words = {"value": 1.0, "basis": "", "verdict": "more costly, more effective"}
    return table.assign(icer=1.0, qaly_difference=1.0, cost_difference=0.0, **words)


def test_fault_36_command_and_figure_have_the_same_order(table: pd.DataFrame) -> None:
    base = pd.Series({"nmb": 0.0, "icer": 1.0, "qaly_difference": 1.0, "threshold": 1.0})
    assert tornado(table, base)["parameter"].tolist() == ["A", "B"]
    assert [row["parameter"] for row in _ends(table, "nmb", 0.0)] == ["A", "B"]
    picture = drawn_tornado(table, comparison("x", "y", 0.0, 0.0, 0.0), Setting(["x", "y"]))
    (area,) = picture.figure.axes
    assert [t.get_text()[0] for t in area.get_yticklabels()] == ["A", "B"]
