"""The workbook of any study agrees with Python: counting rules, transition payoffs, memory."""

from pathlib import Path

import pytest

from hecon.analyses.flows import base_trace
from hecon.analyses.run import Run, Settings
from hecon.studies.load_study import load_study
from hecon.workbook.proof import prove
from hecon.workbook.replays import replays
from hecon.workbook.sheets.model_settings import AGREES

FOLDER = Path(__file__).parents[1] / "replications/studies"
STUDIES = sorted(FOLDER.iterdir())
MEMORY = Path(__file__).parent / "studies" / "memory"


@pytest.mark.parametrize("folder", [*STUDIES, MEMORY], ids=lambda p: p.name)
def test_every_figure_in_its_own_cell(folder: Path) -> None:
    """Base case and a draw: each trace, item, total, increment and curve where it belongs."""
    run = Run(load_study(folder), Settings(draws=20))
    listed = replays(run)
    table = prove(run, [listed[0], listed[-1]], libreoffice=False)
    assert (table["cells"] > run(base_trace)["share"].size).all()
    assert (table["difference"] <= AGREES).all(), table
    assert table.attrs["sound"] == [True, True]
    assert table.attrs["equal"] == ["yes", "yes"]
