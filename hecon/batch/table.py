"""The one table of a batch: a row a figure, with all that says what it is a figure of."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from hecon.batch.cases import BatchFault
from hecon.batch.jobs import Done, Job
from hecon.report.content import Column, Table, table
from hecon.report.numbers import Units
from hecon.report.table_files import write_tables
from hecon.studies.study import BASE

#: What each figure is counted in and what it means, in the order of the table.
FIGURES: Mapping[str, tuple[str, str]] = {
    "cost": ("{currency}", "discounted cost of a strategy"),
    "qaly": ("QALYs", "discounted QALYs of a strategy"),
    "life_years": ("life-years", "discounted life-years of a strategy"),
    "cost_difference": ("{currency}", "incremental cost"),
    "qaly_difference": ("QALYs", "incremental QALYs"),
    "icer": ("{currency} per QALY", "incremental cost-effectiveness ratio; of means where drawn"),
    "saving": ("{currency} per QALY", "saved per QALY forgone, where both are less"),
    "shortfall": ("QALYs", "absolute shortfall under the comparator"),
    "weight": ("factor", "severity weight on the threshold"),
    "threshold": ("{currency} per QALY", "what a QALY may cost"),
    "nmb": ("{currency}", "incremental net monetary benefit at a value of a QALY"),
    "probability": ("share", "share of draws in which that net benefit is above 0"),
}

_FIGURES = "; ".join(f"{name}: {meaning}" for name, (_, meaning) in FIGURES.items())
_CASE = (
    Column("study", "Study", "name", meaning="the study's name"),
    Column("jurisdiction", "Jurisdiction", "name", meaning="the jurisdiction's name"),
    Column(
        "perspective", "Perspective", "name", meaning="whose costs count; blank: the country's own"
    ),
    Column("scenario", "Scenario", "label", meaning=f"'{BASE}', or a scenario of the study"),
    Column("subgroup", "Subgroup", "label", meaning="blank: everybody"),
)
_DRAWS = (
    Column("draws", "Draws", "count", meaning="0: from the base values of all inputs"),
    Column("seed", "Seed", "year", meaning="of the draws"),
    Column("design", "Design", "name", meaning="how the draws are spread"),
)
RESULTS = (
    *_CASE,
    Column("of", "Of", "name", meaning="a strategy, or a comparison written 'A v B'"),
    Column("figure", "Figure", "label", meaning=_FIGURES),
    Column("at", "Value of a QALY", "number", meaning="what nmb and probability are counted at"),
    Column("value", "Value", "number", meaning="blank where the figure has none: see words"),
    Column("unit", "Unit", "label", meaning="what the value is counted in"),
    Column("currency", "Currency", "name", meaning="of the jurisdiction"),
    Column("price_year", "Price year", "name", meaning="year whose prices amounts are in"),
    Column("standard_error", "Standard error", "number", meaning="Monte Carlo; blank if not drawn"),
    Column("words", "In words", "label", meaning="what the differences mean, beside their ratio"),
    Column("grade", "Grade", "label", meaning="of the study, if it is no basis for a decision"),
    Column("status", "Weakest status", "status", meaning="weakest status of an input in use"),
    *_DRAWS,
    Column("inputs", "Inputs", "name", meaning="SHA-256 of all inputs that the figure rests on"),
)
FAULTS = (
    *_CASE,
    Column("draws", "Draws", "count"),
    Column("seed", "Seed", "year"),
    Column("message", "What is wrong"),
)


def results_table(jobs: Sequence[Job], done: Mapping[str, Done]) -> Table:
    """Every figure of every finished job, jobs in the order given.

    Args:
        done: By the key of the job.
    """
    rows = []
    for job in jobs:
        case, drawing = job.case, job.drawing
        before = (case.study, case.jurisdiction, case.perspective, job.scenario, case.subgroup)
        drawn = (drawing.draws, drawing.seed, drawing.method) if drawing else (0, 0, "")
        after = (case.grade, job.status, *drawn, job.inputs)
        for figure in done[job.key].figures:
            unit = FIGURES[figure.name][0].format(currency=case.currency)
            what = (
                figure.of,
                figure.name,
                figure.at,
                figure.value,
                unit,
                case.currency,
                case.price_year,
            )
            rows.append((*before, *what, figure.error, figure.words, *after))
    frame = pd.DataFrame(rows, columns=[c.key for c in RESULTS])
    keys = [c.key for c in (*_CASE, *_DRAWS)]
    return table("results", "All results", RESULTS, frame, (*keys, "of", "figure", "at"))


def faults_table(faults: Sequence[BatchFault]) -> Table:
    """Jobs that could not be done, and why."""
    keys = [c.key for c in FAULTS]
    rows = sorted(tuple(getattr(fault, key) for key in keys) for fault in faults)
    frame = pd.DataFrame(rows, columns=keys)
    return table("faults", "Jobs that could not be done", FAULTS, frame, keys[:-1])


def write_batch_tables(tables: Sequence[Table], folder: Path) -> None:
    """CSV with `columns.csv` beside it, and the first table, of all results, as Parquet, too."""
    write_tables(tables, Units(), folder)
    first = tables[0]
    texts = [c.key for c in first.columns if c.kind in ("name", "label", "text", "status")]
    frame = first.frame.astype(dict.fromkeys(texts, "str"))
    found = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    parquet.write_table(found, folder / f"{first.name}.parquet")
