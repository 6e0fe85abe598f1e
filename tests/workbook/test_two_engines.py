"""A second spreadsheet engine works out the file, which holds no values, and agrees."""

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from openpyxl.utils.cell import coordinate_to_tuple
from recalculated import work_out_draws

from hecon.analyses.comparison import totals
from hecon.analyses.drawn import drawn_outcomes
from hecon.analyses.probabilistic import decision
from hecon.analyses.run import Run, Settings
from hecon.studies.variant import with_values
from hecon.workbook.archive import Values
from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.context import Book
from hecon.workbook.libreoffice import LibreOfficeMissing, libreoffice_replays
from hecon.workbook.proof import SCALES, difference
from hecon.workbook.replays import Changes
from hecon.workbook.sheet_layout import INPUTS, SELECTORS
from hecon.workbook.sheets.live_draws_sheet import RESULTS, UP_TO_DATE
from hecon.workbook.sheets.live_places import NUMBER, TITLE, place_live

TOLERANCE = 1e-9

#: What is chosen one after the other: the selector, and what is chosen below it.
CHOSEN: Mapping[str, Mapping[int, str]] = {
    "base case": {0: "Base case"},
    "scenario": {0: "Scenario", 1: "S71"},
    "one-way": {0: "One-way", 2: "n_pe_sessions", 3: "high"},
}
#: What is typed over then: an input without a distribution, and one that is drawn.
TYPED = {"unit_mdma_session": 500.0, "u_ptsd_40": 0.5}


@pytest.fixture(scope="module")
def engines(plain: Path, composed: Book) -> dict[str, tuple[Values, Values]]:
    """What each engine makes of the file, of what is chosen in it, and of what is typed over."""
    changes: dict[str, Changes] = {
        name: {(INPUTS, f"C{SELECTORS + offset}"): value for offset, value in chosen.items()}
        for name, chosen in CHOSEN.items()
    }
    cells = composed.layout.cells
    changes["typed over"] = {(INPUTS, f"C{SELECTORS}"): "Base case"} | {
        (INPUTS, cells[name, None].replace("$C$", "D").partition("!")[2]): value
        for name, value in TYPED.items()
    }
    try:
        # as somebody types: what is stale then stays so
        theirs = list(libreoffice_replays(plain, list(changes.values()), anew=False))
    except LibreOfficeMissing:
        warnings.warn("LibreOffice is missing: the second engine did not run", stacklevel=1)
        pytest.skip("LibreOffice is missing: the second spreadsheet engine did not run")
    engine = LiveWorkbook(plain)
    ours = []
    for chosen in changes.values():
        for (sheet, cell), value in chosen.items():
            engine.set(sheet, *coordinate_to_tuple(cell), value)
        work_out_draws(engine, composed)
        ours.append(engine.values())
    return dict(zip(changes, zip(ours, theirs, strict=True), strict=True))


@pytest.mark.parametrize("chosen", [*CHOSEN, "typed over"])
def test_libreoffice_agrees(engines: dict[str, tuple[Values, Values]], chosen: str) -> None:
    ours, theirs = engines[chosen]
    assert {t: len(cells) for t, cells in theirs.items()} == {t: len(c) for t, c in ours.items()}
    worst = max(
        (difference(value, theirs[title][cell], SCALES.get(title, 0.0)), title, cell)
        for title, cells in ours.items()
        for cell, value in cells.items()
    )
    assert worst[0] < TOLERANCE, worst


@pytest.mark.parametrize("engine", [0, 1], ids=["formualizer", "LibreOffice"])
def test_draws_worked_out_after_an_edit_are_pythons(
    engines: dict[str, tuple[Values, Values]], composed: Book, run: Run, engine: int
) -> None:
    """What is typed over is fixed, as by --set; all else follows its draws."""
    known = engines["typed over"][engine][TITLE]
    study = with_values(run.study, [f"{name}={value}" for name, value in TYPED.items()])
    draws = composed.live_draws
    outcomes = Run(study, Settings(run.settings.draws))(drawn_outcomes).isel(draw=slice(draws))
    cost, qaly = totals(outcomes)
    strategies = "BCDE"
    for row, amounts in ((RESULTS + 2, cost), (RESULTS + 4, qaly)):
        means = amounts.sel(strategy=list(composed.strategies)).mean("draw").values
        assert [known[f"{c}{row}"] for c in strategies] == pytest.approx(means, rel=1e-10)
    table = place_live(composed)
    assert table is not None
    follow = {
        key: known[table.follows(key).partition("!")[2].replace("$", "")] for key in table.drawn
    }
    assert {key[0] for key, flag in follow.items() if flag == 0} == {"u_ptsd_40"}
    assert (known[f"B{NUMBER + 1}"], known[f"B{NUMBER + 2}"]) == (draws, UP_TO_DATE)
    # the share of draws in which each option is best, at the threshold in use
    options = list(study.options)
    first = next(c.row for c in composed.workbook[TITLE]["A"] if c.value == "Threshold in use")
    limit = known[f"B{first}"]
    both = [x.sel(strategy=options).values for x in (cost, qaly)]
    found = decision(options, *both, np.array([limit]))["probability_best"].values[:, 0]
    assert [known[f"{c}{first}"] for c in "CDE"] == pytest.approx(found)


def test_draws_are_said_to_be_old_until_they_are_worked_out(plain: Path, composed: Book) -> None:
    engine = LiveWorkbook(plain)

    def state() -> object:
        return engine.value(TITLE, f"B{NUMBER + 2}")

    assert state() == UP_TO_DATE
    engine.set(INPUTS, *coordinate_to_tuple("D22"), 500.0)
    assert state() == "of inputs before the last edit: press F9"
    work_out_draws(engine, composed)
    assert state() == UP_TO_DATE
    work_out_draws(engine, composed, numbers=False)  # as over an input cell that is empty
    assert state() == "not worked out: press F9"
    engine.set(TITLE, NUMBER, 2, 1.0)
    assert str(state()).startswith("of no use")
