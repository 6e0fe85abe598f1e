"""Estimates in the workbook: where each stands, and the synthesis' expressions as formulas."""

from collections.abc import Mapping
from dataclasses import dataclass

from hecon.engine.expression import Expr, excel
from hecon.engine.model import Key
from hecon.parameters.cell_text import parse_pairs
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.choices import estimates_in
from hecon.studies.estimates.synthesised import PROPORTION, RATIOS
from hecon.studies.study import Scenario, Study

#: What may be taken from an estimate: in a scenario's cell, and on the sheet.
ENDS = {"estimate": "", "lower": "low", "upper": "high"}


@dataclass(frozen=True)
class EstimateBlock:
    """Where an estimate stands: addresses by column name that other sheets can use."""

    measure: str
    cells: Mapping[str, str]

    def cell(self, what: str, unit: str) -> str:
        """The cell of an estimate or of an end of its interval, on the scale of a unit.

        A blank unit stands for the estimate's own scale, as in `Synthesised.derived`.
        """
        natural = self.measure == PROPORTION or unit == RATIOS.get(self.measure)
        end = ENDS[what]
        return self.cells[f"natural {end}".strip() if natural else end or "estimate"]


@dataclass(frozen=True)
class Faces:
    """Expressions as formulas: a constant that has a cell of its own is read from there.

    `decimals` is the cell of what comparisons are rounded to.
    """

    decimals: str
    settings: Mapping[float, str]

    def formula(self, expr: Expr, cells: Mapping[str, str]) -> str:
        """The expression over cells by name, without its equals sign."""
        own = {address: address for address in self.settings.values()}
        return excel(self._settled(expr), {**own, **cells}.__getitem__, _no_table, self.decimals)

    def _settled(self, expr: Expr) -> Expr:
        if expr.op == "const" and expr.value in self.settings:
            return Expr("name", name=self.settings[expr.value])
        args = tuple(self._settled(arg) for arg in expr.args)
        return Expr(expr.op, args, expr.value, expr.name)


def _no_table(name: str, key: str) -> str:
    raise KeyError(f"{name} at {key}: a synthesis looks nothing up")


def taken(study: Study, parameter: Parameter) -> bool:
    """Whether a parameter takes its figures from an estimate."""
    return parameter.is_input and parameter.estimate in study.synthesis.estimates


def scenario_estimates(scenario: Scenario, key: Key) -> dict[str, tuple[str, str]]:
    """What a scenario's cell takes from estimates: (what, estimate) by its name in the formula."""
    texts = dict(zip(scenario.changes, parse_pairs(scenario.text).values(), strict=True))
    return estimates_in(texts[key]) if key in texts else {}
