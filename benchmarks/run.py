"""Speed and memory of hecon against other ways to compute the same model: `make bench`.

The model is Sick-Sicker with four strategies, yearly cycles from age 25 to 99 and 15 uncertain
parameters; each contender is first checked against the same 200 reference draws. hecon reads it
from `benchmarks/studies/sick_sicker`, as it reads any study. Seconds depend on the machine; ratios
within a run hardly do: they are written to `benchmarks/data/ratios.csv`, and one well above the
committed one ends the run with an error.
"""

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import data, decisions, kernels, loading, measure, ratios, workbook

ROOT = Path(__file__).resolve().parents[1]
CONTENDERS = {
    "hecon": "hecon_model",
    "hecon_all": "hecon_all",
    "numpy_columns": "numpy_columns",
    "numba": "numba_fused",
}
#: Rounds by number of draws.
ROUNDS = {1_000: 15, 10_000: 9, 100_000: 3}
MEMORY = (1, 10_000, 1_000_000)
HEORMODEL = (1_000, 10_000)
MB = 1e6

HECON_RUN = "import sys; from hecon.cli import app; app(sys.argv[1:])"


def evaluation(peer: str, n: int) -> Callable[[], object]:
    """One evaluation of `n` draws, drawn beforehand."""
    module = importlib.import_module(f"benchmarks.peers.{peer}")
    drawn, rate = data.draws(n, 1), data.mortality()
    return lambda: module.evaluate(drawn, rate)


def check() -> None:
    """Print each contender's largest relative difference from the reference draws."""
    print("Agreement with 200 reference draws (largest relative difference)")
    for name, peer in {**CONTENDERS, "heormodel": "heormodel_model"}.items():
        module = importlib.import_module(f"benchmarks.peers.{peer}")
        print(f"  {name:14} {module.check():.1e}")


def speed() -> list[ratios.Row]:
    """Print times, the contenders taking turns in this process; ratios to the others."""
    rows: list[ratios.Row] = []
    for n, rounds in ROUNDS.items():
        contenders = {name: evaluation(peer, n) for name, peer in CONTENDERS.items()}
        times = measure.interleaved(contenders, rounds)
        print(f"\nSeconds for {n:,} draws, median of {rounds} rounds, after one to warm up")
        print(measure.table(times, "numpy_columns"))
        for own in ("hecon", "hecon_all"):
            for other in ("numpy_columns", "numba"):
                rows.append((f"{own}, {n:,} draws", other, *measure.ratio(times, own, other)))
        if n in HEORMODEL:
            seconds = json.loads(_output("heormodel_model", n))
            middle = sorted(times["hecon"])[rounds // 2]
            print(f"hecon : heormodel = {middle / seconds:.3g} (heormodel {seconds:.3g} s)")
    return rows


def ptsd(draws: int = 10_000, rounds: int = 2) -> list[ratios.Row]:
    """Print the PTSD study's evaluation by both kernels, and what else a user waits for.

    The kernel in NumPy is the measure of the machine for all of it.
    """
    made = kernels.program()
    kernel = kernels.kernels(draws)
    contenders = {
        "PTSD": kernel["compiled"],
        "numpy kernel": kernel["numpy"],
        "100 programs": lambda: [made() for _ in range(100)],
        "trials": kernels.trials(draws),
        "hecon check": lambda: subprocess.run(command("check"), check=True, capture_output=True),
        "hecon run": lambda: whole_run(draws),
    }
    times = measure.interleaved(contenders, rounds)
    print(f"\nPTSD in Norway, {draws:,} draws, median of {rounds} rounds")
    print(measure.table(times, "numpy kernel"))
    return [
        (f"{name}, {draws:,} draws", "numpy kernel", *measure.ratio(times, name, "numpy kernel"))
        for name in contenders
        if name != "numpy kernel"
    ]


def command(name: str, *options: str) -> list[str]:
    """A command on the PTSD study in Norway."""
    study, place = ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway"
    return [sys.executable, "-c", HECON_RUN, name, str(study), "-j", str(place), *options]


def _output(peer: str, n: int) -> str:
    command = [sys.executable, "-m", "benchmarks.run", peer, str(n)]
    return subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.splitlines()[-1]


def scaling() -> None:
    """Print hecon's time per draw as the number of draws grows."""
    print("\nhecon, one thread: microseconds a draw (level if time is linear in draws)")
    for n, rounds in {10_000: 9, 100_000: 3, 1_000_000: 1}.items():
        seconds = measure.median_seconds(evaluation("hecon_model", n), rounds)
        print(f"  {n:>9,} draws {seconds / n * 1e6:8.2f}   ({seconds:.3g} s)")


def memory() -> None:
    """Print peak memory of a process that draws and evaluates; one draw shows the imports."""
    print("\nPeak memory in MB of a process of its own, drawing and imports included")
    print(f"  {'':14}" + "".join(f"{n:>12,}" for n in MEMORY) + "  draws")
    for name in ("hecon", "numpy_columns"):
        command = [sys.executable, "-m", "benchmarks.peers", CONTENDERS[name]]
        sizes = [measure.peak_memory([*command, str(n)]) for n in MEMORY]
        print(f"  {name:14}" + "".join(f"{size / MB:12.0f}" for size in sizes))


def whole_run(draws: int) -> None:
    """Print the clock's seconds and peak memory of `hecon run` on the PTSD study."""
    with tempfile.TemporaryDirectory() as out:
        whole = command("run", "--draws", str(draws), "--out", out)
        sizes: list[int] = []
        seconds = measure.seconds(lambda: sizes.append(measure.peak_memory(whole)))
    print(f"hecon run, PTSD in Norway, {draws:,} draws, all analyses, files and the workbook:")
    print(f"  {seconds:.1f} s, peak memory {sizes[0] / MB:.0f} MB")


def main() -> None:
    """Measure everything, or with PEER DRAWS one peer's median seconds."""
    if len(sys.argv) == 3:
        print(measure.median_seconds(evaluation(sys.argv[1], int(sys.argv[2])), 3))
        return
    print(__doc__)
    check()
    rows = [*speed(), *ptsd()]
    print(
        "\nSeconds are the processor's, all threads together. hecon and numpy_columns use one\n"
        "thread, numba two, heormodel all cores (its default, in its own process, median of 3,\n"
        "seconds of the clock). Compilation and the reading of files are not counted. hecon\n"
        "computes what its peers do, hecon_all undiscounted outcomes as well."
    )
    last = ratios.committed()
    ratios.show(rows, last)
    ratios.write(rows)
    scaling()
    memory()
    decisions.main()
    wrong = [f"slower than in the last committed run: {s}" for s in ratios.slowdowns(rows, last)]
    if wrong := [*wrong, *loading.beyond(), *workbook.beyond()]:
        sys.exit("\n".join(["", *wrong]))


if __name__ == "__main__":
    main()
