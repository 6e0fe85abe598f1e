"""What a batch leaves: its tables, all together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hecon.batch.batch import Batch, finished_jobs
from hecon.batch.cases import BatchFault
from hecon.batch.jobs import Done
from hecon.batch.table import faults_table, results_table, write_batch_tables
from hecon.report.names import file_name
from hecon.report.staging import publish, staging

#: Where finished jobs are kept, for all batches of a folder.
STORE = Path("outputs/batches.sqlite")


def write_batch(
    batch: Batch, results: dict[str, Done], faults: Sequence[BatchFault], out: Path
) -> Path:
    """Write `outputs/<plan>_batch/` below `out`, in place of an earlier one; gives the folder."""
    name = f"{file_name(batch.name)}_batch"
    target = out / "outputs" / name
    tables = [results_table(finished_jobs(batch.jobs, results), results)]
    if faults:
        tables.append(faults_table(faults))
    with staging(out) as staged:
        write_batch_tables(tables, staged / name)
        publish([(staged / name, target)], staged)
    return target
