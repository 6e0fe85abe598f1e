"""Single arms on the sheet Evidence: a count typed over moves estimate and input, as by hand."""

import openpyxl
import pytest
from scipy import special, stats
from test_synthesis import NOBODY, TRIALS, loaded

from hecon.analyses.run import Run, Settings
from hecon.workbook.book import compose
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.sheets.evidence_sheet import write_evidence

TAKEN = (
    "p_none,all,none,,probability,,,,,,,,\n"
    "p_next,all,group,,probability,,,,,,,,\n"
    "p_between,all,between,,probability,,,,,,,,\n"
)


def test_counts_typed_over_move_single_arms(tmp_path, monkeypatch):
    book = compose(Run(loaded(tmp_path / "as_is", TAKEN), Settings(draws=5)))
    path = tmp_path / "plain.xlsx"
    book.workbook.save(path)
    live = LiveWorkbook(path)
    rows = [*openpyxl.load_workbook(path)["Evidence"].iter_rows()]
    column = next(
        c.column
        for r in rows
        if r[0].value == "trial arm"
        for c in r
        if c.value == "events remission"
    )
    for name, count in (("Z1", 1), ("M02", 30), ("M01", 8)):
        live.set("Evidence", next(r[0].row for r in rows if r[0].value == name), column, count)
    values = live.values()

    def at(address):
        sheet, _, cell = address.rpartition("!")
        return values[sheet.strip("'")][cell.replace("$", "")]

    monkeypatch.setattr(
        "test_synthesis.TRIALS",
        TRIALS.replace(",79,79,23,29,", ",79,79,30,30,").replace(",12,12,9,9,", ",12,12,8,9,"),
    )
    monkeypatch.setattr("test_synthesis.NOBODY", NOBODY.replace(",12,12,0,0,", ",12,12,1,0,"))
    wanted = loaded(tmp_path / "edited", TAKEN).synthesis.estimates
    blocks = book.after(write_evidence)
    for name in ("none", "group", "between"):
        own = wanted[name].effect.estimate, wanted[name].effect.se
        found = at(blocks[name].cells["estimate"]), at(blocks[name].cells["se"])
        assert found == pytest.approx(own, rel=1e-9), name
        used = {"none": "p_none", "group": "p_next", "between": "p_between"}[name]
        cell = book.layout.cells[(used, None)]
        assert at(cell) == pytest.approx(special.expit(own[0]), rel=1e-9), used
    ends = at(blocks["none"].cells["natural low"]), at(blocks["none"].cells["natural high"])
    assert ends == pytest.approx(stats.beta(1.5, 11.5).ppf([0.025, 0.975]), rel=1e-9)
    ends = at(blocks["group"].cells["low"]), at(blocks["group"].cells["high"])
    assert ends == pytest.approx((wanted["group"].low, wanted["group"].high), rel=1e-9)
    assert values["Checks"]["B3"] is True
