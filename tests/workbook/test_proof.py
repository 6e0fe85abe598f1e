"""A sample of the full proof: a few replays in both engines."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hecon.analyses.results import analyse
from hecon.reports.workbook.proof import prove, replays
from hecon.reports.workbook.sheets.inputs import AGREES
from hecon.studies.load import load_study

ROOT = Path(__file__).parents[2]


def test_sample() -> None:
    study = load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")
    results = analyse(study, draws=40)
    listed = list(replays(results))
    assert len(listed) == 1 + len(study.scenarios) + 20 + 25
    chosen = [r for r in listed if r.name in ("base case", "scenario S06", "draw 40")]
    table = prove(results, [*chosen, listed[73]], libreoffice=False)
    assert len(table) == 4
    assert (table["formualizer"] <= AGREES).all()


@pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="LibreOffice is missing: the second spreadsheet engine did not run",
)
def test_second_engine() -> None:
    folder = Path(__file__).parents[1] / "replications/studies/darth_timedep_age"
    results = analyse(load_study(folder), draws=30)
    table = prove(results, list(replays(results))[:6])
    assert len(table) == 6
    assert (table[["formualizer", "libreoffice"]] <= AGREES).all(axis=None)
