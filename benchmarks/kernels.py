"""The compiled loop beside the kernel in NumPy, on the PTSD study: seconds of the processor."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from hecon.analyses.evaluate import evaluate, timings
from hecon.engine import runner
from hecon.engine.native import Unavailable
from hecon.engine.program import Program
from hecon.parameters.design import ProbabilisticDesign, TableDesign, held
from hecon.studies.load import load_study
from hecon.studies.study import Study

ROOT = Path(__file__).resolve().parents[1]


@cache
def study() -> Study:
    """The PTSD study in Norway."""
    return load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")


def drawn(draws: int) -> TableDesign:
    """Draws worked out beforehand: they are no part of an evaluation."""
    known = study()
    design = ProbabilisticDesign(known.parameters, draws, 1, "monte-carlo", known.correlations)
    return held(design)


def kernels(draws: int, workers: int = 1) -> dict[str, Callable[[], object]]:
    """One evaluation by each kernel."""
    design = drawn(draws)

    def compiled() -> object:
        return evaluate(study().model, design, workers=workers)

    def numpy() -> object:
        chosen = runner.Machine
        runner.Machine = _none  # type: ignore[assignment, misc]
        try:
            return evaluate(study().model, design, workers=workers, block=10_240)
        finally:
            runner.Machine = chosen  # type: ignore[misc]

    return {"compiled": compiled, "numpy": numpy}


def program() -> Callable[[], object]:
    """A program for another design of a known model."""
    design = drawn(2)
    (timing,) = timings(study().model, design)

    def made() -> object:
        return Program(
            study().model, design.numbers, design.varying, timing.cycles, timing.cycle_months
        )

    return made


def _none(*_: object) -> object:
    raise Unavailable("not in this comparison")
