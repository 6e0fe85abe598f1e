"""Outcomes of a run as files: every draw, datasets of base case and draws, the trace."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import xarray as xr
from pyarrow import csv

from hecon.analyses.base_case import base_outcomes
from hecon.analyses.comparison import totals
from hecon.analyses.drawn import drawn_design, drawn_outcomes, drawn_table
from hecon.analyses.exports import spreadsheet_safe
from hecon.analyses.flows import base_flows, base_trace
from hecon.analyses.run import Run
from hecon.lean import without
from hecon.report.content import Column, Kind, Table, table
from hecon.report.record import run_record
from hecon.report.things_called import labeller
from hecon.report.vocabulary import STRATEGY
from hecon.studies.study import Study

_CYCLE = Column("cycle", "Cycle", "count", meaning="number of the cycle; 0 is the start")
_YEAR = Column("year", "Year", "years", meaning="time since the start at the end of the cycle")
TRACE = (
    STRATEGY,
    _CYCLE,
    _YEAR,
    Column("state", "State", "label"),
    Column("share", "Share", "share", meaning="share of the cohort in the state"),
)
FLOWS = (
    STRATEGY,
    _CYCLE,
    _YEAR,
    Column("kind", "Kind", "label", meaning="cost, qaly, life_years or course (a quantity used)"),
    Column("item", "Item", "label", meaning="cost item, source of effects, or quantity"),
    Column("amount", "Amount", "number", meaning="discounted; empty for quantities"),
    Column("amount_undiscounted", "Amount, undiscounted", "number"),
    Column("unit", "Unit", "text", meaning="unit of both amounts"),
)

#: Outcomes of a draw, and what kind of figure they are.
OUTCOMES: Mapping[str, Kind] = {"cost": "money", "qaly": "effect"}
#: Draws written at a time.
_BLOCK = 50_000


def write_outcomes(run: Run, folder: Path) -> None:
    """Write base case and draws: `draws.csv`, `base_outcomes.nc`, `draw_outcomes.nc`."""
    folder.mkdir(parents=True, exist_ok=True)
    record = run_record(run)
    del record["command"]  # the same figures, from whatever folder it was started
    write_netcdf(run.study, run(base_outcomes), record, folder / "base_outcomes.nc")
    if run.get(drawn_design) is not None:
        _write_draws(run, folder / "draws.csv")
        write_netcdf(run.study, run(drawn_outcomes), record, folder / "draw_outcomes.nc")


def cycle_tables(run: Run) -> list[Table]:
    """The base case by cycle, for files: ``trace`` and ``flows``."""
    return [
        table(
            "trace",
            "Who is in which state at each boundary between cycles, base case",
            TRACE,
            trace_frame(run),
            ("strategy", "cycle", "state"),
            shown=False,
        ),
        table(
            "flows",
            "What each cycle adds per person, base case",
            FLOWS,
            flows_frame(run),
            ("strategy", "cycle", "kind", "item"),
            shown=False,
        ),
    ]


def trace_frame(run: Run) -> pd.DataFrame:
    """Who is in which state in the base case: ``strategy, cycle, year, state, share``."""
    share = run(base_trace)["share"].isel(draw=0)
    return share.to_dataframe(name="share").reset_index()


def flows_frame(run: Run) -> pd.DataFrame:
    """What each cycle of the base case adds, per person: a row a cycle and item.

    Returns:
        The columns of `FLOWS`: costs, effects, life-years, and quantities of the course, which
        nobody discounts. Cycle 0 is the start.
    """
    found = run(base_flows).isel(draw=0, drop=True)
    place = run.study.jurisdiction.definition
    quantities = (
        {}
        if run.study.course is None
        else {entry.name: entry.unit for entry, _ in run.study.course.quantities}
    )
    parts = []
    for kind, dim, unit in (
        ("cost", "item", f"{place.currency} {place.price_year}"),
        ("qaly", "source", run.study.definition.effect.name),
        ("life_years", "", "year"),
        ("course", "quantity", quantities),
    ):
        names = {"amount": kind, "amount_undiscounted": f"{kind}_undiscounted"}
        known = {key: found[name] for key, name in names.items() if name in found}
        part = xr.Dataset(known if kind != "course" else {"amount_undiscounted": found[kind]})
        frame = part.to_dataframe().reset_index().rename(columns={dim: "item"})
        frame = frame.assign(kind=kind, **({} if dim else {"item": ""}))
        parts.append(frame.assign(unit=unit if isinstance(unit, str) else frame["item"].map(unit)))
    return pd.concat(parts, ignore_index=True)


def draws_table(run: Run, first: int = 0, last: int | None = None) -> pd.DataFrame:
    """Draws from `first` to before `last`: uncertain inputs, then cost and effect by strategy.

    Draws are counted from 0 here and from 1 in the table.
    """
    drawn = run(drawn_table)
    last = drawn.draws if last is None else min(last, drawn.draws)
    columns = {name: values[first:last] for name, values in drawn.parameters.items()}
    some = run(drawn_outcomes).isel(draw=slice(first, last))
    for name, values in zip(("cost", "qaly"), totals(some), strict=True):
        columns |= {
            f"{name} {s}": values.sel(strategy=s).values for s in run.study.model.strategies
        }
    frame = pd.DataFrame(columns)
    frame.insert(0, "draw", np.arange(first + 1, last + 1))
    return frame


def draws_described(run: Run) -> Table:
    """The columns of `draws.csv`, without its rows."""
    label = labeller(run.study)
    columns = [Column("draw", "Draw", "count", meaning="number of the draw, from 1")]
    for name in draws_table(run, 0, 1).columns[1:]:
        kind, _, strategy = str(name).partition(" ")
        if kind in OUTCOMES and strategy in run.study.model.strategies:
            columns.append(Column(str(name), str(name), OUTCOMES[kind], meaning="per person"))
        else:
            columns.append(Column(str(name), str(name), "number", meaning=label(str(name))))
    frame = pd.DataFrame(columns=[c.key for c in columns])
    return table("draws", "Every draw: inputs, then outcomes", columns, frame, ("draw",))


def _write_draws(run: Run, path: Path) -> None:
    """Write the one large table, block by block; Arrow takes a tenth of the time of pandas."""
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("wb") as file:
        for first in range(0, run.settings.draws, _BLOCK):
            frame = draws_table(run, first, first + _BLOCK)
            if first == 0:
                header = spreadsheet_safe(frame.iloc[:0])
                file.write(header.to_csv(index=False, lineterminator="\n").encode())
            csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), file, options)


def write_netcdf(
    study: Study, dataset: xr.Dataset, record: Mapping[str, object], path: Path
) -> None:
    """Write outcomes with units and their record; NetCDF 3, which carries no clock.

    Names are text in UTF-8: ``xarray.open_dataset(path).sel(strategy=...)`` takes them as they are.
    """
    place = study.jurisdiction.definition
    units = {"cost": f"{place.currency} {place.price_year}", "qaly": study.definition.effect.name}
    units["life_years"] = "year"
    attrs = {k: v if isinstance(v, (str, int)) else json.dumps(v) for k, v in record.items()}
    encoded = dataset.assign_attrs(attrs)
    for name in encoded.data_vars:
        kind, undiscounted, _ = str(name).partition("_undiscounted")
        words = f"{kind.replace('_', '-')}, {undiscounted[1:] or 'discounted'}"
        encoded[name] = encoded[name].assign_attrs(units=units[kind], long_name=words)
    for name, values in encoded.coords.items():
        if values.dtype.kind not in "fi":
            encoded = encoded.assign_coords({name: values.values.astype(str)})
    with without("dask"):  # which would be asked who may write at the same time
        encoded.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
