"""All files of a run, written together: tables, outcomes, record and workbook."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hecon.analyses.results import Progress, Results
from hecon.reports.record import write_outputs
from hecon.reports.staging import publish, staging
from hecon.reports.workbook.book import write_workbook
from hecon.studies.study import Study


@dataclass(frozen=True)
class Written:
    """Where a run's files are."""

    outputs: Path
    report: Path


def run_name(study: Study) -> str:
    """The name of a run's files: study and jurisdiction."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", f"{study.name}_{study.jurisdiction.definition.name}")


def write_run(
    results: Results,
    out: Path,
    progress: Progress | None = None,
    *,
    suffix: str = "",
    verification: pd.DataFrame | None = None,
    extra: Callable[[Path], None] | None = None,
    keeps_inputs: bool = False,
) -> Written:
    """Write `outputs/<run>/` and `reports/<run>.xlsx` below `out`, or nothing at all.

    `suffix` is added to the run's name; `verification` goes into the workbook and is written
    as a table; `extra` may add files to the run's outputs, the inputs among them if it
    `keeps_inputs`.
    """
    name = run_name(results.study) + suffix
    written = Written(out / "outputs" / name, out / "reports" / f"{name}.xlsx")
    with staging(out) as folder:
        if progress is not None:
            progress("Tables", 0, 1)
        outputs = folder / name
        write_outputs(results, outputs)
        if verification is not None:
            path = outputs / "verification.csv"
            verification.to_csv(path, index=False, lineterminator="\n")
        if extra is not None:
            extra(outputs)
        if progress is not None:
            progress("Workbook", 0, 1)
        report = folder / f"{name}.xlsx"
        inputs = f"outputs/{name}/inputs" if keeps_inputs else ""
        write_workbook(results, report, verification, inputs)
        publish([(outputs, written.outputs), (report, written.report)], folder)
    return written
