"""The command that runs a plan: many studies, countries and scenarios as one table."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import MOST_WORKERS, OutBoth, refuse_idle, said

if TYPE_CHECKING:
    from hecon.batch.cases import BatchFault
    from hecon.batch.run_batch import Batch
    from hecon.report.progress import ProgressBar

#: Seconds between two lines of progress where there is no terminal.
_PATIENCE = 10.0


def batch(
    context: typer.Context,
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="The plan, a TOML file.")],
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_WORKERS,
            help="Processes on this machine, without it one for each processor; no figure "
            "depends on it.",
        ),
    ] = None,
    scheduler: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="A Dask scheduler whose workers do the jobs, as tcp://host:port.",
            callback=said,
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the jobs and what is already there; do none.")
    ] = False,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write page and workbook.")
    ] = True,
    out: OutBoth = Path(),
) -> None:
    """Run studies x jurisdictions x scenarios as one batch, and write one tidy table.

    A plan holds one [[grid]] or several, each with studies, jurisdictions, perspectives,
    subgroups and scenarios ("all", "none" or a list), draws, seed, design and what it is
    without; docs/batch.md explains them.

    Writes DIR/outputs/PLAN_batch/ (results.csv and results.parquet, faults.csv, columns.csv that
    describes them), and DIR/reports/PLAN_batch.html and .xlsx: countries beside each other,
    scenarios as a matrix, and what differs between countries, one thing after another swapped.
    Finished jobs are kept in DIR/outputs/batches.sqlite: a batch that was stopped goes on where it
    was, and after a change of an input only what rests on it is done again. The exit code is 1 if
    a job could not be done; the others are.

    \b
    Examples
      hecon batch plan.toml
      hecon batch plan.toml --dry-run
      hecon batch plan.toml --workers 8 --out results
      hecon batch plan.toml --scheduler tcp://10.0.0.5:8786
    """  # noqa: D301
    with messages():
        if scheduler:
            refuse_idle(context, "the scheduler's workers do the jobs", "workers")
        from hecon.batch.run_batch import do_batch, read_batch
        from hecon.batch.store import STORE, Store
        from hecon.report.console import stdout
        from hecon.report.progress import ProgressBar

        to = stdout()
        with ProgressBar() as tell:
            tell("Reading the plan and its studies", 0, 1)
            found = read_batch(plan, Store(out / STORE))
        if dry_run:
            _list(found)
            return
        # after the listing, which would wait for the libraries of page and workbook
        from hecon.batch.batch_files import write_batch

        left, there = len(found.missing), len(found.there)
        to.print(f"{len(found.jobs):,} jobs, {there:,} of them there already, {left:,} to do.")
        with ProgressBar() as tell:
            counting = _Counting(tell)
            results, faults = do_batch(
                found, workers or os.cpu_count() or 1, scheduler, counting, _told
            )
            written = write_batch(found, results, faults, out, report=report, tell=tell)
        for what, path in (("Page", written.page), ("Workbook", written.book)):
            if path is not None:
                to.print(f"{what}: {path}", soft_wrap=True)
        to.print(f"Tables: {written.tables}", soft_wrap=True)
        if faults:
            to.print(
                f"{len(faults):,} fault{'s' * (len(faults) > 1)}: see faults.csv there.",
                style="bold yellow",
            )
            raise typer.Exit(1)


def _list(found: Batch) -> None:
    """Each case with its jobs and how many of them are there."""
    from hecon.report.console import stdout, table

    counted: dict[tuple[str, str], list[int]] = {}
    for job in found.jobs:
        drawing = job.drawing
        drawn = f"{drawing.draws:,} draws, seed {drawing.seed}" if drawing else "base values"
        row = counted.setdefault((job.case.title, drawn), [0, 0])
        row[0] += 1
        row[1] += job.key in found.there
    made = table("Study and jurisdiction", "Figures", "Jobs", "Already there", "To do", left=2)
    for (title, drawn), (jobs, there) in counted.items():
        made.add_row(title, drawn, f"{jobs:,}", f"{there:,}", f"{jobs - there:,}")
    to = stdout()
    to.print(made)
    for fault in found.faults:
        to.print(f"{fault.study} in {fault.jurisdiction}: {fault.message}", style="bold yellow")
    missing = len(found.missing)
    to.print(f"{len(found.jobs):,} jobs, {missing:,} to do.")


class _Counting:
    """A bar with the time left; where there is no terminal, a line now and then."""

    def __init__(self, tell: ProgressBar):
        self._tell, self._begun, self._said = tell, time.monotonic(), time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Jobs done, and jobs in all."""
        self._tell("Jobs", done, total)
        now = time.monotonic()
        if not self._tell.shown and now - self._said > _PATIENCE and done < total:
            self._said = now
            left = (now - self._begun) / done * (total - done)
            print(f"{done:,} of {total:,} jobs, about {left:.0f} s left", file=sys.stderr)


def _told(fault: BatchFault) -> None:
    where = " in ".join(part for part in (fault.study, fault.jurisdiction) if part)
    what = f", {fault.scenario}" if fault.scenario else ""
    print(f"{where}{what}: {fault.message}", file=sys.stderr)
