"""Reading anybody's table of draws, with a column or with a row for each strategy."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from hecon.analyses.draws_source import DrawsFile, name_problem, read_source, source_numbers
from hecon.analyses.draws_table import MOST_STRATEGIES, DrawsTable, refuse_too_much
from hecon.errors import FaultList, InputError, shown

COST = ("cost", "costs")
EFFECT = ("effect", "effects", "qaly", "qalys", "eff")
STRATEGY = ("strategy", "strategies", "treatment", "intervention")
DRAW = ("draw", "draws", "sim", "simulation", "iteration", "iter", "sample", "psa_id")


def read_draws(path: Path | str, strategies: Sequence[str] = ()) -> DrawsTable:
    """A table of draws from a file.

    Args:
        path: Text (``.csv``, ``.tsv``, ``.txt``, also with ``.gz``; commas, tabs, or semicolons
            with decimal commas as Excel writes them in much of Europe) or ``.parquet``. Wide:
            ``cost_A``, ``cost_B``, ``effect_A`` (or ``qaly_A``), ..., also with a dot or, as in a
            run's own ``draws.csv``, a space in place of the underscore; long: ``draw``,
            ``strategy``, ``cost``, ``effect`` (or ``qaly``). Every other column is a parameter.
        strategies: Names of those to compare; without any, all that have both costs and effects.

    Raises:
        InputError: With every fault: a missing column or one that is there twice, text or NaN where
            a number belongs (with its row), numbers whose decimal mark can't be told, strategies
            missing in some draws or there twice, or only one strategy.
    """
    source = read_source(Path(path))
    by_name = {name.lower(): name for name in source.frame.columns}
    strategy = next((by_name[n] for n in STRATEGY if n in by_name), None)
    table = _wide(source, strategies) if strategy is None else _long(source, strategy, by_name)
    table = replace(table, notes=tuple(source.notes))
    table = table.with_strategies(strategies) if strategies else table
    refuse_too_much(table, 1)
    return table


def _prefixed(source: DrawsFile, words: Sequence[str]) -> dict[str, str]:
    """Columns by what may be a strategy, from names such as `cost_A`, `cost.A` or `cost A`."""
    pattern = re.compile(rf"(?:{'|'.join(words)})[_. ](.+)", re.IGNORECASE)
    found: dict[str, str] = {}
    faults = FaultList()
    for name in source.frame.columns:
        if (match := pattern.fullmatch(name)) is None:
            continue
        if match[1] in found:
            text = f"'{match[1]}' has this column and {found[match[1]]}; keep one of them"
            faults.add(source.file, source.header, name, text)
        found.setdefault(match[1], name)
    faults.raise_if_any()
    return found


def _wide(source: DrawsFile, wanted: Sequence[str]) -> DrawsTable:
    cost, effect = _prefixed(source, COST), _prefixed(source, EFFECT)
    header = source.header
    if not cost or not effect:
        form = "cost_<strategy>" if not cost else "effect_<strategy> or qaly_<strategy>"
        text = f"no column {form}; a long table needs strategy, cost and effect (or qaly)"
        raise InputError([source.fault(header, None, text)])
    strategies = [name for name in cost if name in effect]
    faults = FaultList()
    sides = (
        ("costs but no effects", cost, [name for name in effect if name not in cost]),
        ("effects but no costs", effect, [name for name in cost if name not in effect]),
    )
    parameters = []
    for lack, own, others in sides:
        for name in own:
            if name in strategies:
                continue
            hint = _near(name, others)
            if hint or len(strategies) < 2 or name in wanted:
                faults.add(source.file, header, own[name], f"strategy '{name}' has {lack}{hint}")
            else:
                parameters.append(own[name])
    faults.raise_if_any()
    if parameters:
        few = ", ".join(parameters[:5]) + (", ..." if len(parameters) > 5 else "")
        source.notes.append(
            f"Read as parameters, since no strategy has both costs and effects of that name: {few}."
        )
    columns = [c for c in source.frame.columns if c.lower() not in DRAW]
    numbers = source_numbers(source, columns)
    used = {*(cost[s] for s in strategies), *(effect[s] for s in strategies)}
    return DrawsTable(
        tuple(strategies),
        np.stack([numbers[cost[s]] for s in strategies]),
        np.stack([numbers[effect[s]] for s in strategies]),
        {name: values for name, values in numbers.items() if name not in used},
        source.file,
    )


def _near(name: str, others: Sequence[str]) -> str:
    """A hint with the closest of other names, whatever their capitals."""
    folded = {other.casefold(): other for other in others}
    found = difflib.get_close_matches(name.casefold(), folded)
    return f"; did you mean {' or '.join(folded[f] for f in found)}?" if found else ""


def _long(source: DrawsFile, strategy: str, by_name: dict[str, str]) -> DrawsTable:
    frame, file = source.frame, source.file
    columns = {
        label: next((by_name[n] for n in words if n in by_name), None)
        for label, words in (("draw", DRAW), ("cost", COST), ("effect", EFFECT))
    }
    missing = [label for label, column in columns.items() if column is None]
    if missing:
        text = "a long table needs the columns draw, strategy, cost and effect; missing: "
        raise InputError([source.fault(source.header, None, text + ", ".join(missing))])
    draw, cost, effect = (str(columns[label]) for label in ("draw", "cost", "effect"))
    _check_filled(source, (draw, strategy))
    numbers = source_numbers(source, [c for c in frame.columns if c not in (strategy, draw)])
    names = [str(name).strip() for name in frame[strategy]]
    strategies = list(dict.fromkeys(names))
    _check_names(source, strategies, strategy)
    place = {name: position for position, name in enumerate(strategies)}
    draws = _in_order(frame[draw])
    row = draws.get_indexer(pd.Index(frame[draw]))
    column = np.array([place[name] for name in names])
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


def _check_names(source: DrawsFile, strategies: Sequence[str], column: str) -> None:
    """Strategies are few, and have names that can be shown."""
    faults = FaultList()
    if len(strategies) > MOST_STRATEGIES:
        text = f"found {len(strategies):,} strategies, allowed are {MOST_STRATEGIES}"
        faults.add(source.file, None, column, text)
    for name in strategies:
        if problem := name_problem(name):
            faults.add(source.file, None, column, f"the strategy {shown(name)} {problem}")
    faults.raise_if_any()


def _check_filled(source: DrawsFile, columns: Sequence[str]) -> None:
    """Every row says which draw and strategy it is."""
    faults = FaultList()
    for column in columns:
        cells = source.frame[column]
        empty = source.frame.index[cells.isna() | (cells.astype(str).str.strip() == "")]
        if len(empty):
            more = f"; {len(empty)} such cells in the column" if len(empty) > 1 else ""
            text = f"found an empty cell or NaN, needed is a {column} in every row{more}"
            faults.add(source.file, int(empty[0]), column, text)
    faults.raise_if_any()


def _in_order(draws: pd.Series) -> pd.Index:
    """Draws in the order of their numbers, or of their rows if they are no numbers."""
    found = pd.Series(draws.unique())
    values = pd.to_numeric(found, errors="coerce")
    return pd.Index(found if values.isna().any() else found.iloc[np.argsort(values)])
