"""Who does the packs of a batch: this process, processes of its own, or a cluster that runs."""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from hecon.batch.doing import OtherVersion, do_pack
from hecon.batch.jobs import Done, Pack
from hecon.batch.versions import code
from hecon.errors import Fault, InputError

if TYPE_CHECKING:
    from distributed import Client

OPTION = "--scheduler"
#: Seconds that a scheduler has to answer, and a lost one to come back.
ANSWERS, COMES_BACK = 5.0, 30.0
#: Workers that may die over one pack before it is given up.
DEATHS = 3

#: A pack with its figures, or with what became of it.
Finished = tuple[Pack, list[Done] | str]


def finished_packs(packs: Sequence[Pack], workers: int, address: str = "") -> Iterator[Finished]:
    """Packs as they are finished, in any order.

    Args:
        workers: Processes on this machine; one is this process itself.
        address: Of a Dask scheduler whose workers do them instead.

    Raises:
        InputError: If the scheduler does not answer, has no workers, or one has another version of
            hecon: its figures could differ in their last digits.
    """
    if not packs:
        return
    if not address and workers == 1:
        for pack in packs:
            yield pack, do_pack(pack.case.content, pack.scenarios, pack.drawing, code())
        return
    with ExitStack() as stack:
        client = stack.enter_context(_client(workers, address))
        _refuse_others(client, address)
        yield from _finished(client, packs, address)


@contextmanager
def _client(workers: int, address: str) -> Iterator[Client]:
    import dask

    # what it logs is for its programmers: what matters here is said in the batch's own words
    quiet = dict.fromkeys(("distributed", "distributed.client", "tornado"), "critical")
    with dask.config.set(
        {
            "logging": quiet,
            "distributed.scheduler.allowed-failures": DEATHS,
            "distributed.comm.timeouts.connect": ANSWERS,
        }
    ):
        from distributed import Client, LocalCluster

        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        with ExitStack() as stack:
            if not address:
                cluster = LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    dashboard_address=None,
                    memory_limit=0,
                    silence_logs=logging.CRITICAL,
                )
                client = Client(stack.enter_context(cluster))
            else:
                try:
                    client = Client(address, timeout=ANSWERS)
                except (OSError, ValueError, TimeoutError) as error:
                    text = f"no Dask scheduler answers at {address}: {error}"
                    raise InputError([Fault(OPTION, None, None, text)]) from None
            yield stack.enter_context(client)


def _refuse_others(client: Client, address: str) -> None:
    """Raise InputError if there is no worker, or one with another version."""
    try:
        client.wait_for_workers(1, timeout=ANSWERS)
    except (OSError, TimeoutError):
        text = f"the scheduler at {address} has no workers; start some"
        raise InputError([Fault(OPTION, None, None, text)]) from None
    found: dict[str, Any] = client.run(code, on_error="return")
    others = [
        Fault(OPTION, None, None, f"the worker {name} has {each}; needed is {code()}")
        for name, each in sorted(found.items())
        if each != code()
    ]
    if others:
        raise InputError(others)


def _finished(client: Client, packs: Sequence[Pack], address: str) -> Iterator[Finished]:
    # a case goes out once, as a task: a worker that dies with it does not take it along
    contents = {
        id(pack.case): client.submit(bytes, pack.case.content, pure=False) for pack in packs
    }
    ended: queue.SimpleQueue[Any] = queue.SimpleQueue()
    waiting = {}
    for pack in packs:
        future = client.submit(
            do_pack, contents[id(pack.case)], pack.scenarios, pack.drawing, code(), pure=False
        )
        waiting[future.key] = pack
        future.add_done_callback(ended.put)
    lost = 0.0
    while waiting:
        try:
            future = ended.get(timeout=1.0)
        except queue.Empty:
            now = time.monotonic()
            lost = 0.0 if client.status == "running" else lost or now
            if lost and now - lost > COMES_BACK:
                text = f"the scheduler {address} is gone; finished jobs are kept"
                raise InputError([Fault(OPTION, None, None, text)]) from None
            continue
        pack = waiting.pop(future.key)
        error = future.exception() if future.status == "error" else None
        if isinstance(error, OtherVersion):
            text = f"a worker that joined has {error}"
            raise InputError([Fault(OPTION, None, None, text)])
        if future.status == "finished":
            yield pack, future.result()
        else:
            yield pack, _what_happened(error)
        future.release()


def _what_happened(error: BaseException | None) -> str:
    if type(error).__name__ == "KilledWorker":
        return f"{DEATHS + 1} workers died over it (out of memory?)"
    return f"{type(error).__name__}: {error}" if error is not None else "its worker was lost"
