"""A file that can't be read as a table is one message, whatever else rests on it."""

import csv
import io
from pathlib import Path

import pytest

from hecon.commands.new_commands import write_template
from hecon.errors import InputError, grouped
from hecon.studies.load_study import load_study

FILES = (
    *("parameters.csv", "variables.csv", "transitions.csv", "payoffs.csv", "sessions.csv"),
    "scenarios.csv",
)
BREAKS = {
    "empty": (lambda text: b"", "the file is empty; a header is needed"),
    "a header alone": (lambda text: text.splitlines()[0].encode(), "has a header and no rows"),
    "tabs": (
        lambda text: written(text, "\t"),
        "the columns are separated by tabs; save the file with commas",
    ),
    "semicolons": (lambda text: written(text, ";"), "the columns are separated by ';'"),
    "bytes of something else": (lambda text: bytes(range(256)), "is not UTF-8"),
    "another encoding": (lambda text: text.encode("utf-16"), "is not UTF-8"),
    "too large": (lambda text: b"a,b\n" * 1_300_000, "bytes, allowed are 5000000"),
    "a row too short": (
        lambda text: text.rstrip().rpartition(",")[0].encode(),
        "cells, the header has",
    ),
}
#: Columns that a file can't do without.
NEEDED = {
    "parameters.csv": ("name", "value", "unit", "low", "distribution", "source"),
    "variables.csv": ("name", "formula"),
    "transitions.csv": ("from", "to", "probability"),
    "payoffs.csv": ("item", "kind", "on", "amount", "per"),
    "sessions.csv": ("strategy", "session", "week"),
    "scenarios.csv": ("id", "title", "changes"),
}


def written(text: str, delimiter: str = ",", without: str = "") -> bytes:
    head, *rows = list(csv.reader(text.splitlines()))
    kept = [i for i, name in enumerate(head) if name != without]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([r[i] for i in kept] for r in (head, *rows))
    return file.getvalue().encode()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken") / "asthma"
    write_template("study", folder)
    return folder


def said(folder: Path, file: str, content: bytes) -> list[str]:
    path = folder / file
    whole = path.read_bytes()
    path.write_bytes(content)
    try:
        load_study(folder)
    except InputError as error:
        return grouped(error.faults)
    finally:
        path.write_bytes(whole)
    return []


@pytest.mark.parametrize("kind", BREAKS)
@pytest.mark.parametrize("file", FILES)
def test_a_broken_file_is_one_message(study: Path, file: str, kind: str) -> None:
    change, expected = BREAKS[kind]
    (found,) = said(study, file, change((study / file).read_text(encoding="utf-8")))
    assert found.startswith(f"asthma/{file}")
    assert expected in found


@pytest.mark.parametrize("file", FILES)
def test_a_missing_column_is_one_message(study: Path, file: str) -> None:
    text = (study / file).read_text(encoding="utf-8")
    for column in NEEDED[file]:
        (found,) = said(study, file, written(text, without=column))
        assert found.startswith(f"asthma/{file}, row 1, column {column}: the column is missing")


def test_columns_that_lack_the_same_are_one_message(study: Path) -> None:
    assert said(study, "study.toml", b"") == ["asthma/study.toml: the file is empty"]
    assert said(study, "study.toml", b'name = "asthma"\ntitle = "x"\n') == [
        "asthma/study.toml, columns intervention, comparator, time, states, strategies: is missing"
    ]
