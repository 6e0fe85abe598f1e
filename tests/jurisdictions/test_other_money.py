"""Norway under another name and in another money: amounts times the rate, and nothing else."""

import csv
import re
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from countries import INPUTS, country

from hecon.analyses.run import Run, Settings
from hecon.report.content import Amount, Section
from hecon.report.whole import sections_of
from hecon.studies.load_study import load_study

#: Kroner in one of the other money.
RATE = 8.0
MONEY = ("money", "change", "millions")
SAID = ("results", "severity")
#: What the agency asks for in kroner, and what the files are.
OWN = ("guideline", "provenance")
#: Parameters of a distribution that are amounts.
SCALED = re.compile(r"\b(mean|se|scale)=([0-9.]+)")


@pytest.fixture(scope="module")
def nordland(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("money")
    copy = folder / "jurisdictions/nordland"
    shutil.copytree(INPUTS / "jurisdictions/norway", copy)
    for path in copy.rglob("*.csv"):
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        at = {name: i for i, name in enumerate(lines[0])}
        if not {"currency", "value"} <= at.keys():
            continue
        for line in lines[1:]:
            if line[at["currency"]] != "NOK":
                continue
            line[at["currency"]] = "SEK"
            line[at["unit"]] = line[at["unit"]].replace("NOK", "SEK")
            for name in ("value", "low", "high"):
                line[at[name]] = repr(float(line[at[name]]) / RATE) if line[at[name]] else ""
            text = line[at["distribution_parameters"]]
            line[at["distribution_parameters"]] = SCALED.sub(
                lambda m: f"{m[1]}={float(m[2]) / RATE!r}", text
            )
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    rules = copy / "jurisdiction.toml"
    text = rules.read_text(encoding="utf-8")
    for old, new in (
        ('name = "norway"', 'name = "nordland"'),
        ('title = "Norway"', 'title = "Nordland"'),
        ('currency = "NOK"', 'currency = "SEK"'),
        ("highest = 2000000", f"highest = {2_000_000 / RATE}"),
    ):
        assert old in text
        text = text.replace(old, new)
    rate = f'\n[[rates]]\ncurrency = "NOK"\nprice_year = "2024"\nfactor = {1 / RATE}\n'
    rules.write_text(f'{text}{rate}source = "invented"\nstatus = "assumption"\n', encoding="utf-8")
    # the folder of the study is another, too: its name is what finds the country's part of it
    study = shutil.copytree(INPUTS / "studies/ptsd", folder / "studies/copy_of_ptsd")
    return Run(load_study(study, copy), Settings(draws=60))


def amounts(sections: list[Section]) -> Iterator[tuple[str, str, object]]:
    """Every figure and word with its kind: of sentences, then of tables, in order."""
    for section in sections:
        for sentence in section.sentences:
            yield section.name, "template", sentence.template
            for value in sentence.values.values():
                kind = value.kind if isinstance(value, Amount) else "words"
                yield section.name, kind, value.value if isinstance(value, Amount) else str(value)
        for table in section.tables:
            for column in table.columns:
                where = f"{section.name}, {table.name}, {column.key}"
                for value in table.frame[column.key].tolist():
                    yield where, column.kind, value


@pytest.mark.parametrize("only", [SAID, pytest.param((), marks=pytest.mark.long)])
def test_every_amount_is_the_rate_times_as_much_and_nothing_else_moves(
    nordland: Run, only: tuple[str, ...]
) -> None:
    here, there = (
        list(amounts([s for s in sections_of(run, only) if s.name not in OWN]))
        for run in (country("norway"), nordland)
    )
    assert len(here) == len(there) > 100
    seen = 0
    for (where, kind, one), (_, _, other) in zip(here, there, strict=True):
        if kind == "template":
            assert re.sub("NOK|SEK", "", str(one)) == re.sub("NOK|SEK", "", str(other))
        if not isinstance(one, float) or kind == "number":
            continue
        expected = one / RATE if kind in MONEY else one
        seen += kind in MONEY and one != 0
        np.testing.assert_allclose(other, expected, rtol=1e-9, atol=1e-9, err_msg=where)
    assert seen > 50
