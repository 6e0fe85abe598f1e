"""Batches against their goals on two cores: `python -m benchmarks.batches`.

1,660 jobs at base values under 60 s, 415 of 1,000 draws under 3 minutes, all processes together
below 1.5 GB, and a store of 100,000 results that answers --dry-run under 5 s. Seconds are the
clock's, those of the processors beside them: on a machine that does other things, divide these by
two.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path

import psutil

from hecon.batch.cases import Cases
from hecon.batch.doing import do_pack
from hecon.batch.jobs import Done
from hecon.batch.plan import planned_jobs
from hecon.batch.store import STORE, Store
from hecon.batch.versions import code

ROOT = Path(__file__).resolve().parents[1]
COUNTRIES = ("australia", "england", "norway", "switzerland", "usa")
SUBGROUPS = 'subgroups = ["everybody", "women", "30 years", "severe"]\n'
HECON = "import sys; from hecon.cli import app; app(sys.argv[1:])"
STORED = 100_000


def plan(path: Path, more: str = "") -> Path:
    """A plan of the shipped study in all countries."""
    places = ", ".join(f'"{name}"' for name in COUNTRIES)
    text = f'[[grid]]\nstudies = ["{ROOT}/inputs/studies/ptsd"]\njurisdictions = [{places}]\n'
    path.write_text(text + more, encoding="utf-8")
    return path


def measured(*arguments: object) -> tuple[float, float, float]:
    """Seconds of the clock and of the processors, and the most megabytes, of a command."""
    begun = time.perf_counter()
    command = [sys.executable, "-c", HECON, "batch", *map(str, arguments)]
    child = psutil.Popen(command, cwd=ROOT)
    work: dict[int, float] = {}
    most = 0
    while child.poll() is None:
        size = 0
        for each in (child, *child.children(recursive=True)):
            try:
                size += each.memory_info().rss
                work[each.pid] = sum(each.cpu_times()[:2])
            except psutil.Error:
                continue
        most = max(most, size)
        time.sleep(0.1)
    if child.returncode:
        sys.exit(f"the batch ended with {child.returncode}")
    return time.perf_counter() - begun, sum(work.values()), most / 1e6


def fill(path: Path, store: Store) -> None:
    """A store with the figures of one job under so many keys, those of the plan among them."""
    jobs = planned_jobs(path, Cases())
    (done,) = do_pack(jobs[0].case.content, [jobs[0].scenario], None, code())
    keys = [job.key for job in jobs]
    keys += [hashlib.sha256(str(i).encode()).hexdigest() for i in range(STORED - len(keys))]
    found: dict[str, Done] = dict.fromkeys(keys, done)
    store.put(found)


def show(what: str, figures: tuple[float, float, float], seconds: float) -> None:
    """Print what a batch took, and what it may take."""
    clock, work, size = figures
    print(f"  {what:38} {clock:7.1f} s {work:9.1f} s {size:9.0f} MB   goal {seconds:g} s, 1500 MB")


def main() -> None:
    """Measure all of them."""
    print(__doc__)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        every = plan(folder / "every.toml", SUBGROUPS)
        drawn = plan(folder / "drawn.toml", "draws = 1000\n")
        how = ("--workers", 2, "--no-report", "--out")
        show("1,660 jobs at base values", measured(every, *how, folder / "out"), 60)
        show("415 jobs of 1,000 draws", measured(drawn, *how, folder / "out"), 180)
        fill(every, Store(folder / "full" / STORE))
        figures = measured(every, "--dry-run", "--out", folder / "full")
        show("--dry-run over a store of 100,000", figures, 5)


if __name__ == "__main__":
    main()
