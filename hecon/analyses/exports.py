"""Draws as files that BCEA, dampack and voi read without editing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hecon.analyses.draws_table import DrawsTable, checked_thresholds

Array = NDArray[np.float64]

_READ = """\
# Reads the draws for {package}. Run in this folder.
costs <- read.csv("costs.csv", check.names = FALSE)
effects <- read.csv("effects.csv", check.names = FALSE)
parameters <- read.csv("parameters.csv", check.names = FALSE)
thresholds <- scan("thresholds.csv", skip = 1, quiet = TRUE)
strategies <- names(costs)
"""
_CALLS = {
    "bcea": """\
library(BCEA)
he <- bcea(as.matrix(effects), as.matrix(costs), ref = 1, interventions = strategies,
           k = thresholds)
""",
    "dampack": """\
library(dampack)
psa <- make_psa_obj(cost = costs, effectiveness = effects, parameters = parameters,
                    strategies = strategies, currency = "{currency}")
""",
    "voi": """\
library(voi)
outputs <- list(c = costs, e = effects, k = thresholds)
inputs <- parameters
""",
}


def r_name(name: str) -> str:
    """A name that R takes in a formula: letters, digits, dots and underscores."""
    plain = re.sub(r"[^A-Za-z0-9_.]+", "_", name).strip("_")
    return plain if re.match(r"[A-Za-z]", plain) else f"p_{plain}"


def _unique(names: Sequence[str]) -> list[str]:
    """Names for R, with a number added where two have become the same."""
    result: list[str] = []
    for name in names:
        plain, number = r_name(name), 2
        while plain in result:
            plain, number = f"{r_name(name)}_{number}", number + 1
        result.append(plain)
    return result


def write_exports(
    table: DrawsTable, thresholds: Sequence[float] | Array, folder: Path, currency: str = ""
) -> list[Path]:
    """Write costs, effects, parameters and thresholds, and a reading script a package.

    Parameters
    ----------
    folder
        Made if it is not there.

    Returns
    -------
    list of Path
        ``costs.csv`` and ``effects.csv`` (one column a strategy, one row a draw),
        ``parameters.csv`` (those that vary, under names R takes), ``names.csv`` (these names
        and hecon's), ``thresholds.csv``, ``bcea.R``, ``dampack.R`` and ``voi.R``. Numbers have
        17 digits, so nothing is lost.
    """
    grid = checked_thresholds(thresholds)
    folder.mkdir(parents=True, exist_ok=True)
    strategies, known = _unique(table.strategies), table.varying
    renamed = _unique(known)
    parameters = {new: table.parameters[name] for new, name in zip(renamed, known, strict=True)}
    kinds = ["strategy"] * len(strategies) + ["parameter"] * len(known)
    frames = {
        "costs.csv": pd.DataFrame(table.cost.T, columns=strategies),
        "effects.csv": pd.DataFrame(table.effect.T, columns=strategies),
        "parameters.csv": pd.DataFrame(parameters),
        "names.csv": pd.DataFrame(
            {
                "kind": kinds,
                "name": [*strategies, *renamed],
                "hecon": [*table.strategies, *known],
            }
        ),
        "thresholds.csv": pd.DataFrame({"threshold": grid}),
    }
    written = []
    for name, frame in frames.items():
        frame.to_csv(folder / name, index=False, float_format="%.17g", lineterminator="\n")
        written.append(folder / name)
    for package, call in _CALLS.items():
        text = _READ.format(package=package) + call.replace("{currency}", currency)
        (folder / f"{package}.R").write_text(text, encoding="utf-8", newline="\n")
        written.append(folder / f"{package}.R")
    return written
