"""A new country's folder: refused while blank, and the country it was filled in from after."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from countries import INPUTS, country
from typer.testing import CliRunner

from hecon.analyses.base_case import base_table
from hecon.analyses.run import Run
from hecon.cli import app
from hecon.errors import InputError
from hecon.studies.load_study import load_study

PTSD, ENGLAND = INPUTS / "studies/ptsd", INPUTS / "jurisdictions/england"


def begin(folder: Path, name: str = "wales") -> tuple[int, str]:
    asked = ["new", "jurisdiction", str(folder / name), "--like", str(ENGLAND)]
    found = CliRunner().invoke(app, asked)
    return found.exit_code, found.output


def test_blanks_are_named_and_filled_in_it_is_the_country(tmp_path: Path) -> None:
    code, said = begin(tmp_path)
    assert code == 0, said
    made = tmp_path / "wales"
    assert "30000" not in "".join(p.read_text() for p in made.rglob("*.csv"))
    with pytest.raises(InputError) as refused:
        load_study(PTSD, made)
    assert {"title", "currency", "price_year", "threshold.kind"} <= {
        fault.column for fault in refused.value.faults
    }
    for path in made.rglob("*.csv"):
        own = path.relative_to(made).as_posix().replace("_in_wales", "_in_england")
        with path.open() as blank, (ENGLAND / own).open() as filled:
            first, second = list(csv.DictReader(blank)), list(csv.DictReader(filled))
        second = [row for row in second if row.get("check", "needed")]
        assert [tuple(row) for row in first] == [tuple(row) for row in second]
        key = "item" if path.name == "rules.csv" else next(iter(first[0]))
        assert [row[key] for row in first] == [row[key] for row in second]
        shutil.copyfile(ENGLAND / own, path)
    text = (ENGLAND / "jurisdiction.toml").read_text().replace('name = "england"', 'name = "wales"')
    (made / "jurisdiction.toml").write_text(text)
    found = Run(load_study(PTSD, made))(base_table).iloc[0]
    expected = country("england")(base_table).iloc[0]
    for column in ("cost_difference", "qaly_difference", "icer", "threshold"):
        assert found[column] == expected[column]


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "wales").mkdir()
    code, said = begin(tmp_path)
    assert code == 2
    assert "is there already" in " ".join(said.split())


def test_a_name_is_one_of_a_folder(tmp_path: Path) -> None:
    code, said = begin(tmp_path, "north wales")
    assert code == 2
    assert "allowed are up to 60 letters" in " ".join(said.split())
