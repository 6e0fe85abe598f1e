"""A batch from its plan to its files: what the store has is kept, what is missing is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hecon.batch.cases import BatchFault, Cases, SentStudy
from hecon.batch.jobs import Done, Job, packed
from hecon.batch.plan import planned_jobs
from hecon.batch.store import Store

#: Told the jobs done and the jobs in all.
Counting = Callable[[int, int], None]
#: Told a fault when it comes.
Telling = Callable[[BatchFault], None]


@dataclass(frozen=True)
class Batch:
    """The jobs of a plan, and which of them a store has."""

    name: str
    jobs: list[Job]
    cases: tuple[SentStudy, ...]  #: In the order of the plan.
    faults: tuple[BatchFault, ...]  #: Studies that could not be read in a jurisdiction.
    store: Store
    there: frozenset[str]

    @property
    def missing(self) -> list[Job]:
        """Jobs that are still to be done."""
        return [job for job in self.jobs if job.key not in self.there]


def read_batch(plan: Path, store: Store) -> Batch:
    """Read a plan, its studies and what is there of it; raises InputError with every fault."""
    cases = Cases()
    jobs = planned_jobs(plan, cases)
    there = store.known(job.key for job in jobs)
    return Batch(plan.stem, jobs, cases.read, tuple(cases.faults), store, frozenset(there))


def do_batch(
    batch: Batch, workers: int, address: str, counting: Counting, telling: Telling
) -> tuple[dict[str, Done], list[BatchFault]]:
    """Do what is missing, and give all figures by key, with the faults.

    Each pack is in the store before it is counted. A fault of a model is kept like figures: the
    same inputs have it again. What a machine is to blame for is tried again by the next call.
    """
    # what only looks does without the libraries of analyses
    from hecon.batch.scheduler import finished_packs

    faults = list(batch.faults)
    for fault in faults:
        telling(fault)
    missing = batch.missing
    done, total = 0, len(missing)
    for pack, found in finished_packs(packed(missing), workers, address):
        if isinstance(found, str):
            lost = [_fault(job, found) for job in pack.jobs]
            faults += lost
            telling(lost[0])
        else:
            batch.store.put({job.key: each for job, each in zip(pack.jobs, found, strict=True)})
            for job, each in zip(pack.jobs, found, strict=True):
                if each.fault:
                    telling(_fault(job, each.fault))
        done += len(pack.scenarios)
        counting(done, total)
    results = batch.store.get(job.key for job in batch.jobs)
    faults += [
        _fault(job, results[job.key].fault)
        for job in batch.jobs
        if job.key in results and results[job.key].fault
    ]
    return results, faults


def finished_jobs(jobs: Sequence[Job], results: dict[str, Done]) -> list[Job]:
    """Jobs that have figures."""
    return [job for job in jobs if job.key in results and not results[job.key].fault]


def _fault(job: Job, message: str) -> BatchFault:
    case, drawing = job.case, job.drawing
    return BatchFault(
        case.study,
        case.jurisdiction,
        message,
        job.scenario,
        drawing.draws if drawing else 0,
        drawing.seed if drawing else 0,
        case.perspective,
        case.subgroup,
    )
