"""What an article says, fact by fact, with the model's figure beside each."""

from collections.abc import Callable, Sequence

import pandas as pd

from hecon.analyses.base_case import base_design, base_table
from hecon.analyses.flows import courses
from hecon.analyses.run import Run, result
from hecon.analyses.scenarios import scenario_results
from hecon.engine.values import formula_values
from hecon.errors import Fault, InputError, ModelError, nearest
from hecon.studies.documents import FORMULA, ModelFigure
from hecon.studies.study import Study


@result()
def article_facts(run: Run) -> pd.DataFrame:
    """The facts of the evidence file ``article``, each with what the model makes of it.

    A fact's ``figures`` are ``label = reference`` separated by semicolons. A reference is a
    formula over parameters and variables (``name[strategy]`` alone for a strategy's own);
    ``estimate(name)`` with its interval; ``quantity(strategy, name)`` of a treatment course;
    ``result(column)`` of the base case or ``scenario(id, column)``, a column of the table of
    scenarios, where ``icer`` is said in words if it has no meaning.

    Returns:
        One row a figure: ``fact``, ``says``, ``status``, ``cross_check``, ``figure`` (its label),
        ``reference``, ``value`` (a number, NaN for words) and ``text``.

    Raises:
        InputError: If a figure can't be worked out.
    """
    rows = []
    faults = check_figures(run.study, [str(name) for name in run(base_table).columns])
    if faults:
        raise InputError(faults)
    for fact in run.study.facts:
        for figure in fact.figures:
            try:
                value, text = _figure(run, figure)
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


def plain_number(value: float) -> str:
    """Four digits, and large figures whole: never as a power of ten."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def _figure(run: Run, figure: ModelFigure) -> tuple[float, str]:
    if figure.kind == FORMULA:
        assert figure.expr is not None
        study, numbers = run.study, run(base_design).numbers
        value = float(formula_values(study.model, [(figure.expr, figure.strategy)], numbers, {})[0])
        return value, plain_number(value)
    return _LOOK_UP[figure.kind](run, *figure.names)


def _estimate(run: Run, name: str) -> tuple[float, str]:
    found = run.study.synthesis.find(name)
    assert found is not None
    value, low, high = found.natural
    return value, f"{value:.3g} ({low:.3g} to {high:.3g})"


def _quantity(run: Run, strategy: str, name: str) -> tuple[float, str]:
    table = run(courses).set_index(["strategy", "quantity"])["value"]
    value = float(table[strategy, name])
    return value, plain_number(value)


def _scenario(run: Run, scenario: str, column: str) -> tuple[float, str]:
    found = run(scenario_results)
    return _cell(run, found[found["scenario"] == scenario].iloc[0], column)


def _result(run: Run, column: str) -> tuple[float, str]:
    return _cell(run, run(base_table).iloc[0], column)


def _cell(run: Run, row: pd.Series, column: str) -> tuple[float, str]:
    value = row[column]
    if isinstance(value, str):
        return float("nan"), value
    if column == "icer" and pd.isna(value):
        return float("nan"), str(row["verdict"])
    currency = run.study.jurisdiction.definition.currency
    if column in ("icer", "nmb") or column.startswith("cost"):
        return float(value), f"{currency} {value:,.0f}"
    return float(value), plain_number(value)


_LOOK_UP: dict[str, Callable[..., tuple[float, str]]] = {
    "estimate": _estimate,
    "quantity": _quantity,
    "scenario": _scenario,
    "result": _result,
}
