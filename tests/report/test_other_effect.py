"""A study that counts responders: no medium speaks of QALYs, and no country's threshold serves."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hecon.analyses.run import Run, Settings
from hecon.analyses.verification.battery import battery_table
from hecon.cli import app
from hecon.errors import InputError
from hecon.studies.load_study import load_study

HIV = Path(__file__).parents[1] / "replications/studies/rdecision_hiv"
EFFECT = '[effect]\nname = "responder"\nplural = "responders"\n\n[time]'


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "responders"
    shutil.copytree(HIV, folder)
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[time]", EFFECT, 1))
    path = folder / "payoffs.csv"
    # more than one a year: what no utility may be
    path.write_text(path.read_text(encoding="utf-8").replace(",1,year", ",3,year"))
    path = folder / "jurisdiction.toml"
    path.write_text(f'effect = "responder"\n{path.read_text(encoding="utf-8")}')
    return folder


def test_screen_and_tables_name_the_effect(study: Path, tmp_path: Path) -> None:
    asked = ["run", str(study), "--only", "results", "--no-report", "--no-figures"]
    result = CliRunner().invoke(app, [*asked, "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "responders" in result.stdout
    tables = [p.read_text(encoding="utf-8") for p in (tmp_path / "outputs").rglob("*.csv")]
    assert tables
    assert not any("QALY" in text for text in [result.stdout, *tables])


@pytest.mark.long
def test_no_medium_speaks_of_qalys(study: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["run", str(study), "--draws", "60", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "responders more" in " ".join(result.output.split())
    texts = {"screen": result.output}
    for path in [*(tmp_path / "outputs").rglob("*"), *(tmp_path / "reports").glob("*.html")]:
        if path.is_file() and path.name != "record.json":
            text = path.read_bytes().decode("latin-1")
            texts[path.name] = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)  # of scripts
    (book,) = (tmp_path / "reports").glob("*.xlsx")
    with zipfile.ZipFile(book) as parts:
        texts |= {name: parts.read(name).decode("latin-1") for name in parts.namelist()}
    assert [name for name, text in texts.items() if "QALY" in text] == []
    assert any("responder" in text for name, text in texts.items() if "chart" in name)


def test_the_battery_asks_of_utilities_only_where_there_are_some(study: Path) -> None:
    found = Run(load_study(study), Settings(draws=40))(battery_table)
    assert not found[found["result"] == "fail"]["check"].tolist()


def test_a_threshold_is_for_the_effect_that_it_names(study: Path) -> None:
    path = study / "jurisdiction.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('effect = "responder"\n', "", 1))
    with pytest.raises(InputError) as refused:
        load_study(study)
    (fault,) = refused.value.faults
    assert fault.column == "effect"
    assert "says what a QALY may cost; use a jurisdiction with effect" in fault.message
