"""A batch that is killed again and again: `make kills` does it 50 times, with two processes."""

import multiprocessing
import os
import random
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path

from hecon.batch.batch_files import write_batch
from hecon.batch.run_batch import do_batch, read_batch
from hecon.batch.store import STORE, Store

#: Children begin with what this one process has loaded.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["hecon.batch.batch_files", "hecon.batch.scheduler"])

RESULTS = Path("outputs/plan_batch/results.csv")


def whole(plan, out, workers=1):
    """A batch from its plan to its files, in a process group of its own."""
    os.setpgrp()
    batch = read_batch(plan, Store(out / STORE))
    results, faults = do_batch(batch, workers, "", lambda *_: None, print)
    write_batch(batch, results, faults, out, report=False)


def started(*arguments):
    child = CHILDREN.Process(target=whole, args=arguments)
    child.start()
    return child


def killed(plan, out, kills, moment, workers=1):
    """Kills a batch so many times, then lets it finish; gives the rows seen after each kill."""
    jobs = read_batch(plan, Store(out / STORE)).jobs
    seen = []
    while True:
        child = started(plan, out, workers)
        if len(seen) < kills:
            moment(child, len(known(jobs, out)), lambda: len(known(jobs, out)))
            try:
                os.killpg(child.pid, signal.SIGKILL)
            except ProcessLookupError:
                child.kill()
        child.join()
        seen.append(known(jobs, out))
        if len(seen) > kills and child.exitcode == 0:
            return seen


def known(jobs, out):
    return Store(out / STORE).known(job.key for job in jobs)


def at_random(longest, seed=1):
    """A moment within so many seconds."""
    source = random.Random(seed)

    def moment(child, before, count):
        time.sleep(source.uniform(0.2, longest))

    return moment


def main(folder, kills=50):
    """Kills a batch of the shipped study in two countries, 50 times at random moments."""
    inputs = Path(__file__).resolve().parents[2] / "inputs"
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    plan = out / "plan.toml"
    every = f'studies = ["{inputs}/studies/ptsd"]\njurisdictions = ["norway", "england"]\n'
    plan.write_text(f"[[grid]]\n{every}\n[[grid]]\n{every}draws = 500\n", encoding="utf-8")
    started(plan, out / "whole", 2).join()
    seen = killed(plan, out / "killed", kills, at_random(12.0), 2)
    counts = [len(each) for each in seen]
    print("jobs in the store after each kill:", *counts)
    assert all(a <= b for a, b in pairwise(seen)), "a job was lost"
    same = (out / "whole" / RESULTS).read_bytes() == (out / "killed" / RESULTS).read_bytes()
    print("the table is the same to the byte" if same else "THE TABLE DIFFERS")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
