"""The length of the cycle: what is said of a table of lengths, and of a study's own."""

import pandas as pd
import pytest

from hecon.analyses.comparison import SAVING
from hecon.analyses.cycle_length import cycle_lengths
from hecon.analyses.run import Run
from hecon.report.sections.cycle_length_section import ANALYSIS, answers, moved, section


def lengths(*icers, nmb=-1.0):
    """One QALY gained at these costs, by cycles of 1, 1/2, 1/4 month."""
    return pd.DataFrame(
        {
            "cycle_months": [1 / 2**i for i in range(len(icers))],
            "cost": icers,
            "qaly": 1.0,
            "icer": icers,
            "verdict": "more costly, more effective",
            "nmb": nmb,
        }
    )


@pytest.fixture
def with_lengths(run_of):
    def make(frame) -> Run:
        return run_of().knowing({cycle_lengths: frame})

    return make


@pytest.mark.parametrize(
    ("icers", "speaks"),
    [((100.0, 95.1), False), ((100.0, 94.9), True), ((100.0, 105.2), False), ((100.0, 106), True)],
)
def test_more_than_a_twentieth_of_the_larger_is_said(icers, speaks):
    assert (moved(lengths(*icers)) is not None) == speaks


def test_the_length_that_moves_it_most_is_named_in_section_and_answer(with_lengths, said):
    run = with_lengths(lengths(1000.0, 1200.0, 1100.0))
    text = (
        "The length of the cycle moves the result: EUR 1,200 per QALY with cycles of 0.5 months, "
        "EUR 1,000 with the study's own of 1."
    )
    texts = said(section(run))
    assert texts[:2] == [
        "At EUR 20,000 per QALY New is not cost-effective against Old at every cycle down to 0.25 "
        "months.",
        text,
    ]
    assert ANALYSIS.answers is answers
    assert len(answers(run)) == 1
    assert answers(with_lengths(lengths(1000.0, 1010.0))) == ()


def test_a_decision_that_turns_is_said(with_lengths, said):
    run = with_lengths(lengths(1000.0, 1010.0, nmb=[1.0, -1.0]))
    assert "hangs on the length" in said(section(run))[0]


def test_what_is_saved_per_unit_forgone_is_no_icer(with_lengths, table_of):
    frame = lengths(1000.0, 1010.0).assign(verdict=SAVING)
    made = table_of(section(with_lengths(frame)), "cycle_length").frame
    assert made["saving"].tolist() == [1000.0, 1010.0]
    assert made["icer"].isna().all()


def test_a_study_in_which_no_cycle_counts_is_the_same_at_every_length(run_of):
    """Net benefit is algebra: 20,000 QALYs' worth less a price, whatever a cycle is."""
    run = run_of()
    found = run(cycle_lengths)
    assert len(found) == 4
    assert found["icer"].tolist() == pytest.approx([found["icer"].iloc[0]] * 4)
    assert answers(run) == ()
