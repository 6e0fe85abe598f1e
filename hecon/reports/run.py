"""All files of a run, written together: tables, outcomes, record, figures, page and workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from hecon.analyses.results import Progress, Results
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
    """Where a run's files are."""

    outputs: Path
    report: Path
    page: Path


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

    `further` is shown and written where it is given; `suffix` is added to the run's name;
    `verification` goes into workbook and page and is written as a table; `extra` may add files to
    the run's outputs, the inputs among them if it `keeps_inputs`.
    """
    tell = progress or (lambda what, done, total: None)
    name = run_name(results.study) + suffix
    reports = out / "reports"
    written = Written(out / "outputs" / name, reports / f"{name}.xlsx", reports / f"{name}.html")
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
        write_workbook(results, report, verification, inputs, evidence, further)
        moves = [(outputs, written.outputs), (report, written.report), (page, written.page)]
        publish(moves, folder)
    return written
