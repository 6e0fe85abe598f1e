"""Who is where over time, in the table and in the charts, whatever a cycle is."""

from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.flows import base_trace
from hecon.analyses.run import Run, Settings
from hecon.report.figures.trace_plot import kept, occupancy
from hecon.report.outcomes import trace_frame
from hecon.studies.load_study import load_study

STUDIES = Path(__file__).parent / "workbook_studies"


@pytest.fixture(scope="module")
def yearly() -> Run:
    """Four yearly cycles in which a fifth of those alive die."""
    return Run(load_study(STUDIES / "yearly"), Settings(draws=4))


def test_fault_15_the_table_keeps_every_cycle(yearly: Run) -> None:
    trace = trace_frame(yearly)
    alive = trace[(trace["strategy"] == "A") & (trace["state"] == "Well")]
    assert alive["cycle"].tolist() == [0, 1, 2, 3, 4]
    assert alive["share"].tolist() == pytest.approx([0.8**t for t in range(5)])


def test_fault_15_the_figure_names_every_state_at_a_time_that_there_is(yearly: Run) -> None:
    drawn = occupancy(yearly(base_trace), {})
    # the horizon ends before the fifth year: 0.8 ** 4 = 0.41
    assert drawn.alt.startswith("After 4 years: A: Well 41")
    assert "and Dead 59" in drawn.alt


def test_fault_15_the_last_state_need_not_be_death(yearly: Run) -> None:
    turned = yearly(base_trace).isel(state=[1, 0])
    drawn = occupancy(turned, {})
    assert "A: Dead 59" in drawn.alt
    assert "and Well 41" in drawn.alt


def test_fault_15_a_bend_between_two_cycles_is_drawn() -> None:
    """Straight up to a step and after it: the ends and both sides of the step are enough."""
    time = np.arange(721) / 12
    curve = np.where(np.arange(721) <= 7, 1.0, 0.25)
    assert kept(time, curve[:, None]).tolist() == [0, 7, 8, 720]
