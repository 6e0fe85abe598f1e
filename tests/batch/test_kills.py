"""A batch killed at any moment goes on; two in one folder leave each other alone; a full disk."""

import resource
import time
from itertools import pairwise

import pandas as pd
import pytest
from kills import RESULTS, killed, started
from small_batch import edit

from hecon.batch.jobs import Done, JobFigure
from hecon.batch.run_batch import read_batch
from hecon.batch.store import STORE, Store
from hecon.errors import InputError

#: So many draws that each job is a pack of its own.
MANY = "draws = 8000\n"


def once_more_is_there(child, before, count):
    """The moment when the store has grown."""
    while child.is_alive() and count() == before:
        time.sleep(0.002)


@pytest.mark.long
def test_kills_lose_and_double_nothing(plan, run, inputs):
    path = plan(MANY)
    seen = killed(path, inputs / "out", 2, once_more_is_there)
    assert all(a <= b for a, b in pairwise(seen))
    assert 0 < len(seen[0]) < 6
    assert len(seen[-1]) == 6
    undisturbed = run(path, "undisturbed")[0]
    found = inputs / "out" / RESULTS
    assert found.read_bytes() == (undisturbed / "results.csv").read_bytes()
    assert not pd.read_csv(found).duplicated().any()
    assert not list((inputs / "out").glob(".hecon-*/*.csv"))


@pytest.mark.long
def test_two_batches_in_one_folder_leave_each_other_whole(plan, run, inputs):
    first, second = plan(MANY, ""), plan("", 'draws = 50\nscenarios = "none"', name="second")
    both = [started(path, inputs / "out") for path in (first, first, second)]
    for child in both:
        child.join()
    assert [child.exitcode for child in both] == [0, 0, 0]
    for path in (first, second):
        alone = run(path, f"alone_{path.stem}")[0]
        found = inputs / "out/outputs" / alone.name
        assert (found / "results.csv").read_bytes() == (alone / "results.csv").read_bytes()


def test_a_full_disk_loses_nothing_that_was_finished(tmp_path):
    store = Store(tmp_path / "store.sqlite")
    done = Done(tuple(JobFigure("A", f"figure {i} {i * 7919 % 1000}", i / 7) for i in range(200)))
    store.put({"first": done})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (store.path.stat().st_size + 4096, limits[1]))
    try:
        with pytest.raises(InputError, match=r"finished jobs that it holds are kept"):
            store.put({f"job {i}": done for i in range(200)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert store.known(["first", *(f"job {i}" for i in range(200))]) == {"first"}
    assert repr(store.get(["first"])["first"]) == repr(done)


def test_a_file_that_is_no_store_is_named(plan, run, inputs):
    path = inputs / "out" / STORE
    path.parent.mkdir(parents=True)
    path.write_text("not a store" * 100)
    with pytest.raises(InputError, match="move the file away, and its jobs are done again"):
        run(plan())
    assert path.read_text() == "not a store" * 100


def test_dry_run_lists_what_is_there(plan, run, inputs):
    path = plan()
    run(path)
    edit(inputs / "studies/small/scenarios.csv", "c_new = 3000", "c_new = 2000")
    batch = read_batch(path, Store(inputs / "out" / STORE))
    assert (len(batch.jobs), len(batch.there)) == (6, 4)
    assert {job.scenario for job in batch.missing} == {"S1"}
