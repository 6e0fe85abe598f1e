"""A real scheduler and real workers on the loopback address: killed, of another version, absent."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hecon import __version__
from hecon.batch.run_batch import do_batch, read_batch
from hecon.batch.store import STORE, Store
from hecon.errors import InputError

ROOT = Path(__file__).parents[2]
#: So many draws that each job is a pack of its own.
MANY = "draws = 8000\n"


@pytest.fixture
def scheduler():
    """A scheduler without workers, and a function that starts one from a folder with hecon."""
    from distributed import LocalCluster

    started = []

    def worker(root=ROOT):
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address]
        quiet = ["--no-nanny", "--nthreads", "1", "--no-dashboard"]
        to = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        where = {"cwd": root, "env": {**os.environ, "PYTHONPATH": str(root)}}
        started.append(subprocess.Popen([*command, *quiet], **to, **where))
        return started[-1]

    with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        yield cluster, worker
        for process in started:
            process.kill()
            process.wait()


def joined(cluster, count):
    end = time.monotonic() + 120
    while len(cluster.scheduler.workers) != count:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_cluster_gives_the_same_bytes_though_a_worker_dies(
    scheduler, plan, run, inputs, tmp_path
):
    """A worker with another hecon is refused; then two do the batch, and one is killed."""
    cluster, worker = scheduler
    path = plan(MANY, MANY + "seed = 2\n", "")
    other = tmp_path / "other"
    shutil.copytree(ROOT / "hecon", other / "hecon", ignore=shutil.ignore_patterns("__pycache__"))
    own = f'__version__ = "{__version__}"'
    text = (other / "hecon/version.py").read_text()
    (other / "hecon/version.py").write_text(text.replace(own, '__version__ = "0.0.9"'))
    workers = [worker(), worker(other)]
    joined(cluster, 2)
    with pytest.raises(InputError, match=r"the worker tcp.* has hecon 0\.0\.9 .*; needed is hecon"):
        run(path, "cluster", address=cluster.scheduler_address)
    workers[1].kill()
    workers[1] = worker()
    joined(cluster, 2)

    batch = read_batch(path, Store(tmp_path / "cluster" / STORE))
    counted = []

    def counting(done, total):
        workers[1].kill()
        counted.append((done, total))

    _, faults = do_batch(batch, 1, cluster.scheduler_address, counting, print)
    joined(cluster, 1)
    assert faults == []
    assert counted[-1] == (18, 18)
    assert len(counted) > 12
    far, near = run(path, "cluster")[0], run(path, "here")[0]
    for name in ("results.csv", "results.parquet"):
        assert (far / name).read_bytes() == (near / name).read_bytes()


def test_a_scheduler_that_does_not_answer_is_said_soon(plan, run):
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"--scheduler: no Dask scheduler answers at tcp://127"):
        run(plan(), address="tcp://127.0.0.1:9")
    assert time.monotonic() - begun < 10
    with pytest.raises(InputError, match="--scheduler: no Dask scheduler answers at nowhere"):
        run(plan(), address="nowhere://here")
