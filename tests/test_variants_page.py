"""The page of variants shows what the program computes."""

import math
from pathlib import Path

import pytest

from hecon.analyses.comparison import compare
from hecon.analyses.evaluate import evaluate
from hecon.analyses.scenarios import scenario_table
from hecon.parameters.design import base_case
from hecon.studies.load_study import load_study

ROOT = Path(__file__).resolve().parents[1]

#: Scenarios that the page shows of each study, after its base case.
PAGE_ROWS = {
    "ptsd": ("S22", "S72", "S73", "S74", "S22b", "S23", "S75"),
    "ptsd_sequence": ("Q1", "Q3", "Q4", "Q5", "S11", "S14", "S23", "S72", "Q6", "Q7", "Q8"),
    "ptsd_exploratory": ("N1", "N2", "N3", "N4", "N7", "N8", "N11", "N12"),
}
HEAD = "| | | cost, NOK | QALYs | NOK per QALY |\n|---|---|---|---|---|\n"


def line(name, title, cost, qaly, icer, verdict):
    words = verdict if math.isnan(icer) else f"{icer:,.0f}"
    if verdict == "less costly, less effective":
        words += " saved per QALY forgone"
    return f"| {name} | {title} | {cost:+,.0f} | {qaly:+.3f} | {words} |\n"


def table(name):
    """The page's table of a study."""
    study = load_study(ROOT / "inputs/studies" / name, ROOT / "inputs/jurisdictions/norway")
    base = compare(evaluate(study.model, base_case(study.parameters)), *study.compared)
    title = "base case, " + " v ".join(study.compared)
    lines = [line("", title, base.cost, base.qaly, base.icer, base.verdict)]
    found = scenario_table(study).set_index("scenario")
    for row in (found.loc[i] for i in PAGE_ROWS[name]):
        figures = (row["cost_difference"], row["qaly_difference"], row["icer"], row["verdict"])
        lines.append(line(row.name, row["title"], *figures))
    return HEAD + "".join(lines)


@pytest.mark.parametrize("name", PAGE_ROWS)
def test_tables(name):
    assert table(name) in (ROOT / "docs/variants.md").read_text(encoding="utf-8")
