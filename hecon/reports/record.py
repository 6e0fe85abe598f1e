"""Outputs on disk: tables as CSV, outcomes as NetCDF, and a record of how they came about."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import xarray as xr
from pyarrow import csv

from hecon import __version__
from hecon.analyses.comparison import totals
from hecon.analyses.exports import spreadsheet_safe
from hecon.analyses.results import Results
from hecon.reports.files import write_csv
from hecon.studies.study import Study

if TYPE_CHECKING:
    from hecon.analyses.further import Further

RECORD = "record.json"

#: Draws that are made a table at a time.
_BLOCK = 20_000

LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "xarray",
    "openpyxl",
    "formualizer",
    "matplotlib",
    "jinja2",
)


def study_record(study: Study) -> dict[str, object]:
    """Versions and the SHA-256 of each input; no clock, so that runs can be compared."""
    return {
        "study": study.name,
        "jurisdiction": study.jurisdiction.definition.name,
        "hecon": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "inputs": study.input_hashes(),
    }


def run_record(results: Results) -> dict[str, object]:
    """The record of a whole run: of its study, its draws and its rule of counting."""
    design = results.probabilistic.design
    return study_record(results.study) | {
        "draws": design.draws,
        "seed": design.seed,
        "design": design.method,
        "counting": results.study.model.counting,
    }


def write_record(record: Mapping[str, object], folder: Path) -> Path:
    """Write a record as ``record.json``."""
    path = folder / RECORD
    text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def result_tables(results: Results, further: Further | None = None) -> dict[str, pd.DataFrame]:
    """The tables of a run by name, as they are written and as they are compared again.

    A table without rows is left out.
    """
    share = results.trace["share"].isel(draw=0)
    trace = share.to_dataframe(name="share").reset_index()[["strategy", "cycle", "state", "share"]]
    found = results.probabilistic.decision
    acceptability = pd.DataFrame({"threshold": found["threshold"].values})
    for strategy in found["strategy"].values:
        chosen = found.sel(strategy=strategy)
        acceptability[f"probability_best {strategy}"] = chosen["probability_best"].values
        acceptability[f"nmb {strategy}"] = chosen["nmb"].values
    for name in ("best", "probability_frontier", "evpi"):
        acceptability[name] = found[name].values
    psa = results.probabilistic
    tables = {
        "base_case": _by_item(results),
        "comparison": results.base_table,
        "frontier": results.frontier,
        "courses": results.course,
        "trace": trace,
        "scenarios": results.scenarios,
        "one_way": results.one_way,
    }
    if psa.design.varying:
        tables |= {
            "probabilistic": psa.table,
            "acceptability": acceptability,
            "partial_information": psa.evppi,
        }
    tables |= {
        "partial_information_groups": psa.evppi_groups,
        "draws_needed": psa.draws_needed if psa.design.varying else pd.DataFrame(),
        "price": results.price,
        "population": _population(results),
        **(further.tables() if further else {}),
    }
    return {name: frame for name, frame in tables.items() if len(frame)}


def _population(results: Results) -> pd.DataFrame:
    """Whom the decision concerns, and what perfect information is worth to all of them."""
    people, psa = results.population, results.probabilistic
    if people is None:
        return pd.DataFrame()
    row = {
        "eligible_per_year": people.annual,
        "years": people.years,
        "discount": people.discount,
        "people": people.effective(),
        "evpi": psa.evpi,
        "evpi_error": float(psa.decision["evpi_error"].sel(threshold=results.threshold)),
        "population_evpi": results.population_evpi,
    }
    return pd.DataFrame([row])


def _by_item(results: Results) -> pd.DataFrame:
    rows = []
    for strategy in results.study.model.strategies:
        chosen = results.base.sel(strategy=strategy).isel(draw=0)
        for suffix, discounted in (("", "yes"), ("_undiscounted", "no")):
            for kind, dim in (("cost", "item"), ("qaly", "source")):
                values = chosen[kind + suffix]
                rows += [
                    (strategy, kind, str(item), discounted, float(values.sel({dim: item})))
                    for item in values[dim].values
                ]
                rows.append((strategy, kind, "total", discounted, float(values.sum())))
            alive = float(chosen["life_years" + suffix])
            rows.append((strategy, "life_years", "total", discounted, alive))
    return pd.DataFrame(rows, columns=["strategy", "kind", "item", "discounted", "value"])


def draws_table(results: Results, first: int = 0, last: int | None = None) -> pd.DataFrame:
    """Draws from `first` to before `last`: uncertain parameters, then cost and QALYs by strategy.

    Draws are counted from 0 here and from 1 in the table.
    """
    design = results.probabilistic.design
    last = design.draws if last is None else min(last, design.draws)
    parameters = {design.parameters[k].text: v for k, v in design.block(first, last).items()}
    some = results.probabilistic.outcomes.isel(draw=slice(first, last))
    cost, qaly = totals(some)
    strategies = results.study.model.strategies
    columns = {
        **parameters,
        **{f"cost {s}": cost.sel(strategy=s).values for s in strategies},
        **{f"qaly {s}": qaly.sel(strategy=s).values for s in strategies},
    }
    table = pd.DataFrame(columns)
    table.insert(0, "draw", np.arange(first + 1, last + 1))
    return table


def write_outputs(results: Results, folder: Path, further: Further | None = None) -> list[Path]:
    """Write tables, draws, outcomes and record into a folder; the same run gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in result_tables(results, further).items():
        path = folder / f"{name}.csv"
        write_csv(table, path)
        written.append(path)
    written.append(_write_draws(results, folder / "draws.csv"))
    record = run_record(results)
    for name, dataset in (
        ("base_outcomes", results.base),
        ("draw_outcomes", results.probabilistic.outcomes),
    ):
        path = folder / f"{name}.nc"
        write_netcdf(results.study, dataset, record, path)
        written.append(path)
    return [*written, write_record(record, folder)]


def _write_draws(results: Results, path: Path) -> Path:
    """Write the one large table, block by block; Arrow takes a tenth of the time of pandas."""
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("wb") as file:
        for first in range(0, results.probabilistic.design.draws, _BLOCK):
            table = draws_table(results, first, first + _BLOCK)
            if first == 0:
                header = spreadsheet_safe(table.iloc[:0])
                file.write(header.to_csv(index=False, lineterminator="\n").encode())
            csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), file, options)
    return path


def write_netcdf(
    study: Study, dataset: xr.Dataset, record: Mapping[str, object], path: Path
) -> None:
    """Write outcomes with units and their record; NetCDF 3, which carries no clock.

    Names are text in UTF-8: ``xarray.open_dataset(path).sel(strategy=...)`` takes them as they are.
    """
    place = study.jurisdiction.definition
    units = {"cost": f"{place.currency} {place.price_year}", "qaly": "QALY", "life_years": "year"}
    attrs = {k: v if isinstance(v, (str, int)) else json.dumps(v) for k, v in record.items()}
    encoded = dataset.assign_attrs(attrs)
    for name in encoded.data_vars:
        kind, undiscounted, _ = str(name).partition("_undiscounted")
        words = f"{kind.replace('_', '-')}, {undiscounted[1:] or 'discounted'}"
        encoded[name] = encoded[name].assign_attrs(units=units[kind], long_name=words)
    for name, values in encoded.coords.items():
        if values.dtype.kind not in "fi":
            encoded = encoded.assign_coords({name: values.values.astype(str)})
    encoded.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
