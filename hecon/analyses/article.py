"""What an article says, fact by fact, with the model's figure beside each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from hecon.analyses.results import Results
from hecon.engine.values import formula_values
from hecon.errors import Fault, InputError, ModelError, nearest
from hecon.parameters.design import base_case
from hecon.studies.documents import FORMULA, Figure
from hecon.studies.study import Study


def article_table(study: Study, results: Results) -> pd.DataFrame:
    """The facts of the evidence file ``article``, each with what the model makes of it.

    A fact's ``figures`` are ``label = reference`` separated by semicolons. A reference is a
    formula over parameters and variables (``name[strategy]`` alone for a strategy's own);
    ``estimate(name)`` with its interval; ``quantity(strategy, name)`` of a treatment course;
    ``result(column)`` of the base case or ``scenario(id, column)``, a column of the table of
    scenarios, where ``icer`` is said in words if it has no meaning.

    Returns
    -------
    pd.DataFrame
        One row a figure: ``fact``, ``says``, ``status``, ``cross_check``, ``figure`` (its
        label), ``reference``, ``value`` (a number, NaN for words) and ``text``.

    Raises
    ------
    InputError
        If a figure can't be worked out.
    """
    rows = []
    faults: list[Fault] = []
    for fact in study.facts:
        for figure in fact.figures:
            try:
                value, text = _figure(study, results, figure)
            except (ValueError, ModelError) as error:
                faults.append(Fault(fact.file, fact.number, "figures", str(error)))
                continue
            rows.append(
                {
                    "fact": fact.row.id,
                    "says": fact.row.fact,
                    "status": fact.row.status,
                    "cross_check": fact.row.cross_check,
                    "figure": figure.label,
                    "reference": figure.reference,
                    "value": value,
                    "text": text,
                }
            )
    if faults:
        raise InputError(faults)
    return pd.DataFrame(rows)


def check_figures(study: Study, columns: Sequence[str]) -> list[Fault]:
    """Faults of figures that are no column of the table of results."""
    return [
        Fault(
            fact.file, fact.number, "figures", f"'{name}' is not a column{nearest(name, columns)}"
        )
        for fact in study.facts
        for figure in fact.figures
        for name in figure.names[-1:]
        if figure.kind in ("result", "scenario") and name not in columns
    ]


def _figure(study: Study, results: Results, figure: Figure) -> tuple[float, str]:
    if figure.kind == FORMULA:
        assert figure.expr is not None
        numbers = base_case(study.parameters).numbers
        value = float(formula_values(study.model, [(figure.expr, figure.strategy)], numbers, {})[0])
        return value, f"{value:.4g}"
    return _LOOK_UP[figure.kind](study, results, [*figure.names])


def _estimate(study: Study, results: Results, arguments: list[str]) -> tuple[float, str]:
    found = study.synthesis.find(",".join(arguments))
    assert found is not None
    value, low, high = found.natural
    return value, f"{value:.3g} ({low:.3g} to {high:.3g})"


def _quantity(study: Study, results: Results, arguments: list[str]) -> tuple[float, str]:
    table = results.course.set_index("strategy")
    strategy, column = _two(arguments)
    _check(strategy, list(table.index), "a strategy")
    _check(column, list(table.columns), "a quantity")
    value = float(table.loc[strategy, column])  # type: ignore[arg-type]
    return value, f"{value:.4g}"


def _scenario(study: Study, results: Results, arguments: list[str]) -> tuple[float, str]:
    scenario, column = _two(arguments)
    _check(scenario, [s.id for s in study.scenarios], "a scenario")
    found = results.scenarios[results.scenarios["scenario"] == scenario]
    return _cell(study, found.iloc[0], column)


def _result(study: Study, results: Results, arguments: list[str]) -> tuple[float, str]:
    return _cell(study, results.base_table.iloc[0], ",".join(arguments))


def _cell(study: Study, row: pd.Series, column: str) -> tuple[float, str]:
    _check(column, [str(name) for name in row.index], "a column of the results")
    value = row[column]
    if isinstance(value, str):
        return float("nan"), value
    if column == "icer" and pd.isna(value):
        return float("nan"), str(row["verdict"])
    currency = study.jurisdiction.definition.currency
    if column in ("icer", "nmb") or column.startswith("cost"):
        return float(value), f"{currency} {value:,.0f}"
    return float(value), f"{value:.4g}"


def _two(arguments: list[str]) -> tuple[str, str]:
    if len(arguments) != 2:
        raise ValueError(f"found '{', '.join(arguments)}', needed are two names")
    return arguments[0], arguments[1]


def _check(name: str, known: list[str], what: str) -> None:
    if name not in known:
        raise ValueError(f"'{name}' is not {what}{nearest(name, known)}")


_LookUp = Callable[[Study, Results, list[str]], tuple[float, str]]
_LOOK_UP: dict[str, _LookUp] = {
    "estimate": _estimate,
    "quantity": _quantity,
    "scenario": _scenario,
    "result": _result,
}
