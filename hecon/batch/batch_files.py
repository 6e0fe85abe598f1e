"""What a batch leaves: tables, page and workbook, all together or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hecon.batch.batch_book import write_batch_book
from hecon.batch.cases import BatchFault
from hecon.batch.jobs import Done
from hecon.batch.overview import (
    between_countries,
    compared_results,
    overview,
    stated_results,
)
from hecon.batch.run_batch import Batch, finished_jobs
from hecon.batch.table import faults_table, results_table, write_batch_tables
from hecon.report.content import Section
from hecon.report.names import file_name
from hecon.report.numbers import Units
from hecon.report.page import Header, rendered
from hecon.report.staging import publish, staging
from hecon.report.words import listed


@dataclass(frozen=True)
class BatchFiles:
    """Where a batch's tables, page and workbook are; the last two are None if there is none."""

    tables: Path
    page: Path | None = None
    book: Path | None = None


def write_batch(
    batch: Batch,
    results: dict[str, Done],
    faults: Sequence[BatchFault],
    out: Path,
    *,
    report: bool = True,
    tell: Callable[[str, int, int], None] = lambda *_: None,
) -> BatchFiles:
    """Write `outputs/<plan>_batch/`, and page and workbook in `reports/`, or nothing at all.

    Args:
        report: Whether page and workbook are written.
    """
    name = f"{file_name(batch.name)}_batch"
    target = BatchFiles(out / "outputs" / name)
    done = finished_jobs(batch.jobs, results)
    whole = results_table(done, results)
    failed = faults_table(faults) if faults else None
    sections: list[Section] = []
    if report and done:
        used = {id(job.case) for job in done}
        cases = [case for case in batch.cases if id(case) in used]
        titles = {(c.study, s): rests.title for c in cases for s, rests in c.scenarios.items()}
        between = between_countries(cases, lambda at, of: tell("What differs, and why", at, of))
        unjudged = {c.jurisdiction for c in cases if not c.judges}
        compared = compared_results(whole.frame, titles, unjudged)
        sections = overview(compared, stated_results(whole.frame, unjudged), between, failed)
    with staging(out) as staged:
        tell("Tables", 0, 1)
        shown = [t for section in sections for t in section.tables if t is not failed]
        write_batch_tables([whole, *([failed] if failed else []), *shown], staged / name)
        moves = [(staged / name, target.tables)]
        if sections:
            tell("Page and workbook", 0, 1)
            page, book = staged / f"{name}.html", staged / f"{name}.xlsx"
            page.write_text(_page(batch, sections), "utf-8", newline="\n")
            write_batch_book(sections, Units(), book)
            reports = out / "reports"
            target = BatchFiles(target.tables, reports / page.name, reports / book.name)
            moves += [(page, reports / page.name), (book, reports / book.name)]
        publish(moves, staged)
    return target


def _page(batch: Batch, sections: Sequence[Section]) -> str:
    places = list(dict.fromkeys(case.jurisdiction for case in batch.cases))
    studies = list(dict.fromkeys(case.study for case in batch.cases))
    about = f"{len(batch.jobs):,} jobs of {listed(studies)} in {listed(places)}."
    header = Header(
        "Batch of health economic evaluations", batch.name, "", about, "", "results.csv holds all."
    )
    return rendered(header, sections, {}, Units(), filters=True)
