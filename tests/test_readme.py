"""What the pages promise is run as it is written."""

import re
import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from hecon.analyses.comparison import compare
from hecon.analyses.evaluate import evaluate
from hecon.analyses.threshold import severity
from hecon.cli import app
from hecon.engine.expression import FUNCTIONS
from hecon.engine.model import FIXED_NAMES, TIME_NAMES
from hecon.engine.timing import COUNTING
from hecon.jurisdictions import jurisdiction_schema as places
from hecon.parameters.design import base_case
from hecon.parameters.distributions import KINDS
from hecon.parameters.parameter_schema import STATUSES
from hecon.parameters.rows import ParameterRow
from hecon.studies import study_schema
from hecon.studies.load_study import load_study
from hecon.studies.people import PopulationDefinition
from hecon.studies.trials import TrialDefinition, TrialGroup, TrialOutcome
from tests.picture import ANSWER, PICTURE, answer

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "reference/ptsd_norway"
UNSAID = "discount_time"  # what discount factors are written in; studies have no use for it
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
RECORDS = [
    *(
        r
        for r in vars(study_schema).values()
        if isinstance(r, type) and r.__module__ == study_schema.__name__
    ),
    *(r for r in vars(places).values() if isinstance(r, type) and r.__module__ == places.__name__),
    ParameterRow,
    *(PopulationDefinition, TrialDefinition, TrialGroup, TrialOutcome),
]
FILE_BLOCK = re.compile(r"^## `([\w.]+)`.*?^```(?:toml|csv)\n(.*?)^```", re.M | re.S)


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def norway():
    study = load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")
    return study, evaluate(study.model, base_case(study.parameters))


def test_python_example(monkeypatch, capsys):
    (block,) = re.findall(r"^```python\n(.*?)^```", text("README.md"), re.M | re.S)
    monkeypatch.chdir(ROOT)
    given = {}
    exec(compile(block, "README.md", "exec"), given)
    assert capsys.readouterr().out == "more costly, more effective, 730,647 NOK per QALY\n"
    assert given["draws"].sizes["draw"] == 1000
    assert {"one_way", "probabilistic_comparison"} <= set(given["report"].tables)


def test_figures_of_the_readme(norway):
    study, outcomes = norway
    found = compare(outcomes, *study.compared)
    threshold = severity(study, base_case(study.parameters), [study.compared])["threshold"][0]
    for figure in (
        f"NOK {found.cost:,.0f} more",
        f"{found.qaly:.3f} QALYs more",
        f"about NOK {round(found.icer, -3):,.0f}",
        f"NOK {threshold:,.0f}:",
    ):
        assert figure in text("README.md")
    inputs = [p for p in study.parameters if p.is_input]
    assumed = sum(p.status == "assumption" for p in inputs)
    assert assumed > len(inputs) / 2, "the README says that more than half are assumptions"
    for page in ("CHANGELOG.md",):
        assert f"{len(inputs)} inputs" in text(page)
        assert f"{len(study.scenarios)} scenarios" in text(page)
        assert f"{len(study.course.sessions)} sessions" in text(page)


def test_the_picture_shows_the_answer_of_today():
    """The figures that it was drawn with are those of the reference."""
    with Image.open(PICTURE) as shown:
        assert shown.info.get(ANSWER) == answer(REFERENCE), "run `make picture`"


def test_fault_31_the_readme_gives_the_draws_and_why_they_differ():
    """The means over draws, and the share of draws at the bound, as the reference has them."""
    means = pd.read_csv(REFERENCE / "probabilistic_comparison.csv").set_index("figure")["mean"]
    ratio = means["cost"] / means["qaly"]
    reasons = pd.read_csv(REFERENCE / "departures.csv").set_index("parameter")
    row = next(line for line in text("README.md").splitlines() if "every input drawn" in line)
    assert f"NOK {round(ratio, -3):,.0f}" in row
    assert f"{means['qaly']:.3f} QALYs" in row
    assert f"{reasons.loc['m_rem', 'other_side']:.0%}".replace("%", " %") in row


def test_scenario_line_is_accepted(tmp_path):
    header, line = re.findall(r"^    (id,title.*|S90,.*)$", text("README.md"), re.M)
    study = tmp_path / "ptsd"
    shutil.copytree(ROOT / "inputs/studies/ptsd", study)
    scenarios = study / "scenarios.csv"
    assert scenarios.read_text(encoding="utf-8").splitlines()[0] == header
    with scenarios.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    loaded = load_study(study, ROOT / "inputs/jurisdictions/norway")
    assert loaded.scenarios[-1].id == "S90"
    assert len(loaded.scenarios[-1].changes) == 2


def test_own_model(tmp_path):
    """The page's five files, as they stand, are a study that runs."""
    files = dict(FILE_BLOCK.findall(text("docs/own-model.md")))
    assert len(files) == 5
    folder = tmp_path / "my-studies" / "asthma"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    command = ["run", str(folder), "--draws", "200", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "per QALY gained" in result.stdout
    assert (tmp_path / "reports" / "asthma_example.xlsx").is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).is_file(), target


def test_make_targets_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.M))
    assert set(re.findall(r"(?:`|^    )make ([a-z]+)", text("README.md"), re.M)) <= targets


def test_one_version_everywhere():
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    assert f"version: {version}\n" in text("CITATION.cff")
    assert f"## [{version}]" in text("CHANGELOG.md")


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.__name__)
def test_every_column_and_entry_is_explained(record):
    page = text("docs/inputs.md") + text("docs/budget-impact.md")
    words = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`]+`", page))))
    fields = getattr(record, "model_fields", {})
    assert {field.alias or name for name, field in fields.items()} <= words


def test_every_rule_distribution_status_and_function_is_explained():
    inputs, conventions = text("docs/inputs.md"), text("docs/conventions.md")
    assert all(f"`{rule}`" in conventions for rule in COUNTING)
    assert all(f"`{kind}`" in inputs for kind in KINDS)
    assert all(f"`{status}`" in inputs for status in STATUSES)
    assert set(FUNCTIONS) <= set(re.findall(r"\w+", conventions))
    assert all(f"`{name}`" in conventions for name in {*TIME_NAMES, *FIXED_NAMES} - {UNSAID})
