"""The workbook of any study agrees with Python: counting rules, transition payoffs, memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from hecon.analyses.results import analyse
from hecon.reports.workbook.book import build_workbook
from hecon.reports.workbook.cached import recalculate
from hecon.studies.load import load_study

STUDIES = sorted((Path(__file__).parents[1] / "replications/studies").iterdir())
MEMORY = Path(__file__).parent / "studies" / "memory"


@pytest.mark.parametrize("folder", [*STUDIES, MEMORY], ids=lambda p: p.name)
def test_checks_hold(folder: Path, tmp_path: Path) -> None:
    results = analyse(load_study(folder), draws=20)
    path = tmp_path / "report.xlsx"
    build_workbook(results).save(path)
    values = recalculate(path)
    assert values["Checks"]["B4"] is True
    row = results.base_table.iloc[0]
    totals = [v for v in values["Results"].values() if isinstance(v, float)]
    for strategy in results.study.model.strategies:
        expected = row[f"cost {strategy}"]
        assert any(abs(v - expected) <= 1e-9 * max(1.0, abs(expected)) for v in totals)
