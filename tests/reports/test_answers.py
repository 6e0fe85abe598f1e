"""What commands print: words are whole at 80 columns, and sentences say what figures say."""

import io
from pathlib import Path

import pandas as pd
import pytest

from hecon.reports.answers.scenarios import print_scenarios
from hecon.reports.console import console
from hecon.studies.load import load_study

SMALL = Path(__file__).parents[1] / "cli" / "studies" / "small"


@pytest.fixture(scope="module")
def small():
    return load_study(SMALL, SMALL.parents[1] / "jurisdictions" / "testland")


@pytest.fixture
def narrow():
    """Calls a printing function on a console of 80 columns, gives its text and what it returns."""

    def call(function, *arguments):
        file = io.StringIO()
        to = console(file)
        to.width = 80
        conclusion = function(*arguments, to)
        text = file.getvalue()
        assert "\u2026" not in text
        assert max(map(len, text.splitlines())) <= 80
        return text, conclusion

    return call


# -- scenarios ---------------------------------------------------------------------------


def scenarios(**columns):
    rows = pd.DataFrame(
        {
            "scenario": ["S22b", "S59", "S62"],
            "title": ["No relapse after the new treatment " * 3, "Retracted", "Cheap"],
            "compared": ["New v Old", "New v Old", "Old v None"],
            "same_pair": [True, True, False],
            "nmb": [-1_406_542.0, 38.0, 176_930.0],
            "nmb_to_base": [-1_346_295.0, 98.0, float("nan")],
            "icer": [float("nan"), 65_801_796.0, float("nan")],
            "verdict": ["dominated", "more costly, more effective", "dominant"],
            "turns": [False, True, False],
        }
    )
    return rows.assign(**columns)


def test_scenarios_of_another_pair_are_shown_apart(small, narrow):
    text, conclusion = narrow(print_scenarios, small, scenarios())
    assert "Cheap (Old v None)" in text
    assert "1 of the 2 scenarios that compare New with Old turn the base" in conclusion
    assert "S62 compares another pair" in conclusion


def test_scenarios_with_draws_fit_the_screen(small, narrow):
    drawn = {"nmb_mean": -1_406_542.0, "nmb_error": 123_456.0, "probability": 0.001}
    text, conclusion = narrow(print_scenarios, small, scenarios(**drawn))
    for word in ("S22b", "dominated", "dominant", "65,801,796", "(123,456)", "(-1,346,295)"):
        assert word in text
    assert "In S59 and S62 the draws decide otherwise" in conclusion
