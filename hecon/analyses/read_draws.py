"""Reading anybody's table of draws: CSV or parquet, one column a strategy or one row a strategy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from hecon.analyses.draws_table import DrawsTable
from hecon.errors import Fault, FaultList, InputError, nearest

COST = ("cost", "costs")
EFFECT = ("effect", "effects", "qaly", "qalys", "eff")
STRATEGY = ("strategy", "strategies", "treatment", "intervention")
DRAW = ("draw", "draws", "sim", "simulation", "iteration", "iter", "sample", "psa_id")
_MOST_FAULTS = 20


def read_draws(path: Path | str) -> DrawsTable:
    """A table of draws from a file.

    Parameters
    ----------
    path
        ``.csv`` (also ``.csv.gz``; commas, or semicolons with decimal commas as Excel writes
        them in much of Europe) or ``.parquet``. Wide: ``cost_A``, ``cost_B``, ``effect_A``
        (or ``qaly_A``), ...; long: ``draw``, ``strategy``, ``cost``, ``effect`` (or ``qaly``).
        Every other column is a parameter.

    Raises
    ------
    InputError
        With every fault: a missing column, text or NaN where a number belongs (with its row),
        strategies missing in some draws or there twice, or only one strategy.
    """
    path = Path(path)
    frame = _frame(path)
    frame.columns = [str(name).strip() for name in frame.columns]
    twice = sorted(frame.columns[frame.columns.duplicated()])
    if twice:
        raise InputError([Fault(path.name, 1, name, "the column is there twice") for name in twice])
    unnamed = [c for c in frame.columns if c.startswith("Unnamed:") or c in ("", "X")]
    frame = frame.drop(columns=unnamed)
    if frame.empty:
        raise InputError([Fault(path.name, None, None, "the table has no draws")])
    first_row = 1 if path.suffix == ".parquet" else 2
    by_name = {name.lower(): name for name in frame.columns}
    strategy = next((by_name[n] for n in STRATEGY if n in by_name), None)
    table = (
        _wide(frame, path.name, first_row)
        if strategy is None
        else _long(frame, path.name, first_row, strategy, by_name)
    )
    if len(table.strategies) < 2:
        text = f"found one strategy ({table.strategies[0]}), a decision needs at least two"
        raise InputError([Fault(path.name, None, None, text)])
    return table


def _frame(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InputError([Fault(path.name, None, None, f"the file is missing (looked for {path})")])
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        if path.name.endswith((".csv", ".csv.gz")):
            return _csv(path)
    except (ValueError, OSError, UnicodeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError([Fault(path.name, None, None, f"can't be read: {reason}")]) from None
    text = f"found '{path.suffix}', allowed are .csv, .csv.gz and .parquet"
    raise InputError([Fault(path.name, None, None, text)])


def _csv(path: Path) -> pd.DataFrame:
    header = list(pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns)
    if len(header) == 1 and ";" in header[0]:
        return pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")
    return pd.read_csv(path, encoding="utf-8-sig")


def _numbers(
    frame: pd.DataFrame, columns: Sequence[str], file: str, first_row: int
) -> dict[str, np.ndarray]:
    """Columns as numbers; every cell that is none is a fault."""
    faults = FaultList()
    found = {}
    for column in columns:
        values = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=float)
        found[column] = values
        wrong = np.flatnonzero(~np.isfinite(values))
        for row in wrong[:1]:
            cell = frame[column].iloc[row]
            shown = "an empty cell or NaN" if pd.isna(cell) else f"'{cell}'"
            more = f"; {len(wrong)} such cells in the column" if len(wrong) > 1 else ""
            text = f"found {shown}, allowed is a finite number{more}"
            faults.add(file, int(row) + first_row, column, text)
        if len(faults.faults) >= _MOST_FAULTS:
            break
    faults.raise_if_any()
    return found


def _prefixed(frame: pd.DataFrame, words: Sequence[str]) -> dict[str, str]:
    """Columns by strategy, from names such as `cost_A`."""
    for word in words:
        found = {
            name[len(word) + 1 :]: name
            for name in frame.columns
            if name.lower().startswith((f"{word}_", f"{word}."))
        }
        if found:
            return found
    return {}


def _wide(frame: pd.DataFrame, file: str, first_row: int) -> DrawsTable:
    cost, effect = _prefixed(frame, COST), _prefixed(frame, EFFECT)
    faults = FaultList()
    if not cost or not effect:
        wanted = "cost_<strategy>" if not cost else "effect_<strategy> or qaly_<strategy>"
        text = f"no column {wanted}; a long table needs strategy, cost and effect (or qaly)"
        raise InputError([Fault(file, 1, None, text)])
    for name in cost:
        if name not in effect:
            hint = nearest(name, effect)
            faults.add(file, 1, cost[name], f"strategy '{name}' has costs but no effects{hint}")
    for name in effect:
        if name not in cost:
            hint = nearest(name, cost)
            faults.add(file, 1, effect[name], f"strategy '{name}' has effects but no costs{hint}")
    faults.raise_if_any()
    numbers = _numbers(frame, [c for c in frame.columns if c.lower() not in DRAW], file, first_row)
    used = {*cost.values(), *effect.values()}
    return DrawsTable(
        tuple(cost),
        np.stack([numbers[cost[s]] for s in cost]),
        np.stack([numbers[effect[s]] for s in cost]),
        {name: values for name, values in numbers.items() if name not in used},
        file,
    )


def _long(
    frame: pd.DataFrame, file: str, first_row: int, strategy: str, by_name: dict[str, str]
) -> DrawsTable:
    columns = {
        label: next((by_name[n] for n in words if n in by_name), None)
        for label, words in (("draw", DRAW), ("cost", COST), ("effect", EFFECT))
    }
    missing = [label for label, column in columns.items() if column is None]
    if missing:
        text = "a long table needs the columns draw, strategy, cost and effect; missing: "
        raise InputError([Fault(file, 1, None, text + ", ".join(missing))])
    draw, cost, effect = (str(columns[label]) for label in ("draw", "cost", "effect"))
    values_in = [c for c in frame.columns if c not in (strategy, draw)]
    numbers = _numbers(frame, values_in, file, first_row)
    names = [str(name).strip() for name in frame[strategy]]
    strategies = list(dict.fromkeys(names))
    draws = pd.Index(frame[draw].unique()).sort_values()
    row = draws.get_indexer(frame[draw])
    column = np.array([strategies.index(name) for name in names])
    count = np.zeros((len(strategies), len(draws)), dtype=int)
    np.add.at(count, (column, row), 1)
    faults = FaultList()
    for position, name in enumerate(strategies):
        for what, wrong in (
            ("is missing", count[position] == 0),
            ("is twice", count[position] > 1),
        ):
            if wrong.any():
                first = draws[int(np.flatnonzero(wrong)[0])]
                text = f"strategy '{name}' {what} in {int(wrong.sum())} of {len(draws)} draws"
                faults.add(file, None, strategy, f"{text}, first in draw {first}")
    faults.raise_if_any()
    shaped = {}
    for name, values in numbers.items():
        grid = np.empty(count.shape)
        grid[column, row] = values
        shaped[name] = grid
    parameters = {}
    for name, grid in shaped.items():
        if name in (cost, effect):
            continue
        if np.ptp(grid, axis=0).max() == 0:
            parameters[name] = grid[0]
        else:
            parameters |= {f"{name}[{s}]": grid[i] for i, s in enumerate(strategies)}
    return DrawsTable(tuple(strategies), shaped[cost], shaped[effect], parameters, file)
