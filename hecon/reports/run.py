"""All files of a run, written together: tables, outcomes, record, figures, page and workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hecon.analyses.results import Progress, Results
from hecon.errors import HeconError
from hecon.reports.evidence import evidence_extras, evidence_tables
from hecon.reports.figures.book import figure_book
from hecon.reports.figures.material import material
from hecon.reports.figures.picture import write_pictures
from hecon.reports.files import write_csv
from hecon.reports.html.page import write_page
from hecon.reports.names import run_name
from hecon.reports.record import write_outputs
from hecon.reports.staging import publish, staging
from hecon.reports.workbook.book import write_workbook

if TYPE_CHECKING:
    from hecon.analyses.further import Further


@dataclass(frozen=True)
class Written:
    """Where a run's files are.

    Attributes
    ----------
    report
        The workbook; None if the study does not fit into one.
    problems
        What is wrong with the workbook, in words: a disagreement with Python, or why there is none.
    """

    outputs: Path
    report: Path | None
    page: Path
    problems: tuple[str, ...] = ()


def write_run(
    results: Results,
    out: Path,
    progress: Progress | None = None,
    *,
    further: Further | None = None,
    suffix: str = "",
    verification: pd.DataFrame | None = None,
    extra: Callable[[Path], None] | None = None,
    keeps_inputs: bool = False,
) -> Written:
    """Write `outputs/<run>/`, `reports/<run>.xlsx` and `.html` below `out`, or nothing at all.

    A study that does not fit into a workbook gets all else; an earlier workbook is then removed.
    `further` is shown and written where it is given; `suffix` is added to the run's name;
    `verification` goes into workbook and page and is written as a table; `extra` may add files to
    the run's outputs, the inputs among them if it `keeps_inputs`.
    """
    tell = progress or (lambda what, done, total: None)
    name = run_name(results.study) + suffix
    reports = out / "reports"
    written = Written(out / "outputs" / name, None, reports / f"{name}.html")
    workbook = reports / f"{name}.xlsx"
    with staging(out) as folder:
        tell("Tables", 0, 1)
        outputs = folder / name
        write_outputs(results, outputs, further)
        if verification is not None:
            write_csv(verification, outputs / "verification.csv")
        if extra is not None:
            extra(outputs)
        evidence = evidence_tables(results)
        people = results.population.effective() if results.population else None
        shown = replace(
            evidence_extras(results, evidence),
            verification=verification,
            people=people,
            further=further,
        )
        found = material(results, shown)
        pictures = figure_book(found, lambda done, total: tell("Figures", done, total))
        write_pictures(pictures, outputs / "figures")
        page = folder / f"{name}.html"
        write_page(found, pictures, page)
        tell("Workbook", 0, 1)
        report = folder / f"{name}.xlsx"
        inputs = f"outputs/{name}/inputs" if keeps_inputs else ""
        moves = [(outputs, written.outputs), (page, written.page)]
        try:
            failed = write_workbook(results, report, verification, inputs, evidence, further)
        except HeconError as error:
            why = f"there is no workbook: {error}; tables and page were written"
            written = replace(written, problems=(why,))
        else:
            moves.append((report, workbook))
            told = tuple(f"the workbook's check does not hold: {label}" for label in failed)
            written = replace(written, report=workbook, problems=told)
        publish(moves, folder)
        if written.report is None:
            # one of an earlier run would stand beside figures that are not its own
            workbook.unlink(missing_ok=True)
    return written
