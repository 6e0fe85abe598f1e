"""A new country's folder: refused while blank, and the country it was filled in from after."""

import csv
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from countries import INPUTS, country
from typer.testing import CliRunner

from hecon.analyses.base_case import base_table
from hecon.analyses.run import Run
from hecon.cli import app
from hecon.errors import InputError
from hecon.jurisdictions.demands import CHECKS
from hecon.studies.load_study import load_study

PTSD, ENGLAND = INPUTS / "studies/ptsd", INPUTS / "jurisdictions/england"


def begin(folder: Path, name: str = "wales", like: Path = ENGLAND) -> tuple[int, str]:
    asked = ["new", "jurisdiction", str(folder / name), "--like", str(like)]
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
        assert tuple(first[0]) == tuple(second[0])
        key = "check" if path.name == "rules.csv" else next(iter(first[0]))
        kept = CHECKS if key == "check" else [row[key] for row in second]
        assert [row[key] for row in first] == list(kept)
        shutil.copyfile(ENGLAND / own, path)
    text = (ENGLAND / "jurisdiction.toml").read_text().replace('name = "england"', 'name = "wales"')
    (made / "jurisdiction.toml").write_text(text)
    found = Run(load_study(PTSD, made))(base_table).iloc[0]
    expected = country("england")(base_table).iloc[0]
    for column in ("cost_difference", "qaly_difference", "icer", "threshold"):
        assert found[column] == expected[column]


def test_nothing_of_norways_own_stands_in_a_folder_made_from_it(tmp_path: Path) -> None:
    """Names of steps hold no years of its; neither do descriptions, demands or years of prices."""
    code, said = begin(tmp_path, "nordia", INPUTS / "jurisdictions/norway")
    assert code == 0, said
    made = tmp_path / "nordia"
    text = "".join(p.read_text() for p in sorted(made.rglob("*")) if p.is_file())
    for own in ("0_39", "40-74", "75", "Nor", "DMP", "NOK", "in 2024", "to 2024", "VAT"):
        assert own not in re.sub(r"(?m)^75,", "", text), own
    steps = tomllib.loads((made / "jurisdiction.toml").read_text())["discount"]["steps"]
    assert steps[2] == {
        "start": "discount_start_3",
        "cost": "discount_rate_3",
        "effect": "discount_rate_3",
    }
    with (made / "parameters.csv").open() as file:
        named = {row["name"]: row["description"] for row in csv.DictReader(file)}
    assert named["discount_rate_3"] == "discount rate in step 3"
    assert named["discount_start_3"] == (
        "years after the start from which step 3 of discounting holds"
    )


def test_rates_of_costs_and_effects_keep_apart(tmp_path: Path) -> None:
    like = tmp_path / "like"
    shutil.copytree(ENGLAND, like)
    path = like / "jurisdiction.toml"
    text = path.read_text().replace('effect = "discount_rate"', 'effect = "0.015"')
    path.write_text(text)
    begin(tmp_path, like=like)
    made = tomllib.loads((tmp_path / "wales/jurisdiction.toml").read_text())
    assert made["discount"]["steps"] == [
        {"start": "0", "cost": "discount_rate_of_costs", "effect": ""}
    ]


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "wales").mkdir()
    code, said = begin(tmp_path)
    assert code == 2
    assert "is there already" in " ".join(said.split())


def test_a_name_is_one_of_a_folder(tmp_path: Path) -> None:
    code, said = begin(tmp_path, "north wales")
    assert code == 2
    assert "allowed are up to 60 letters" in " ".join(said.split())
