"""One cell of the shipped study corrupted at random: a message or a study, never a crash."""

import contextlib
import csv
import random
import re
import shutil
from pathlib import Path

import pytest

from hecon.analyses.evaluate import evaluate
from hecon.errors import HeconError
from hecon.parameters.design import base_case
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"
STUDY, JURISDICTION = Path("studies", "ptsd"), Path("jurisdictions", "norway")

JUNK = [
    *("", " ", "nan", "inf", "-inf", "-1", "1e308", "1e999", "0", "2", "0,5", "1_000", "1e-320"),
    *("all", "rest", "start", "cycle", "age", "years_in_state", "None", "true", "R1C1", "u1"),
    *("'", '"', '""', ";", "=", "a=b=c", "[", "]", "->", "PTSD", "PTSD -> Dead", "MDMA-AT v PE"),
    *("x" * 5000, "(" * 3000, "-" * 1900 + "1", "9**9**9", "1/0", "log(0)", "__import__('os')"),
    *("../../etc/passwd", "/dev/zero", ".", "..", "\x00", "\ufeff", "р_total", "１", "\U0001f4a5"),
    *("a; b", "mean=1; se=0", "mean=1e-300; se=1e300", "alpha=0; beta=0", "group=x", "dirichlet"),
    *("norms.female(age)", "norms.nobody(age)", "p_total_mdma", "p_remit", "dropout", "lambda: 1"),
    *("MDMA-AT.1.week = 2", "dropout = 0.1", "dropout[PE] = cycle", "cycle_months = 7", "\u2028"),
]

QUICK, ROUNDS = 30, 110


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy of the inputs; tests put back what they change."""
    copy = tmp_path_factory.mktemp("inputs") / "inputs"
    shutil.copytree(INPUTS, copy)
    return copy


def load_and_run(folder):
    """Nothing but a fault may come of it."""
    with contextlib.suppress(HeconError):
        study = load_study(folder / STUDY, folder / JURISDICTION)
        evaluate(study.model, base_case(study.parameters))


def corrupt_csv(text, chance):
    rows = list(csv.reader(text.splitlines()))
    row = chance.choice(rows[:1] + rows)
    column = chance.randrange(len(row))
    if chance.random() < 0.1:
        del row[column]
    elif chance.random() < 0.1:
        row.insert(column, chance.choice(JUNK))
    else:
        row[column] = chance.choice(JUNK)
    lines = []
    for cells in rows:
        quoted = ('"' + c.replace('"', '""') + '"' if chance.random() < 0.98 else c for c in cells)
        lines.append(",".join(quoted))
    return "\n".join(lines)


def corrupt_toml(text, chance):
    places = [m.span() for m in re.finditer(r'"[^"\n]*"|\b\d[\d.]*\b|\btrue\b|^\w+', text, re.M)]
    first, last = chance.choice(places)
    junk = chance.choice(JUNK)
    new = chance.choice([f'"{junk}"', junk, "1", "true", "[]", "{}", '["a"]', "nan"])
    return text[:first] + new + text[last:]


@pytest.mark.parametrize(
    "seed",
    [*range(QUICK), *(pytest.param(s, marks=pytest.mark.long) for s in range(QUICK, ROUNDS))],
)
def test_corruption(folder, seed):
    chance = random.Random(seed)
    files = sorted(
        path
        for part in (STUDY, JURISDICTION)
        for path in (folder / part).iterdir()
        if path.is_file() and path.name not in ("rules.csv", "evidence.csv", "trials.csv")
    )
    path = chance.choice(files)
    text = path.read_text(encoding="utf-8")
    corrupt = corrupt_toml if path.suffix == ".toml" else corrupt_csv
    path.write_text(corrupt(text, chance), encoding="utf-8")
    try:
        load_and_run(folder)
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "seed", [*range(12), *(pytest.param(s, marks=pytest.mark.long) for s in range(12, 40))]
)
def test_broken_bytes(folder, seed):
    """A few bytes of a file replaced, so that quoting, encoding and TOML break too."""
    chance = random.Random(seed)
    path = chance.choice(sorted(p for p in (folder / STUDY).iterdir() if p.is_file()))
    content = path.read_bytes()
    broken = bytearray(content)
    for _ in range(3):
        broken[chance.randrange(len(broken))] = chance.choice(b'\x00\xff\x80",;\n\r\t[]={}()*-9')
    path.write_bytes(broken)
    try:
        load_and_run(folder)
    finally:
        path.write_bytes(content)
