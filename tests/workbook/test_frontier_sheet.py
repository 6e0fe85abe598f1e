"""The frontier's formulas against Python's, with ties, dominance and QALYs below zero."""

import math
import random
import shutil
from pathlib import Path

import formualizer
import numpy as np
import openpyxl
import pytest
from recalculated import recalculate

from hecon.analyses.frontier import frontier
from hecon.analyses.run import Run, Settings
from hecon.errors import InputError
from hecon.studies.load_study import load_study
from hecon.workbook.book import compose

FOLDER = Path(__file__).parent / "studies/options"
NAMES = ("a", "b", "c", "d")

CASES = [
    ((1, 2, 3, 4), (1, 2, 3, 4)),
    ((1, 2, 3, 4), (4, 3, 2, 1)),
    ((4, 3, 2, 1), (4, 3, 2, 1)),
    ((1, 5, 6, 7), (1, 2, 4, 4)),
    ((100, 5100, 1100, 400), (1, 1, 2, 1)),
    ((2, 2, 2, 2), (1, 1, 1, 1)),
    ((1, 2, 3, 4), (-4, -3, -2.5, -1)),
    ((1, 2, 3, 4), (-4, -4, -2, -3)),
    ((0, 10, 10, 30), (0, 1, 1, 2)),
    ((0, 9, 9, 10), (0, 1, 1, 2)),
    ((0.3, 0.1 + 0.2, 1, 2), (1, 1, 2, 2.5)),
    ((0.1 + 0.2, 0.3, 1, 2), (1, 1, 2, 2.5)),
    ((0.1, 0.2, 0.3, 0.4), (1, 2, 3, 3)),
    ((0.2, 0.3, 0.4, 0.4), (1, 2, 3, 4)),
    *(
        (
            tuple(float(chance.randint(0, 6)) for _ in NAMES),
            tuple(float(chance.randint(-3, 3)) for _ in NAMES),
        )
        for chance in (random.Random(seed) for seed in range(40))
    ),
]


@pytest.fixture(scope="module")
def run() -> Run:
    return Run(load_study(FOLDER), Settings(draws=5))


@pytest.fixture(scope="module")
def plain(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("options") / "plain.xlsx"
    compose(run).workbook.save(path)
    return path


def test_checks_hold(plain: Path) -> None:
    """An item called like the course, an age at the start, scenarios that need each other."""
    values = recalculate(plain)
    assert (values["Checks"]["B3"], values["Checks"]["B4"]) == (True, "yes")


def test_against_python(plain: Path) -> None:
    sheets = openpyxl.load_workbook(plain)
    rows = {str(c.value): c.row for c in sheets["Inputs"]["A"]}
    head = next(c.row for c in sheets["Results"]["A"] if str(c.value).startswith("Frontier"))
    book = formualizer.Workbook.from_path(str(plain))
    inputs = book.sheet("Inputs")
    for cost, effect in CASES:
        for name, c, q in zip(NAMES, cost, effect, strict=True):
            inputs.set_value(rows[f"c_{name}"], 4, c)
            inputs.set_value(rows[f"q_{name}"], 4, q)
        book.evaluate_all()
        expected = frontier(NAMES, np.array(cost), np.array(effect)).set_index("strategy")
        for offset, name in enumerate(NAMES):
            r = head + 2 + offset
            status, against, icer = (book.evaluate_cell("Results", r, k) for k in (4, 5, 6))
            wanted = expected.loc[name]
            assert status == wanted["status"], (cost, effect, name)
            assert (against or "") == wanted["against"], (cost, effect, name)
            if math.isnan(wanted["icer"]):
                assert isinstance(icer, dict), (cost, effect, name)
            else:
                assert icer == pytest.approx(wanted["icer"], rel=1e-12)
                assert icer > 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a*", "can't be a name"),
        ('a"b', "can't be a name"),
        ("b: a very long name that goes on", "two strategies begin with"),
    ],
)
def test_names_that_formulas_or_sheets_cannot_hold(name: str, words: str, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "options")
    study = tmp_path / "options/study.toml"
    text = study.read_text(encoding="utf-8")
    text = text.replace('[[strategies]]\nname = "a"', f"[[strategies]]\nname = '{name}'")
    text = text.replace('name = "b"', "name = 'b/ a very long name that goes on'")
    study.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        load_study(tmp_path / "options")
