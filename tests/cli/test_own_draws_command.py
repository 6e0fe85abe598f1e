"""`psa --draws-from`: a table of draws in place of the study's own, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from hecon.cli import app

SMALL = Path(__file__).parent / "studies" / "small"


def psa(folder: Path, *arguments: object):
    call = ["psa", SMALL, "-j", "testland", "--out", folder, *arguments]
    result = CliRunner().invoke(app, [str(a) for a in call])
    return result.exit_code, " ".join((result.stdout + result.stderr).split())


def test_a_draw_at_the_base_values_is_the_base_case(tmp_path: Path) -> None:
    """All that the table leaves out is held, so that each draw is worked by hand."""
    table = tmp_path / "mine.csv"
    table.write_text("draw,c_new\n1,0\n2,1000\n")
    code, said = psa(tmp_path, "--draws-from", table, "--missing", "base")
    assert code == 0, said
    assert "2 draws of mine.csv; held at their base values are" in said
    found = pd.read_csv(next(tmp_path.glob("outputs/*/probabilistic.csv")))
    assert set(found["figure"]) >= {"cost", "qaly"}
    # only a cost moves: no effect differs between the draws
    assert (found.loc[found["figure"] == "qaly", "standard_error"] == 0).all()
    assert (found.loc[found["figure"] == "cost", "standard_error"] > 0).any()


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("c_new\n1\n", (), "has no column for"),
        ("c_new\n1\n", ("--missing", "base", "--seed", 3), "not with --draws-from"),
        ("c_mew\n1\n", ("--missing", "base"), "'c_mew' is not an input of"),
        (None, ("--missing", "base"), "only with --draws-from"),
    ],
)
def test_refused(tmp_path: Path, text: str | None, arguments: tuple, message: str) -> None:
    if text is not None:
        (tmp_path / "mine.csv").write_text(text)
        arguments = ("--draws-from", tmp_path / "mine.csv", *arguments)
    code, said = psa(tmp_path, *arguments)
    assert (code, message in said) == (2, True), said
