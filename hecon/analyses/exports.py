"""Draws as files that BCEA, dampack and voi read without editing."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from hecon.analyses.draws_table import DrawsTable, checked_thresholds
from hecon.engine.arrays import Array

_READ = """\
# Reads the draws for {package}. Run in this folder.
costs <- read.csv("costs.csv", check.names = FALSE)
effects <- read.csv("effects.csv", check.names = FALSE)
{parameters}
thresholds <- scan("thresholds.csv", skip = 1, quiet = TRUE)
strategies <- names(costs)
"""
_PARAMETERS = 'parameters <- read.csv("parameters.csv", check.names = FALSE)'
_NO_PARAMETERS = "parameters <- NULL  # none varies"
_CALLS = {
    "bcea": """\
library(BCEA)
# ref is the intervention: differences are {reference}'s less those of each other strategy
he <- bcea(as.matrix(effects), as.matrix(costs), ref = match("{reference}", strategies),
           interventions = strategies, k = thresholds)
summary(he)
""",
    "dampack": """\
library(dampack)
psa <- make_psa_obj(cost = costs, effectiveness = effects, parameters = parameters,
                    strategies = strategies, currency = "{currency}")
print(calculate_icers_psa(psa))
print(ceac(wtp = thresholds, psa = psa))
print(calc_evpi(psa, wtp = thresholds))
""",
    "voi": """\
library(voi)
outputs <- list(c = costs, e = effects, k = thresholds)
print(evpi(outputs))
""",
}
_VOI_PARTIAL = """\
inputs <- parameters
print(evppi(outputs, inputs, pars = as.list(names(inputs))))
"""


#: What a text begins with that spreadsheets read as a formula when they open a CSV.
_FORMULA = re.compile(r"[=@\t\r]|[+\-](?![\d.]+(e[+-]?\d+)?$)", re.ASCII | re.IGNORECASE)


def spreadsheet_safe(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts no spreadsheet takes for a formula: an apostrophe stands before them.

    That holds for its headings as well: they may be names from somebody's file.
    """

    def safe(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    changed = {}
    for name in table.select_dtypes(exclude="number").columns:
        # the same few texts stand in many rows
        if any(safe(value) is not value for value in table[name].unique()):
            changed[name] = table[name].map(safe)
    return table.assign(**changed).rename(columns=safe)


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
    table: DrawsTable,
    thresholds: Sequence[float] | Array,
    folder: Path,
    currency: str = "",
    threshold: float | None = None,
) -> list[Path]:
    """Write costs, effects, parameters and thresholds, and a reading script a package.

    Args:
        folder: Made if it is not there.
        threshold: The strategy with the highest mean net benefit there is BCEA's reference, which
            it takes for the intervention; without it at the middle of `thresholds`.

    Returns:
        ``costs.csv`` and ``effects.csv`` (one column a strategy, one row a draw),
        ``parameters.csv`` (those that vary, under names R takes; not written if none does),
        ``names.csv`` (these names and hecon's), ``thresholds.csv``, ``bcea.R``, ``dampack.R`` and
        ``voi.R``. Numbers have 17 digits, so nothing is lost.
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
        **({"parameters.csv": pd.DataFrame(parameters)} if parameters else {}),
        "names.csv": spreadsheet_safe(
            pd.DataFrame(
                {
                    "kind": kinds,
                    "name": [*strategies, *renamed],
                    "hecon": [*table.strategies, *known],
                }
            )
        ),
        "thresholds.csv": pd.DataFrame({"threshold": grid}),
    }
    written = []
    for name, frame in frames.items():
        frame.to_csv(folder / name, index=False, float_format="%.17g", lineterminator="\n")
        written.append(folder / name)
    at = float(np.median(grid)) if threshold is None else threshold
    words = {
        "{parameters}": _PARAMETERS if parameters else _NO_PARAMETERS,
        "{currency}": re.sub(r'["\\\\]', "", currency),
        "{reference}": strategies[int(table.benefit(at).mean(axis=1).argmax())],
    }
    for package, call in _CALLS.items():
        text = _READ + call + (_VOI_PARTIAL if package == "voi" and parameters else "")
        for mark, word in {**words, "{package}": package}.items():
            text = text.replace(mark, word)
        (folder / f"{package}.R").write_text(text, encoding="utf-8", newline="\n")
        written.append(folder / f"{package}.R")
    return written
