"""Time of the decision analyses, beside what other tools took where that is known.

The table of draws is `tests/data/psa_table.csv.gz`: 10,000 draws of the time-dependent Sick-Sicker
tutorial (Alarid-Escudero et al. 2023, Medical Decision Making 43:21). The other tools' seconds
were measured on a machine of two cores with R 4.2.2 and are read from `data/decision_peers.csv`:
they can't be installed here. voi: Heath et al.; BCEA: Baio, Berardi, Heath; heemod: Filipovic-
Pierucci, Zarca, Durand-Zaleski; dampack: Alarid-Escudero et al.
"""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from hecon.analyses.base_case import threshold as base_threshold
from hecon.analyses.budget_draws import net_costs
from hecon.analyses.budget_results import budget_study
from hecon.analyses.budget_sensitivity import budget_drawn_design
from hecon.analyses.global_sensitivity import sobol
from hecon.analyses.information import evppi
from hecon.analyses.one_way import one_way
from hecon.analyses.read_draws import read_draws
from hecon.analyses.run import Run, Settings
from hecon.studies.load_study import load_study
from hecon.studies.study import Study

ROOT = Path(__file__).resolve().parents[1]
FOUR = (50_000.0, 75_000.0, 100_000.0, 150_000.0)
SAMPLES = 2**13

#: Seconds of the processor that an analysis may take at most.
BOUNDS = {"net cost to the payer by year, 10,000 draws": 1.0}


def analyses() -> dict[str, tuple[Callable[[], object], int]]:
    """Each analysis by name, with the times it is repeated."""
    table = read_draws(ROOT / "tests/data/psa_table.csv.gz")
    study = load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")
    threshold = Run(study, Settings())(base_threshold)
    grid = np.linspace(0.0, 200_000.0, 41)
    return {
        "EVPPI of 18 parameters at 4 thresholds": (lambda: evppi(table, FOUR), 7),
        "EVPPI of a pair at 41 thresholds": (
            lambda: evppi(table, grid, {"pair": ["u_S1", "u_trtA"]}),
            7,
        ),
        f"Sobol' indices, PTSD, {SAMPLES:,} base samples": (
            lambda: sobol(study, threshold, SAMPLES),
            1,
        ),
        next(iter(BOUNDS)): (_budget(study), 5),
        "one-way on all parameters": (lambda: one_way(study), 7),
    }


def _budget(study: Study) -> Callable[[], object]:
    """What a budget impact adds to a run whose draws are made already."""
    run = Run(study, Settings(draws=10_000))
    design, whole = run(budget_drawn_design), run(budget_study)
    return lambda: net_costs(whole, design)


def main() -> None:
    """Print seconds of the clock and of the processor, medians after one call to warm up."""
    with (ROOT / "benchmarks/data/decision_peers.csv").open(encoding="utf-8", newline="") as file:
        peers = list(csv.DictReader(file))
    print("\nDecision analyses, seconds: median of the clock, median and least of the processor")
    for name, (run, repeats) in analyses().items():
        if repeats > 1:
            run()
        clock, work = [], []
        for _ in range(repeats):
            start, used = time.perf_counter(), time.process_time()
            run()
            clock.append(time.perf_counter() - start)
            work.append(time.process_time() - used)
        print(f"  {name:46} {median(clock):8.3f} {median(work):8.3f} {min(work):8.3f}")
        if min(work) > BOUNDS.get(name, float("inf")):
            raise SystemExit(f"{name}: {min(work):.2f} s, allowed are {BOUNDS[name]:g} s")
        for peer in peers:
            if peer["analysis"] == name:
                said = f"{peer['tool']} ({peer['note']})"
                print(f"    {said:44} {float(peer['seconds']):8.3f}")


if __name__ == "__main__":
    main()
