"""Results of a run: computed once, on demand, and reasons where there are none."""

from typing import Any, cast

import pytest

from hecon.analyses.run import Run, Settings, Unavailable, result
from hecon.studies.study import Study

calls: list[str] = []


@result("First")
def first(run: Run) -> int:
    calls.append("first")
    return run.option("start", 1)


@result("Second")
def second(run: Run) -> int:
    return run(first) + run(first)


@result()
def never(run: Run) -> int:
    raise Unavailable("there is nothing to draw")


def a_run(**options: Any) -> Run:
    return Run(cast(Study, None), Settings(options=options))


def test_a_result_is_computed_once_and_only_when_it_is_asked_for() -> None:
    calls.clear()
    run = a_run()
    assert not calls
    assert run(second) == 2
    assert run(second) + run(first) == 3
    assert calls == ["first"]


def test_options_reach_results() -> None:
    assert a_run(start=5)(second) == 10


def test_what_a_run_cannot_have_is_said_in_words() -> None:
    run = a_run()
    assert run.get(never) is None
    assert run.missing == {"never": "there is nothing to draw"}
    with pytest.raises(Unavailable, match="nothing to draw"):
        run(never)


def test_progress_names_what_runs() -> None:
    told: list[str] = []
    run = Run(cast(Study, None), progress=lambda what, done, total: told.append(what))
    run(second)
    assert told == ["Second", "First"]
