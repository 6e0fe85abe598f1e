"""Outputs on disk: tables as CSV, outcomes as NetCDF, and a record of how they came about."""

from __future__ import annotations

import json
import platform
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
from hecon.analyses.results import Results
from hecon.reports.files import write_csv

if TYPE_CHECKING:
    from hecon.analyses.further import Further

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


def run_record(results: Results) -> dict[str, object]:
    """Versions, seed, design and the SHA-256 of each input; no clock, so runs can be compared."""
    study = results.study
    design = results.probabilistic.design
    return {
        "study": study.name,
        "jurisdiction": study.jurisdiction.definition.name,
        "hecon": __version__,
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "draws": design.draws,
        "seed": design.seed,
        "design": design.method,
        "counting": study.model.counting,
        "inputs": study.input_hashes(),
    }


def result_tables(results: Results, further: Further | None = None) -> dict[str, pd.DataFrame]:
    """The tables of a run by name, as they are written and as they are compared again.

    Those that only some studies have are left out where there is nothing in them.
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
    some = {
        "partial_information_groups": psa.evppi_groups,
        "draws_needed": psa.draws_needed if psa.design.varying else pd.DataFrame(),
        "price": results.price,
        "population": _population(results),
        **(further.tables() if further else {}),
    }
    return tables | {name: frame for name, frame in some.items() if len(frame)}


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


def draws_table(results: Results, most: int | None = None) -> pd.DataFrame:
    """Every draw, or the first: the uncertain parameters, then cost and QALYs by strategy."""
    design = results.probabilistic.design
    draws = design.draws if most is None else min(most, design.draws)
    parameters = {design.parameters[k].text: v for k, v in design.block(0, draws).items()}
    cost, qaly = totals(results.probabilistic.outcomes.isel(draw=slice(0, draws)))
    strategies = results.study.model.strategies
    columns = {
        **parameters,
        **{f"cost {s}": cost.sel(strategy=s).values for s in strategies},
        **{f"qaly {s}": qaly.sel(strategy=s).values for s in strategies},
    }
    table = pd.DataFrame(columns)
    table.insert(0, "draw", np.arange(1, draws + 1))
    return table


def write_outputs(results: Results, folder: Path, further: Further | None = None) -> list[Path]:
    """Write tables, draws, outcomes and record into a folder; the same run gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in result_tables(results, further).items():
        path = folder / f"{name}.csv"
        write_csv(table, path)
        written.append(path)
    written.append(_write_draws(draws_table(results), folder / "draws.csv"))
    record = run_record(results)
    for name, dataset in (
        ("base_outcomes", results.base),
        ("draw_outcomes", results.probabilistic.outcomes),
    ):
        path = folder / f"{name}.nc"
        write_netcdf(dataset, record, path)
        written.append(path)
    path = folder / "record.json"
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return [*written, path]


def _write_draws(table: pd.DataFrame, path: Path) -> Path:
    """Write the one large table; Arrow takes a tenth of the time that pandas does."""
    header = table.iloc[:0].to_csv(index=False, lineterminator="\n")
    options = csv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("wb") as file:
        file.write(header.encode())
        csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), file, options)
    return path


def write_netcdf(dataset: xr.Dataset, record: dict[str, object], path: Path) -> None:
    """Write a dataset with its record; NetCDF 3, which carries no clock."""
    attrs = {k: v if isinstance(v, (str, int)) else json.dumps(v) for k, v in record.items()}
    encoded = dataset.assign_attrs(attrs)
    for name, values in encoded.coords.items():
        if values.dtype.kind not in "fi":
            encoded = encoded.assign_coords({name: values.values.astype(str).astype("S")})
    encoded.to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
