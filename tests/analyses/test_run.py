"""Results of a run: computed once, on demand, and reasons where there are none."""

import multiprocessing
import os
import signal
import sys
from typing import Any, cast

import pytest

from hecon.analyses.apart import apart
from hecon.analyses.forked import beside
from hecon.analyses.run import MissingResult, Run, Settings, result
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
    raise MissingResult("there is nothing to draw")


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
    with pytest.raises(MissingResult, match="nothing to draw"):
        run(never)


def test_progress_names_what_runs() -> None:
    told: list[str] = []
    run = Run(cast(Study, None), progress=lambda what, done, total: told.append(what))
    run(second)
    assert told == ["Second", "First"]


@result("Long", starts_from=(first,))
def long(run: Run) -> tuple[int, int]:
    return run(first), os.getpid()


@result(starts_from=(first,))
def refused(run: Run) -> int:
    raise MissingResult("there is nothing to learn")


@pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="needs two processors"
)
def test_a_second_process_works_out_what_can_be_and_the_run_the_rest() -> None:
    calls.clear()
    run = a_run(start=7)
    with apart(run, [long, refused, second], worth=0):
        assert calls == ["first"]
        with beside(lambda: (run(long), os.getpid())) as third:
            # it leaves alone what this process waits for
            (value, process), itself = third()
            assert (value, process) == (7, itself)
        value, process = run(long)
        assert value == 7
        assert process != os.getpid()
        # it ends at an error, which is met here; what came after it is worked out here too
        assert run.get(refused) is None
        assert run.missing["refused"] == "there is nothing to learn"
        assert run(second) == 14
    assert calls == ["first"]


HERE = os.getpid()


@result()
def cut_off(run: Run) -> bytes:
    if os.getpid() != HERE:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
    return bytes(1_000_000)  # more than a pipe holds


def test_what_a_process_did_not_send_to_its_end_is_worked_out_here() -> None:
    run = a_run()
    with apart(run, [cut_off], worth=0), beside(lambda: cut_off.compute(a_run())) as answer:
        for child in multiprocessing.active_children():
            child.join(10)
        assert len(run(cut_off)) == len(answer()) == 1_000_000


def test_a_small_run_needs_no_second_process() -> None:
    run = a_run()
    with apart(run, [long], worth=1_000_000):
        assert run(long) == (1, os.getpid())
