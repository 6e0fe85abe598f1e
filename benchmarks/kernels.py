"""The compiled loop beside the kernel in NumPy, on the PTSD study: seconds of the processor."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from hecon.analyses.drawn import drawn_design, drawn_table
from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.analyses.timings import timings
from hecon.analyses.trial_report import trial_values
from hecon.engine.cohort import Kernel
from hecon.engine.program import Program
from hecon.parameters.design import ProbabilisticDesign, TableDesign, held
from hecon.studies.load_study import load_study
from hecon.studies.study import Study

ROOT = Path(__file__).resolve().parents[1]

#: Draws that the kernel in NumPy handles together: where it is fastest.
BLOCK = 10_240


@cache
def study() -> Study:
    """The PTSD study in Norway."""
    return load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")


def drawn(draws: int) -> TableDesign:
    """Draws worked out beforehand: they are no part of an evaluation."""
    known = study()
    design = ProbabilisticDesign(known.parameters, draws, 1, "monte-carlo", known.correlations)
    return held(design)


def kernels(draws: int) -> dict[str, Callable[[], object]]:
    """One evaluation by each kernel, on one thread."""
    model, design = study().model, drawn(draws)
    (timing,) = timings(model, design)

    def compiled() -> object:
        return evaluate(model, design)

    def numpy() -> object:
        own = Program(model, design.numbers, design.varying, timing.cycles, timing.cycle_months)
        kernel = Kernel(own)
        spans = [(a, min(a + BLOCK, draws)) for a in range(0, draws, BLOCK)]
        return [kernel.run(design.block(a, b), b - a, first=a) for a, b in spans]

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


def trials(draws: int) -> Callable[[], object]:
    """The planned trials of the study: EVSI, net benefit of sampling and ranges."""
    first = Run(study(), Settings(draws))
    table, design = first(drawn_table), first(drawn_design)

    def worked_out() -> object:
        run = Run(study(), Settings(draws))
        run.elsewhere[drawn_table.name] = lambda: table
        run.elsewhere[drawn_design.name] = lambda: design
        return run(trial_values)

    return worked_out
