"""What an article says, fact by fact, with the model's figure beside each."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from hecon.analyses.results import Results
from hecon.engine.expression import ExpressionError, parse
from hecon.engine.values import formula_values
from hecon.errors import Fault, InputError, ModelError, nearest
from hecon.parameters.design import base_case
from hecon.studies.study import Study

FILE = "article"
_CALL = re.compile(r"(scenario|quantity|estimate|result)\(([^()]*)\)")


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
        If a fact has no figure, or a figure names something that isn't there.
    """
    rows = []
    faults: list[Fault] = []
    file = f"{study.folder.name}/{study.definition.evidence.get(FILE, '')}"
    for number, fact in enumerate(study.evidence(FILE), start=2):
        figures = [f for f in fact["figures"].split(";") if f.strip()]
        if not figures:
            faults.append(Fault(file, number, "figures", "the fact has no figure of the model"))
        for figure in figures:
            label, sign, reference = (part.strip() for part in figure.partition("="))
            try:
                if not sign:
                    raise ValueError(f"found '{figure.strip()}', allowed is 'label = reference'")
                value, text = _figure(study, results, reference)
            except (ValueError, ExpressionError, ModelError) as error:
                faults.append(Fault(file, number, "figures", str(error)))
                continue
            rows.append(
                {
                    "fact": fact["id"],
                    "says": fact["seed_fact"],
                    "status": fact["status"],
                    "cross_check": fact["own_cross_check"],
                    "figure": label,
                    "reference": reference,
                    "value": value,
                    "text": text,
                }
            )
    if faults:
        raise InputError(faults)
    return pd.DataFrame(rows)


def _figure(study: Study, results: Results, reference: str) -> tuple[float, str]:
    call = _CALL.fullmatch(reference)
    if call is None:
        value = _formula(study, reference)
        return value, f"{value:.4g}"
    arguments = [a.strip() for a in call.group(2).split(",")]
    return _LOOK_UP[call.group(1)](study, results, arguments)


def _formula(study: Study, reference: str) -> float:
    name, bracket, strategy = (part.strip() for part in reference.partition("["))
    text, read_in = (name, strategy.removesuffix("]")) if bracket else (reference, None)
    expr = parse(text)
    known = {key[0] for key in (*study.model.parameters, *study.model.formulas)}
    for unknown in sorted(expr.names - known):
        raise ValueError(f"'{unknown}' is no parameter or variable{nearest(unknown, known)}")
    numbers = base_case(study.parameters).numbers
    return float(formula_values(study.model, [(expr, read_in)], numbers, {})[0])


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
