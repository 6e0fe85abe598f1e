"""What would turn a decision, and why draws are apart, from results made by hand."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from hecon.analyses.comparison import Comparison
from hecon.analyses.run import Result
from hecon.report.language import read_language, speaking
from hecon.report.numbers import Units
from hecon.report.short_answers import why_apart, would_turn
from hecon.report.words import spoken

UNITS = Units("EUR", "2024")
NAN = float("nan")


class HandMade:
    """A run whose results are given."""

    def __init__(self, **results: object):
        self.results = results
        named = [SimpleNamespace(text=n, description=f"the {n}") for n in ("price", "effect")]
        self.study = SimpleNamespace(compared=("A", "B"), parameters=named)

    def __call__(self, wanted: Result[Any]) -> Any:
        return self.results[wanted.name]


def turns(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Inputs from 0 to 10, each with its base value and where the decision turns."""
    frame = pd.DataFrame(rows, columns=["parameter", "base", "break_even"])
    return frame.assign(low=0.0, high=10.0, status="solved")


@pytest.mark.parametrize(
    ("nmb", "opening"),
    [(-5.0, "A would be cost-effective"), (5.0, "A would no longer be cost-effective")],
)
def test_the_nearest_input_comes_first_with_its_side(nmb: float, opening: str) -> None:
    run: Any = HandMade(
        break_even_values=turns(("price", 8.0, 2.0), ("effect", 4.0, 5.0)),
        base_table=pd.DataFrame({"nmb": [nmb]}),
    )
    said = would_turn(run)
    assert said is not None
    assert spoken(said, UNITS) == (
        f"{opening} against B with one of these alone: the effect at least 5 (base case 4); the "
        "price at most 2 (base case 8)."
    )


def test_nothing_turns_it() -> None:
    run: Any = HandMade(
        break_even_values=turns(("price", 8.0, NAN), ("effect", 4.0, NAN)).assign(
            status="no solution in range"
        ),
        base_table=pd.DataFrame({"nmb": [-1.0]}),
    )
    said = would_turn(run)
    assert said is not None
    text = "None of 2 inputs alone, within its range, makes A cost-effective against B."
    assert spoken(said, UNITS) == text


def compared(cost: float, qaly: float) -> Comparison:
    return Comparison("A", "B", cost, qaly, 0.0, cost / qaly, "more costly, more effective")


@pytest.mark.parametrize(
    ("share", "reason"),
    [
        (0.4, "the effect has a limit, 40 % of the draws lie on another side of it than the base"),
        (0.01, "the price is 12 on average and 10 in the base case."),
    ],
)
def test_the_cause_is_a_limit_that_many_draws_meet_or_an_input(share: float, reason: str) -> None:
    rows = [("effect", 1.0, 0.9, share), ("price", 10.0, 12.0, NAN)]
    run: Any = HandMade(
        base_comparison=compared(1000.0, 1.0),
        drawn_comparison=compared(1500.0, 1.0),
        mean_departures=pd.DataFrame(rows, columns=["parameter", "base", "mean", "other_side"]),
    )
    said = why_apart(run)
    assert said is not None
    text = spoken(said, UNITS)
    assert text.startswith("The draws' ratio of means, EUR 1,500, is not the base case's EUR 1,000")
    assert reason in text


def test_what_is_not_apart_needs_no_reason() -> None:
    same = compared(1000.0, 1.0)
    run: Any = HandMade(base_comparison=same, drawn_comparison=compared(1010.0, 1.0))
    assert why_apart(run) is None


def test_it_is_said_in_norwegian() -> None:
    run: Any = HandMade(
        break_even_values=turns(("price", 8.0, 2.0), ("effect", 4.0, 5.0)),
        base_table=pd.DataFrame({"nmb": [-5.0]}),
    )
    said = would_turn(run)
    assert said is not None
    with speaking(read_language("nb")):
        text = spoken(said, UNITS)
    assert text.startswith("A ville være ")
    assert "minst 5 (hovedanalysen 4)" in text
